"""What surrounds every request: the reading log and the second wall."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from schools.models import Reading
from schools.wall import NOTHING, ranges_of, scope
from zabota.lib.clock import now

Answer = Callable[[HttpRequest], HttpResponse]
SAFE = ("GET", "HEAD", "OPTIONS")
SHOWN = (200, 409, 422)  # a card stands on the page also where something was refused


def ranges_of_request(request: Any) -> list[tuple[int, int]]:
    user = request.user  # users, posts, units, jobs and sessions stand outside the wall
    return ranges_of(user.grants.all_units()) if user.is_authenticated else NOTHING


class ReadingLog:
    """Keeps who opened which card.  Stands outside the read-only transaction; if it fails there is no page."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.readings = []
        response = self.get_response(request)
        if request.readings and response.status_code in SHOWN:
            with scope(ranges_of_request(request)):
                Reading.objects.bulk_create(
                    Reading(
                        at=now(),
                        by=request.user.username,
                        unit_id=row.unit_id,
                        subject=row._meta.label,
                        subject_id=str(row.pk),
                    )
                    for row in request.readings
                )
        return response


class Scope:
    """One outer transaction per request, seen through the user's units; a GET is read-only by the database itself.

    Stands after sessions, sign-in and messages, before everything that touches rows of units.  Every row that the
    audit's triggers write about a POST carries its user and its number.
    `ATOMIC_REQUESTS` is a savepoint inside it, so error pages and template responses keep the scope.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        reads = request.method in SAFE
        who = {"user": request.user.username, "request": getattr(request, "id", ""), "path": request.path}
        with scope(ranges_of_request(request), read_only=reads, who=None if reads else who):
            return self.get_response(request)
