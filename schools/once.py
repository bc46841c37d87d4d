"""A form sent twenty times has one effect and gets one answer."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect

from schools.access import Request
from schools.models import Once

FIELD = "once"


def new_key() -> str:
    return str(uuid.uuid4())


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For views that take a form with a hidden key (`{% once %}`): a repeated POST is led to where the first one went.

    The insert waits for a copy that is being carried out at this moment, so two at the same instant have one effect.
    A POST that changed nothing (a form with errors) leaves no trace and may be sent again.
    """

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.POST.get(FIELD, "")
        if request.method != "POST" or not _is_uuid(key):
            return view(request, *args, **kwargs)
        row, created = Once.objects.get_or_create(user=request.user, key=key)
        if not created:
            return redirect(row.location or request.path)
        response = view(request, *args, **kwargs)
        if response.status_code in (301, 302, 303):
            location = response["Location"]
        elif response.status_code < 400 and not getattr(response, "nothing_done", False):
            location = request.get_full_path()
        else:
            if not connection.needs_rollback:
                row.delete()
            return response
        Once.objects.filter(pk=row.pk).update(location=location[:500])
        return response

    return guarded


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
