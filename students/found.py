"""Children whom raids and rounds found: told to the room of events, which knows no children."""

from collections.abc import Collection, Mapping

from django.db.models import Count

from campaigns.event_found import FOUND, Found
from students.models import Case
from students.states import CaseState


def _counts(events: Collection[int]) -> Mapping[int, int]:
    """Cases of these events that no person has dismissed."""
    rows = Case.objects.filter(event__in=events).exclude(state=CaseState.DISMISSED).order_by()
    return dict(rows.values_list("event").annotate(Count("pk")))


FOUND.append(Found("event_found", _counts))
