"""What surrounds every request: the audit's context, the reading log, the second wall."""

from collections.abc import Callable
from typing import Any

import pghistory
from django.http import HttpRequest, HttpResponse

from schools.models import Reading
from schools.wall import NOTHING, ranges_of, scope

Answer = Callable[[HttpRequest], HttpResponse]
SAFE = ("GET", "HEAD", "OPTIONS")


def ranges_of_request(request: Any) -> list[tuple[int, int]]:
    user = request.user  # users, posts, units, jobs and sessions stand outside the wall
    return ranges_of(user.grants.all_units()) if user.is_authenticated else NOTHING


class AuditContext:
    """Every row that triggers write about this request carries its user and its number."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if request.method in SAFE:
            return self.get_response(request)
        user = request.user.username if request.user.is_authenticated else ""
        with pghistory.context(user=user, request=getattr(request, "id", ""), path=request.path):
            return self.get_response(request)


class ReadingLog:
    """Keeps who opened which card.  Stands outside the read-only transaction; if it fails there is no page."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.readings = []
        response = self.get_response(request)
        if request.readings and response.status_code == 200:
            with scope(ranges_of_request(request)):
                Reading.objects.bulk_create(
                    Reading(
                        by=request.user.username, unit_id=row.unit_id, subject=row._meta.label, subject_id=str(row.pk)
                    )
                    for row in request.readings
                )
        return response


class Scope:
    """One outer transaction per request, seen through the user's units; a GET is read-only by the database itself.

    Stands after sessions, sign-in, messages and the audit's context, before everything that touches rows of units.
    `ATOMIC_REQUESTS` is a savepoint inside it, so error pages and template responses keep the scope.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with scope(ranges_of_request(request), read_only=request.method in SAFE):
            return self.get_response(request)
