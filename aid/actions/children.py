"""A child as aid meets it: where it studies, and whether the country has listed or helped it before."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from aid.actions import season_of
from aid.models import Family
from students.models import Enrolment, Pupil


@dataclass(frozen=True, slots=True)
class Helped:
    """«Help counted»: to the child itself, to other children of its family; never by whom, when or with what."""

    itself: bool
    siblings: bool


def school_of(pupil: Pupil, day: date) -> int | None:
    """The school where the child is enrolled that day, as far as the caller can see."""
    enrolment = Enrolment.objects.on(day).filter(pupil=pupil).order_by("-first").first()
    return enrolment.unit_id if enrolment else None


def lock(pupil: Pupil) -> None:
    """Until the end of the transaction nobody else lists or helps this child or another one of its family."""
    with connection.cursor() as cursor:
        cursor.execute("select lock_child(%s)", [pupil.pk])


def helped_before(pupil: Pupil, day: date, kind: str = "") -> Helped:
    """In the campaign of this day, with this kind of aid or with any, anywhere in the country."""
    with connection.cursor() as cursor:
        cursor.execute("select itself, siblings from helped_before(%s, %s, %s, %s)", [pupil.pk, kind, *season_of(day)])
        row = cursor.fetchone()
    return Helped(*row) if row else Helped(itself=False, siblings=False)


def is_listed_elsewhere(pupil: Pupil, family: Family) -> bool:
    """On the list in another family, at a school that the caller may not see."""
    with connection.cursor() as cursor:
        cursor.execute("select listed_elsewhere(%s, %s)", [pupil.pk, family.pk])
        listed: bool = cursor.fetchone()[0]
    return listed
