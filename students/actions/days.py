"""Days off by order: announced by a school or a unit above it, and put back (PRODUCT 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from schools.actions import touch_days
from schools.journal import record
from schools.models import Unit, User
from schools.rights import Permission
from schools.workflow import Refused
from students.actions import check_right
from students.models import DayOff, SchoolClass
from students.states import ClassKind, DayOffKind

ONE_DAY = timedelta(days=1)
LONGEST = timedelta(days=366)
GRADES = range(13)
SHIFTS = range(1, 4)


@dataclass(frozen=True)
class Concerned:
    """Whom a day off concerns: classes, the schools they are of, and the schools that have a word of their own."""

    classes: int
    schools: int
    names: list[str]  # classes for a school, schools for a unit above it; the first few
    own_word: int


@transaction.atomic
def announce(
    *, unit: Unit, first: date, last: date, grades: Sequence[int], shift: int | None, kind: str, order: str, by: User
) -> DayOff:
    """Days off (or taught days) for every school of the unit; empty grades and shift mean all.

    Raises PermissionDenied outside the person's units, Refused in words for dates, grades or a missing order.
    """
    check_right(by, Permission.DAYOFF_WRITE, unit.pk)
    _check(first, last, grades, shift, kind, order)
    row = DayOff.objects.create(
        unit=unit, first=first, last=last, grades=sorted(set(grades)), shift=shift, kind=kind, order=order.strip()
    )
    record(row, "announce_day_off", unit=unit.pk, by=by, after=kind, note=f"{first:%d.%m.%Y} – {last:%d.%m.%Y}")
    touch_days(_schools_of(unit.pk))
    return row


@transaction.atomic
def put_back(*, day_off: DayOff, day: date | None, by: User) -> None:
    """Put the days back as they were; with `day` only that one, and the rest stays announced."""
    check_right(by, Permission.DAYOFF_WRITE, day_off.unit_id)
    row = DayOff.objects.select_for_update().filter(pk=day_off.pk).first()
    if row is None:
        raise Refused(_("These days have been put back already."))
    if day is not None and not row.first <= day <= row.last:
        raise Refused(_("This day is not among the days announced."))
    record(
        row,
        "put_back_day",
        unit=row.unit_id,
        by=by,
        before=row.kind,
        note=f"{day or row.first:%d.%m.%Y}, № {row.order}",
    )
    if day is None or row.first == row.last:
        row.delete()
    else:
        _without(row, day)
    touch_days(_schools_of(day_off.unit_id))


def concerned(*, unit: Unit, first: date, last: date, grades: Sequence[int], shift: int | None) -> Concerned:
    """Whom these days would concern, for the preview."""
    classes = SchoolClass.objects.under(unit.pk).exclude(kind=ClassKind.RESIDENCE)
    if grades:
        classes = classes.filter(grades__overlap=list(grades))
    if shift is not None:
        classes = classes.filter(shift=shift)
    counts = classes.aggregate(classes=Count("pk"), schools=Count("unit", distinct=True))
    return Concerned(**counts, names=_names(unit, classes), own_word=_own_word(unit, first, last))


def _names(unit: Unit, classes: "QuerySet[SchoolClass]") -> list[str]:
    if unit.is_school:
        return list(classes.values_list("name", flat=True)[:40])
    schools = Unit.objects.filter(pk__in=classes.order_by().values("unit")[:2000]).order_by("pk")[:10]
    return [school.name for school in schools]


def _own_word(unit: Unit, first: date, last: date) -> int:
    rows = DayOff.objects.under(unit.pk).exclude(unit=unit).filter(first__lte=last, last__gte=first)
    return rows.aggregate(n=Count("unit", distinct=True))["n"]


def _check(first: date, last: date, grades: Sequence[int], shift: int | None, kind: str, order: str) -> None:
    if last < first:
        raise Refused(_("The last day cannot come before the first."))
    if last - first > LONGEST:
        raise Refused(_("The first and the last day are more than a year apart."))
    if kind not in DayOffKind.values:
        raise Refused(_("There is no such kind of day."))
    if any(grade not in GRADES for grade in grades):
        raise Refused(_("Grades go from 0 to 12."))
    if shift is not None and shift not in SHIFTS:
        raise Refused(_("Shifts are 1, 2 and 3."))
    if not order.strip():
        raise Refused(_("Days off are announced by an order: give its number."))


def _without(row: DayOff, day: date) -> None:
    """Cut one day out of a row: at its edge the row gets shorter, in the middle it becomes two."""
    first, last = row.first, row.last
    if day == first:
        row.first = day + ONE_DAY
    else:
        row.last = day - ONE_DAY
        if day < last:
            DayOff.objects.create(
                unit_id=row.unit_id,
                first=day + ONE_DAY,
                last=last,
                grades=row.grades,
                shift=row.shift,
                kind=row.kind,
                order=row.order,
            )
    row.save(update_fields=["first", "last"])


def _schools_of(unit: int) -> "QuerySet[Unit, int]":
    return Unit.objects.under(unit).schools().values_list("pk", flat=True)
