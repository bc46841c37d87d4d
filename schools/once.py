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
        pk = _begin(request.user.pk, key)
        if pk is None:
            first = Once.objects.get(user=request.user, key=key)
            return redirect(first.location or request.path)
        response = view(request, *args, **kwargs)
        if response.status_code in (301, 302, 303):
            location = response["Location"]
        elif response.status_code < 400 and not getattr(response, "nothing_done", False):
            location = request.get_full_path()
        else:
            if not connection.needs_rollback:
                Once.objects.filter(pk=pk).delete()
            return response
        Once.objects.filter(pk=pk).update(location=location[:500])
        return response

    return guarded


def _begin(user: int, key: str) -> int | None:
    """The key's row, None where it stands already; one statement, because every save of the country passes here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into schools_once (user_id, key, location, at) values (%s, %s, '', now())"
            " on conflict (user_id, key) do nothing returning id",
            [user, key],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
