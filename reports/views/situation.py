from django.http import Http404

from schools.access import signed_in


@signed_in
def situation(request, *args, **kwargs):
    raise Http404

@signed_in
def definitions(request, *args, **kwargs):
    raise Http404

