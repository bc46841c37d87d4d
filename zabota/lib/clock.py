"""Time as people of the portal see it: Asia/Almaty, and for the demo a moment that stands still.

Machine matters (leases, sessions, audit) use the database's own clock; papers, deadlines and «today» use this one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

_set: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    moment = _set.get()
    if moment is None and settings.CLOCK:
        moment = timezone.make_aware(datetime.fromisoformat(settings.CLOCK))
    return timezone.localtime(moment or timezone.now())


def today() -> date:
    return now().date()


def as_shown(moment: datetime) -> datetime:
    """A moment that the machine kept, as the portal's clock would have shown it: the demo's stands still."""
    return now() - (timezone.now() - moment)


@contextmanager
def at(moment: datetime | date) -> Iterator[None]:
    """Inside, the portal's clock shows this moment (the demo writes its history day by day)."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, 12)
    token = _set.set(moment if timezone.is_aware(moment) else timezone.make_aware(moment))
    try:
        yield
    finally:
        _set.reset(token)
