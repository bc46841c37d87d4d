from django.http import Http404
from schools.access import signed_in

@signed_in
def days_off(request, *args, **kwargs):
    raise Http404

@signed_in
def day_off_new(request, *args, **kwargs):
    raise Http404

@signed_in
def put_back(request, *args, **kwargs):
    raise Http404

