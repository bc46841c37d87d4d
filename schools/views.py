from django.http import Http404
from schools.access import signed_in

@signed_in
def document(request, *args, **kwargs):
    raise Http404

@signed_in
def job(request, *args, **kwargs):
    raise Http404

@signed_in
def job_again(request, *args, **kwargs):
    raise Http404

@signed_in
def staff(request, *args, **kwargs):
    raise Http404

@signed_in
def staff_new(request, *args, **kwargs):
    raise Http404

@signed_in
def post_end(request, *args, **kwargs):
    raise Http404

@signed_in
def journal(request, *args, **kwargs):
    raise Http404

