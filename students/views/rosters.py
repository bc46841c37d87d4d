from django.http import Http404
from schools.access import signed_in

@signed_in
def classes(request, *args, **kwargs):
    raise Http404

@signed_in
def school_class(request, *args, **kwargs):
    raise Http404

@signed_in
def upload(request, *args, **kwargs):
    raise Http404

@signed_in
def template(request, *args, **kwargs):
    raise Http404

@signed_in
def intake(request, *args, **kwargs):
    raise Http404

@signed_in
def enter(request, *args, **kwargs):
    raise Http404

@signed_in
def marked(request, *args, **kwargs):
    raise Http404

