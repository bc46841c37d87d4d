from django.http import Http404

from schools.access import signed_in


@signed_in
def submission_list(request, *args, **kwargs):
    raise Http404

@signed_in
def submission(request, *args, **kwargs):
    raise Http404

@signed_in
def move(request, *args, **kwargs):
    raise Http404

