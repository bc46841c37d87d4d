from django.http import Http404
from schools.access import signed_in

@signed_in
def handouts(request, *args, **kwargs):
    raise Http404

@signed_in
def handout_new(request, *args, **kwargs):
    raise Http404

@signed_in
def donations(request, *args, **kwargs):
    raise Http404

@signed_in
def donation_new(request, *args, **kwargs):
    raise Http404

@signed_in
def donation(request, *args, **kwargs):
    raise Http404

