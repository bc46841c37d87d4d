"""The daily register: everyone is present, only exceptions are written (Guide 6.1.3, PRODUCT 5)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from psycopg import Cursor

from schools.actions import touch
from schools.journal import record
from schools.models import User
from schools.rights import Permission
from schools.workflow import Refused
from students import calendar
from students.actions import cases, warning
from students.models import Absence, Enrolment, Register, SchoolClass
from students.states import REASON_CLASS, WITHOUT_VALID_REASON, Contact, Form, Reason
from zabota.lib.clock import now, today

MOST_LESSONS = 12
MONTH = 32  # registers: more than are taken within `warning.RECENT`, six days a week

# a class on a day, all of it in one answer: the page is opened by every class of the country within the same hour
_SHEET = """
    with enrolled as materialized (
      select id, pupil_id, grade, form, first from students_enrolment
       where unit_id = %(unit)s::int and school_class_id = %(school_class)s::bigint
         and first <= %(day)s::date and (last is null or last >= %(day)s::date)),
    taken as materialized (
      select id, date, version, taken_at, taken_by from students_register
       where school_class_id = %(school_class)s::bigint and date <= %(day)s::date
       order by date desc limit %(registers)s::int),
    days as materialized (
      select grade, day, kind from school_days(%(since)s::date, %(day)s::date, array[%(unit)s::int])
       where school_class_id = %(school_class)s::bigint)
    select (select coalesce(json_agg(json_build_array(e.pupil_id, p.surname, p.name, p.patronymic,
                                                      e.grade, e.form, e.first)
                                     order by p.surname_order, p.name_order, e.id), '[]')
              from enrolled e join students_pupil p on p.id = e.pupil_id),
           (select coalesce(json_object_agg(grade, kind), '{}') from days where day = %(day)s::date),
           (select coalesce(json_agg(json_build_array(grade, day)), '[]') from days where kind = 'taught'),
           (select coalesce(json_agg(t order by t.date desc), '[]') from taken t),
           (select coalesce(json_agg(json_build_array(a.register_id, a.pupil_id, a.reason, a.lessons, a.contacted_on,
                                                      a.contact)), '[]')
              from students_absence a where a.register_id = any(array(select id from taken))),
           (select coalesce(json_agg(json_build_array(c.pupil_id, c.id, c.unit_id)
                                     order by c.found_on desc, c.id desc), '[]')
              from students_case c where c.pupil_id = any(array(select pupil_id from enrolled))
               and c.state in ('draft', 'confirmed')
               and coalesce(c.relapsed_on >= c.returned_on, c.returned_on is null))"""

# the classes of a school that owe a register: they have pupils who have school that day, and nothing was taken
_SILENT = """
    select distinct d.school_class_id from school_days(%(day)s, %(day)s, array[%(unit)s]) d
      join students_enrolment e on e.unit_id = d.unit_id and e.school_class_id = d.school_class_id and e.grade = d.grade
                               and e.first <= %(day)s and (e.last is null or e.last >= %(day)s)
     where d.kind = any(%(kinds)s)
       and not exists (select from students_register r
                        where r.school_class_id = d.school_class_id and r.date = %(day)s)"""


@dataclass(frozen=True)
class Mark:
    """An exception of a register.  `lessons` empty is the whole day, the only kind that is counted."""

    reason: str = Reason.UNKNOWN
    lessons: int | None = None
    contacted_on: date | None = None
    contact: str = ""

    @property
    def is_counted(self) -> bool:
        """A whole day without a valid reason: it counts towards systematic and long absence."""
        return self.lessons is None and REASON_CLASS[self.reason] in WITHOUT_VALID_REASON


class StaleRegister(Refused):
    """Somebody saved this register since the page was opened; `stored` is the sheet as it stands now."""

    def __init__(self, stored: "Sheet") -> None:
        super().__init__(_("Somebody has saved this register meanwhile."))
        self.stored = stored


@dataclass(frozen=True)
class Seat:
    """A pupil of the class on that day, since when, and what the day is for the pupil's grade."""

    pupil: int
    name: str
    grade: int
    form: str
    first: date
    kind: str

    @property
    def has_school(self) -> bool:
        return self.kind in calendar.SCHOOL_DAY


@dataclass(frozen=True)
class Taken:
    """A register and its marks."""

    register: Register
    marks: dict[int, Mark]


@dataclass(frozen=True)
class CaseOf:
    """An open case of a pupil, a draft or a confirmed one."""

    pupil: int
    pk: int
    unit: int


@dataclass
class Sheet:
    """A class on a day: its pupils, what the day is, the register if there is one, and those before it."""

    school_class: SchoolClass
    day: date
    seats: list[Seat]
    off: str  # why there is no school day, in words; empty on a school day
    register: Register | None = None
    marks: dict[int, Mark] = field(default_factory=dict)
    cases: list[CaseOf] = field(default_factory=list)
    earlier: list[Taken] = field(default_factory=list)  # with the past: registers before this day, the latest first
    taught: dict[int, set[date]] = field(default_factory=dict)  # with the past: grade → taught days of these weeks

    @property
    def kind(self) -> str:
        return calendar.kind_of_class(seat.kind for seat in self.seats)

    @property
    def version(self) -> int:
        return self.register.version if self.register else 0

    @property
    def before(self) -> Taken | None:
        """The last register taken before that day: its marks are a hint."""
        return self.earlier[0] if self.earlier else None


@dataclass(frozen=True)
class Line:
    """A class in the table of the day.  Taken, day off and silent are three different things."""

    school_class: SchoolClass
    size: int
    kind: str
    off: str  # why there is no school day, in words
    register: Register | None
    absent: int  # marks of the register, of whole days and of lessons

    @property
    def is_due(self) -> bool:
        return not self.off and self.size > 0

    @property
    def is_silent(self) -> bool:
        return self.is_due and self.register is None


def read(school_class: SchoolClass, day: date, with_past: bool = False) -> Sheet:
    """The class on that day as it stands in the portal, if wanted with the registers of the last weeks."""
    asked = {
        "school_class": school_class.pk,
        "unit": school_class.unit_id,
        "day": day,
        "since": day - warning.RECENT if with_past else day,
        "registers": MONTH if with_past else 1,
    }
    enrolled, by_grade, taught, registered, marked, cases_of = _prepared(_SHEET, asked)
    kinds = {int(grade): kind for grade, kind in by_grade.items()}
    seats = [_seat(kinds, *row) for row in enrolled]
    taken = _taken(school_class, registered, marked)
    mine = {seat.grade: seat.kind for seat in seats} or kinds
    sheet = Sheet(school_class, day, seats, _why_off(school_class, day, mine), taught=_days_of_grades(taught))
    if taken and taken[0].register.date == day:
        sheet.register, sheet.marks = taken[0].register, taken.pop(0).marks
    sheet.earlier, sheet.cases = taken, [CaseOf(*case) for case in cases_of]
    return sheet


def _prepared(sql: str, asked: Mapping[str, Any]) -> tuple[Any, ...]:
    """The one row of a statement that the server plans once a connection: planning this one takes twice the answering.

    Django's own cursors bind on the client and are never prepared, whatever the threshold.
    """
    connection.ensure_connection()
    connection.connection.prepare_threshold = 0
    with Cursor(connection.connection) as cursor:
        row = cursor.execute(sql, asked).fetchone()
    assert row is not None
    return row


def _seat(
    kinds: Mapping[int, str], pupil: int, surname: str, name: str, patronymic: str, grade: int, form: str, first: str
) -> Seat:
    full_name = " ".join(part for part in (surname, name, patronymic) if part)
    return Seat(pupil, full_name, grade, form, date.fromisoformat(first), kinds.get(grade, calendar.OFF))


def _taken(school_class: SchoolClass, registered: list[dict[str, Any]], marked: list[list[Any]]) -> list[Taken]:
    marks: dict[int, dict[int, Mark]] = defaultdict(dict)
    for register, pupil, reason, lessons, contacted, contact in marked:
        marks[register][pupil] = Mark(reason, lessons, contacted and date.fromisoformat(contacted), contact)
    taken = []
    for row in registered:
        register = Register(**row, unit_id=school_class.unit_id, school_class=school_class)
        register.date, register.taken_at = date.fromisoformat(row["date"]), datetime.fromisoformat(row["taken_at"])
        register._state.adding, register._state.db = False, connection.alias
        taken.append(Taken(register, marks[register.pk]))
    return taken


def _days_of_grades(taught: list[tuple[int, str]]) -> dict[int, set[date]]:
    days: dict[int, set[date]] = defaultdict(set)
    for grade, day in taught:
        days[grade].add(date.fromisoformat(day))
    return days


def _why_off(school_class: SchoolClass, day: date, kinds: dict[int, str]) -> str:
    if calendar.kind_of_class(kinds.values()) in calendar.SCHOOL_DAY:
        return ""
    return calendar.why_off(school_class, kinds, calendar.days_off_on(day, [school_class.unit_id]))


def streaks(sheet: Sheet) -> dict[int, warning.Streak]:
    """Who of the class has been absent on the taken school days up to this one, and for how long.

    Whoever was seen in class within the last weeks is found in the registers at hand; the others, who may have come
    from another class, are looked up.
    """
    found, unsure = {}, []
    for seat in sheet.seats:
        days = _absent_until(sheet, seat)
        if days is None:
            unsure.append(seat.pupil)
        elif days:
            found[seat.pupil] = warning.Streak(len(days), days[-1][0], days[0][1])
    if unsure:
        unit, last = sheet.school_class.unit_id, sheet.day - calendar.ONE_DAY
        found |= warning.streaks(unit_id=unit, pupils=unsure, on=last)
    return found


def _absent_until(sheet: Sheet, seat: Seat) -> list[tuple[date, str]] | None:
    """Days and reasons of the absence that still goes on, the latest first; None where its beginning is not at hand."""
    if seat.form != Form.DAY:  # registers prove nothing, unless of the days before the form was changed
        return [] if seat.first <= sheet.day - warning.RECENT else None
    days: list[tuple[date, str]] = []
    taught = sheet.taught.get(seat.grade, ())
    for taken in sheet.earlier:
        day = taken.register.date
        if day < seat.first:
            return None
        if day in taught:
            mark = taken.marks.get(seat.pupil)
            if mark is None or mark.lessons is not None:
                return days
            days.append((day, mark.reason))
    return None


def marks_of(register: Register) -> dict[int, Mark]:
    return {
        row.pupil_id: Mark(row.reason, row.lessons, row.contacted_on, row.contact)
        for row in register.absences.all()  # one query
    }


def last_before(school_class: SchoolClass, day: date) -> Register | None:
    """The last register taken before that day: its marks are a hint."""
    return Register.objects.filter(school_class=school_class, date__lt=day).order_by("-date").first()


def as_before(sheet: Sheet, before: Mapping[int, Mark]) -> dict[int, Mark]:
    """The whole-day marks of an earlier register carried over to this day, for pupils who are still there."""
    marks = {}
    for seat in sheet.seats:
        mark = before.get(seat.pupil)
        if mark is None or mark.lessons is not None or not seat.has_school:
            continue
        fits = mark.reason != Reason.NO_DEVICE or seat.kind == calendar.DISTANCE
        marks[seat.pupil] = Mark(mark.reason if fits else Reason.UNKNOWN)
    return marks


@transaction.atomic
def take(
    *, school_class: SchoolClass, date: date, absent: Mapping[int, Mark], version: int, why: str = "", by: User
) -> Register:
    """Save the register of a class on a day: `hold` and `save` in one."""
    sheet = hold(school_class=school_class.pk, date=date, by=by)
    if sheet is None:
        raise PermissionDenied
    return save(sheet=sheet, absent=absent, version=version, why=why, by=by)


def hold(*, school_class: int, date: date, by: User) -> Sheet | None:
    """The class on that day for nobody but this person, until the transaction ends; None where it is not theirs."""
    allowed = SchoolClass.objects.for_user(by, Permission.REGISTER_TAKE)
    held = allowed.select_for_update(of=("self",), no_key=True).filter(pk=school_class).first()
    return read(held, date) if held else None


@transaction.atomic
def save(*, sheet: Sheet, absent: Mapping[int, Mark], version: int, why: str = "", by: User) -> Register:
    """Save the register of a class that is held: the marks replace those that were there.

    `version` is that of the register the person saw, 0 for none.  Raises StaleRegister when another one is stored,
    Refused in words for a day without school, pupils of another class, or a change of a past day without `why`.
    """
    if sheet.version != version:
        raise StaleRegister(sheet)
    _check_day(sheet)
    _check_marks(sheet, absent)
    kept = {seat.pupil for seat in sheet.seats if not seat.has_school}  # marks of a day that became off stay on record
    before = {pupil: mark for pupil, mark in sheet.marks.items() if pupil not in kept}
    if sheet.register is not None and before == dict(absent):
        return sheet.register
    if sheet.register is not None and sheet.day < today() and not why.strip():
        raise Refused(_("This day is over. Say why its register is changed."))
    register = _write(sheet, before, absent, by)
    verb = "change_register" if sheet.register else "take_register"
    record(
        register, verb, unit=register.unit_id, by=by, before=str(len(before)), after=str(len(absent)), note=why.strip()
    )
    touch([register.unit_id], before.keys() | absent.keys())
    _follow(sheet, absent, by)
    return register


@transaction.atomic
def take_all_present(*, classes: Iterable[SchoolClass], date: date, by: User) -> list[Register]:
    """Everyone came: one press for the whole school.  Classes with a register or without school are left alone."""
    wanted = {each.pk: each for each in classes}
    _check_rights(by, wanted.values())
    _check_past(date)
    locked = SchoolClass.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk")
    silent = [line.school_class for line in lines_of(list(locked), date) if line.is_silent]
    registers = Register.objects.bulk_create(
        Register(unit_id=each.unit_id, school_class=each, date=date, taken_at=now(), taken_by=by.username)
        for each in silent
    )
    for register in registers:
        record(register, "take_register", unit=register.unit_id, by=by, after="0")
    if registers:
        touch({register.unit_id for register in registers})
        here = Enrolment.objects.on(date).filter(school_class__in=[register.school_class_id for register in registers])
        cases.follow_registers(pupils=list(here.values_list("pupil", flat=True)), by=by)
    return registers


def lines_of(classes: Collection[SchoolClass], day: date) -> list[Line]:
    """How each class stands on that day; the number of queries does not depend on how many classes there are."""
    units = {each.unit_id for each in classes}
    kinds = calendar.kinds_on(day, units)
    days_off = calendar.days_off_on(day, units)
    sizes: dict[int, dict[int, int]] = defaultdict(dict)
    enrolled = Enrolment.objects.on(day).filter(school_class__in=classes).order_by()
    for pk, grade, size in enrolled.values_list("school_class", "grade").annotate(n=Count("pk")):
        sizes[pk][grade] = size
    taken = Register.objects.filter(school_class__in=classes, date=day).annotate(absent=Count("absences"))
    registers: dict[int, Any] = {register.school_class_id: register for register in taken}
    lines = []
    for each in classes:
        known = kinds.get(each.pk, {})
        mine = {grade: known.get(grade, calendar.OFF) for grade in sizes[each.pk]} or known
        kind = calendar.kind_of_class(mine.values())
        off = "" if kind in calendar.SCHOOL_DAY else calendar.why_off(each, mine, days_off)
        register = registers.get(each.pk)
        lines.append(Line(each, sum(sizes[each.pk].values()), kind, off, register, register.absent if register else 0))
    return lines


def silent(unit: int, day: date) -> set[int]:
    """The classes of a school that still owe their register that day (`Line.is_silent` for all of them at once)."""
    with connection.cursor() as cursor:
        cursor.execute(_SILENT, {"unit": unit, "day": day, "kinds": list(calendar.SCHOOL_DAY)})
        return {pk for (pk,) in cursor.fetchall()}


def absent_before(classes: Collection[SchoolClass], day: date) -> "QuerySet[Absence]":
    """Whole-day absences of each class's last register before that day."""
    recent = Register.objects.filter(school_class__in=classes, date__lt=day, date__gte=day - warning.RECENT)
    last = recent.order_by("school_class_id", "-date").distinct("school_class_id")
    return Absence.objects.filter(register__in=last.values("pk"), lessons=None)


def _check_rights(by: User, classes: Iterable[SchoolClass]) -> None:
    allowed = SchoolClass.objects.for_user(by, Permission.REGISTER_TAKE)
    asked = {each.pk for each in classes}
    if allowed.filter(pk__in=asked).count() != len(asked):
        raise PermissionDenied


def _check_past(day: date) -> None:
    if day > today():
        raise Refused(_("This day has not come yet: its register cannot be taken."))


def _check_day(sheet: Sheet) -> None:
    _check_past(sheet.day)
    if not sheet.seats:
        raise Refused(_("Nobody was enrolled in class %(name)s on that day.") % {"name": sheet.school_class.name})
    if sheet.off:
        raise Refused(
            _("Class %(name)s has no school on %(day)s: %(why)s.")
            % {"name": sheet.school_class.name, "day": f"{sheet.day:%d.%m.%Y}", "why": sheet.off}
        )


def _check_marks(sheet: Sheet, absent: Mapping[int, Mark]) -> None:
    seats = {seat.pupil: seat for seat in sheet.seats}
    for pupil, mark in absent.items():
        seat = seats.get(pupil)
        if seat is None:
            raise Refused(
                _("A child who is marked absent was not enrolled in this class on that day. Open the page again.")
            )
        if trouble := _trouble(seat, mark):
            raise Refused(f"{seat.name}: {trouble}")


def _trouble(seat: Seat, mark: Mark) -> str:
    """What is wrong with one mark, in words; empty when it is right."""
    if not seat.has_school:
        return _("grade %(grade)s has no school on that day.") % {"grade": seat.grade}
    if mark.reason not in Reason.values:
        return _("there is no such reason.")
    if mark.reason == Reason.NO_DEVICE and seat.kind != calendar.DISTANCE:
        return _("«no device» is a reason on distance days only.")
    if mark.lessons is not None and not 1 <= mark.lessons <= MOST_LESSONS:
        return _("lessons missed go from 1 to %(most)s; leave it empty for the whole day.") % {"most": MOST_LESSONS}
    if mark.contact and mark.contact not in Contact.values:
        return _("there is no such kind of contact.")
    if mark.contacted_on and mark.contacted_on > today():
        return _("the day of the contact lies in the future.")
    return ""


def _write(sheet: Sheet, before: Mapping[int, Mark], absent: Mapping[int, Mark], by: User) -> Register:
    register = sheet.register or Register(
        unit_id=sheet.school_class.unit_id, school_class=sheet.school_class, date=sheet.day, version=0
    )
    register.version += 1
    register.taken_at, register.taken_by = now(), by.username
    register.save()
    gone = before.keys() - absent.keys()
    if gone:
        register.absences.filter(pupil__in=gone).delete()
    for pupil in before.keys() & absent.keys():
        if before[pupil] != absent[pupil]:
            register.absences.filter(pupil=pupil).update(**_fields(absent[pupil]))
    _add(register, {pupil: mark for pupil, mark in absent.items() if pupil not in before})
    return register


def _add(register: Register, marks: Mapping[int, Mark]) -> None:
    try:
        Absence.objects.bulk_create(
            Absence(unit_id=register.unit_id, register=register, pupil_id=pupil, date=register.date, **_fields(mark))
            for pupil, mark in marks.items()
        )
    except IntegrityError:  # perhaps in a school that this person does not see
        raise Refused(_("One of the children is already marked absent that day in another class.")) from None


def _fields(mark: Mark) -> dict[str, object]:
    return {"reason": mark.reason, "lessons": mark.lessons, "contacted_on": mark.contacted_on, "contact": mark.contact}


def _follow(sheet: Sheet, absent: Mapping[int, Mark], by: User) -> None:
    """What a saved register sets going: returns are proved, and flagged children get a draft."""
    cases.follow_registers(pupils=[seat.pupil for seat in sheet.seats], saved=sheet.day, by=by)
    counted = [pupil for pupil, mark in absent.items() if mark.is_counted]
    if counted:
        warning.raise_drafts(school_class=sheet.school_class, pupils=counted, on=today(), by=by)
