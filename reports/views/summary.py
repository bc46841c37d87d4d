from django.http import Http404

from schools.access import signed_in


@signed_in
def summary(request, *args, **kwargs):
    raise Http404

@signed_in
def seal(request, *args, **kwargs):
    raise Http404

