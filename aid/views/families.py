from django.http import Http404
from schools.access import signed_in

@signed_in
def family_list(request, *args, **kwargs):
    raise Http404

@signed_in
def new(request, *args, **kwargs):
    raise Http404

@signed_in
def family(request, *args, **kwargs):
    raise Http404

@signed_in
def member(request, *args, **kwargs):
    raise Http404

@signed_in
def move(request, *args, **kwargs):
    raise Http404

