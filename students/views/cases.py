from django.http import Http404
from schools.access import signed_in

@signed_in
def case_list(request, *args, **kwargs):
    raise Http404

@signed_in
def new(request, *args, **kwargs):
    raise Http404

@signed_in
def case(request, *args, **kwargs):
    raise Http404

@signed_in
def facts(request, *args, **kwargs):
    raise Http404

@signed_in
def move(request, *args, **kwargs):
    raise Http404

