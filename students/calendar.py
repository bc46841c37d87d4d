"""The Python door to the day calendar.  The rule itself is the SQL function `school_days` (PRODUCT 5 and 11)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from schools.models import User
from schools.number import ancestors
from schools.rights import Permission
from students.models import DayOff, SchoolClass
from students.states import DayOffKind
from zabota.lib.clock import today

TAUGHT, DISTANCE, OFF = "taught", "distance", "off"
RECENT = timedelta(days=30)
ONE_DAY = timedelta(days=1)
SCHOOL_DAY = (TAUGHT, DISTANCE)  # a register is taken; on a distance day it says who was connected


@dataclass(frozen=True)
class ClassDay:
    """What a day is for one grade of one class: taught, distance, holiday, cancelled or off (weekend)."""

    school_class: int
    unit: int
    grade: int
    day: date
    kind: str


def school_days(first: date, last: date, units: Collection[int]) -> list[ClassDay]:
    """Every day from first to last, both included, for each grade of each class of these schools."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select school_class_id, unit_id, grade, day, kind from school_days(%s, %s, %s::int[])",
            [first, last, list(units)],
        )
        return [ClassDay(*row) for row in cursor.fetchall()]


def kinds_on(day: date, units: Collection[int]) -> dict[int, dict[int, str]]:
    """What one day is: class → grade → kind."""
    kinds: dict[int, dict[int, str]] = defaultdict(dict)
    for each in school_days(day, day, units):
        kinds[each.school_class][each.grade] = each.kind
    return kinds


def kind_of_class(kinds: Iterable[str]) -> str:
    """What the day is for a class of several grades: a school day as soon as it is one for some of them."""
    found = set(kinds)
    return next((kind for kind in (TAUGHT, DISTANCE) if kind in found), min(found, default=OFF))


def days_off_on(day: date, units: Collection[int]) -> list[DayOff]:
    """The days off announced for this date by these units and the units above them, the nearest first."""
    line = {above for unit in units for above in ancestors(unit)}
    rows = DayOff.objects.filter(unit_id__in=line, first__lte=day, last__gte=day)
    return list(rows.select_related("unit").order_by("-unit_id", "-pk"))


def announced(user: User, *, below: bool) -> "QuerySet[DayOff]":
    """Days off of the person's own units and the units above them; with `below` recent ones of the units beneath."""
    own = user.grants.units(Permission.DAYOFF_WRITE)
    if below:
        recent = DayOff.objects.for_user(user, Permission.DAYOFF_WRITE).filter(last__gte=today() - RECENT)
        return recent.exclude(unit__in=own)
    return DayOff.objects.filter(unit__in={above for unit in own for above in ancestors(unit)})


def why_off(school_class: SchoolClass, kinds: dict[int, str], rows: Iterable[DayOff]) -> str:
    """Why a class has no school day, in words: the kind, the order and who announced it, or the weekend."""
    kind = kind_of_class(kinds.values())
    if kind == OFF:
        return _("weekend")
    line = set(ancestors(school_class.unit_id))
    for row in rows:
        covers = not row.grades or not kinds.keys().isdisjoint(row.grades)
        if row.unit_id in line and row.kind == kind and covers and row.shift in (None, school_class.shift):
            return words_of(row)
    return str(DayOffKind(kind).label)


def words_of(row: DayOff) -> str:
    """One announced day off in words: «lessons cancelled, order № 12-Ө, Аршалы ауданы»."""
    kind = row.get_kind_display()
    if row.order:
        return _("%(kind)s, order № %(order)s, %(unit)s") % {"kind": kind, "order": row.order, "unit": row.unit.name}
    return _("%(kind)s, %(unit)s") % {"kind": kind, "unit": row.unit.name}


def words_of_grades(grades: list[int]) -> str:
    """Grades as people write them: [0, 1, 2, 11] is «0–2; 11»."""
    runs: list[list[int]] = []
    for grade in sorted(grades):
        if runs and grade == runs[-1][1] + 1:
            runs[-1][1] = grade
        else:
            runs.append([grade, grade])
    return "; ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)


def dates_of(row: DayOff) -> str:
    if row.first == row.last:
        return f"{row.first:%d.%m.%Y}"
    return f"{row.first:%d.%m.%Y} – {row.last:%d.%m.%Y}"
