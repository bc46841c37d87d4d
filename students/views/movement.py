from django.http import Http404
from schools.access import signed_in

@signed_in
def arrive(request, *args, **kwargs):
    raise Http404

@signed_in
def pupil(request, *args, **kwargs):
    raise Http404

@signed_in
def leave(request, *args, **kwargs):
    raise Http404

