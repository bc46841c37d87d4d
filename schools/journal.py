"""Writing the journal that people read."""

from typing import TYPE_CHECKING

from django.db import models

from schools.models import Entry
from zabota.lib.clock import now

if TYPE_CHECKING:
    from schools.models import User


def record(
    subject: models.Model, verb: str, *, unit: int, by: "User", before: str = "", after: str = "", note: str = ""
) -> Entry:
    """One line of the journal: who did what to what, at which unit, when by the portal's clock."""
    return Entry.objects.create(
        at=now(),
        by=by.username,
        unit_id=unit,
        subject=subject._meta.label,
        subject_id=str(subject.pk),
        verb=verb,
        before=before,
        after=after,
        note=note,
    )
