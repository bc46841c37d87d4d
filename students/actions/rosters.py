"""Rosters: classes, and the children a school's own workbook puts into them (PRODUCT 13)."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum, auto
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from schools.actions import keep_document, touch, touch_days
from schools.jobs import want
from schools.journal import record
from schools.models import Job, Unit, User
from schools.rights import Permission
from schools.workflow import Refused, WrongState
from students.actions import check_right, movement
from students.models import Enrolment, Intake, Pupil, Register, SchoolClass
from students.states import ClassKind, Form, IntakeState
from zabota.lib import kazakh
from zabota.lib.clock import now, today
from zabota.lib.secret import blind_index

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROSTER, CHECK, ENTER = "roster", "roster.check", "roster.enter"
LONGEST_NAME = 20
HIGHEST_GRADE = 12

_LOCK_OF_ROSTERS = 7102  # the first half of an advisory lock's number; the second is the school's
_WORDS = re.compile(r"\b(?:сынып|сыныбы|класс|класы|кл|class)\b", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"(\d{1,2})([^\W\d_]{0,3})")
_LEADING_GRADE = re.compile(r"\d{1,2}(?!\d)")


# Names of classes ------------------------------------------------------------------------------------------------


def class_key(name: str) -> str:
    """What makes two spellings one class: «7 «А»», «7А», «7-а», «7 «A» класс» with a Latin A.

    Kazakh letters are not folded: 7А and 7Ә are two classes.
    """
    plain = kazakh.cyrillic(_WORDS.sub(" ", kazakh.tidy(name)).upper())
    return "".join(mark for mark in plain.casefold() if mark.isalnum())


def class_title(name: str) -> str:
    """The name under which a new class stands on lists: «7А»; a group's own name stays as it was written."""
    found = _PLAIN_NAME.fullmatch(class_key(name))
    return f"{int(found[1])}{found[2].upper()}" if found else kazakh.repair(kazakh.tidy(name))[:LONGEST_NAME]


def grade_in_name(name: str) -> int | None:
    """The number a class's name begins with, if it is a grade."""
    found = _LEADING_GRADE.match(class_key(name))
    return int(found[0]) if found and int(found[0]) <= HIGHEST_GRADE else None


def school_year_start(day: date) -> date:
    """1 September of the school year of this day; from August on rosters are those of the coming one."""
    return date(day.year if day.month >= 8 else day.year - 1, 9, 1)


# A class by hand -------------------------------------------------------------------------------------------------


class Stale(Refused):
    """The class was saved by somebody else since the form was opened; `stored` is what stands now."""

    def __init__(self, stored: SchoolClass) -> None:
        super().__init__(_("Somebody saved this class while you were writing."))
        self.stored = stored


@transaction.atomic
def save_class(*, school_class: SchoolClass, version: int, by: User) -> SchoolClass:
    """Create the class, or save it if nobody has since `version`.

    Raises PermissionDenied, Stale, and Refused for a name given twice.
    """
    check_right(by, Permission.ROSTER_WRITE, school_class.unit_id)
    is_new = school_class.pk is None
    if not is_new:
        stored = SchoolClass.objects.select_for_update(of=("self",)).get(pk=school_class.pk)
        if stored.version != version:
            raise Stale(stored)
        _refuse_grades_in_use(school_class)
        school_class.version = version + 1
    namesakes = SchoolClass.objects.under(school_class.unit_id).exclude(pk=school_class.pk)
    if class_key(school_class.name) in {class_key(name) for name in namesakes.values_list("name", flat=True)}:
        raise Refused(_("The school has a class with this name already."))
    school_class.save()
    record(school_class, "add_class" if is_new else "change_class", unit=school_class.unit_id, by=by)
    touch_days([school_class.unit_id])
    return school_class


def _refuse_grades_in_use(school_class: SchoolClass) -> None:
    used = set(school_class.enrolments.on(today()).values_list("grade", flat=True))
    lost = sorted(used - set(school_class.grades))
    if lost:
        raise Refused(
            _("Children of grade %(grades)s study in this class.") % {"grades": ", ".join(str(grade) for grade in lost)}
        )


# What a row of a roster means ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One child of a workbook.  What is empty was not said: it never erases what is known."""

    class_name: str
    grade: int | None
    surname: str
    name: str
    patronymic: str
    born: date | None
    sex: str
    iin: str
    form: str
    first: date | None
    masked: bool = False  # the IIN came with its digits hidden, as the portal shows it

    @property
    def names(self) -> tuple[str, str, date | None]:
        return kazakh.fold(self.surname), kazakh.fold(self.name), self.born


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be entered: the column's key, what is wrong, what to do."""

    column: str
    message: str
    remedy: str = ""


class Step(StrEnum):
    """What a row does to the child's enrolment."""

    KEEP = auto()
    ENROL = auto()
    CORRECT = auto()
    MOVE = auto()  # from one class of the school to another


class Kind(StrEnum):
    NEW = auto()
    CHANGED = auto()
    SAME = auto()


@dataclass
class Decision:
    """What entering a row would do."""

    row: RosterRow
    school_class: SchoolClass | None = None  # None: a class the roster brings with it
    grade: int = 0
    first: date | None = None
    pupil: Pupil | None = None
    enrolment: Enrolment | None = None
    step: Step = Step.KEEP
    facts: dict[str, Any] = field(default_factory=dict)
    corrections: dict[str, Any] = field(default_factory=dict)
    problem: Problem | None = None

    def enrol_from(self, day: date | None) -> None:
        """The child is a pupil of the class from that day on, and what the row says of the child is taken over."""
        self.step, self.first = Step.ENROL, day
        self.take_facts()

    def take_facts(self) -> None:
        if self.pupil is not None:
            self.facts = _changed_facts(self.row, self.pupil)

    @property
    def kind(self) -> Kind:
        if self.pupil is None:
            return Kind.NEW
        return Kind.CHANGED if self.facts or self.step != Step.KEEP else Kind.SAME


class Standing:
    """What the portal knows of a school before a roster is entered: its classes, children and enrolments."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.classes = {class_key(row.name): row for row in SchoolClass.objects.under(unit.pk)}
        self.by_iin: dict[str, Pupil] = {}
        self.by_names: dict[tuple[str, str, date | None], list[Pupil]] = defaultdict(list)
        for pupil in Pupil.objects.under(unit.pk).defer("iin"):
            self.by_names[pupil.surname_fold, pupil.name_fold, pupil.born].append(pupil)
            if pupil.iin_index:
                self.by_iin[pupil.iin_index] = pupil
        self.enrolments: dict[int, list[Enrolment]] = defaultdict(list)
        for enrolment in Enrolment.objects.under(unit.pk).order_by("first"):
            self.enrolments[enrolment.pupil_id].append(enrolment)
        self.registers: dict[int, list[date]] = defaultdict(list)
        for school_class, day in Register.objects.under(unit.pk).values_list("school_class", "date"):
            self.registers[school_class].append(day)
        self.running = {rows[-1].school_class_id for rows in self.enrolments.values() if rows[-1].last is None}

    def settle(self, row: RosterRow) -> Decision:
        """What this row alone means; its problem, if it has one, is the first that stands in its way."""
        school_class = self.classes.get(class_key(row.class_name))
        decision = Decision(row, school_class)
        decision.problem = self._settle_grade(decision) or self._settle_child(decision)
        return decision

    def _settle_grade(self, decision: Decision) -> Problem | None:
        row, school_class = decision.row, decision.school_class
        named = grade_in_name(row.class_name)
        only = school_class.grades[0] if school_class and len(school_class.grades) == 1 else None
        grade = next((each for each in (row.grade, only, named) if each is not None), None)
        if grade is None:
            return Problem(
                "grade", _("The name of the class does not tell the grade."), _("Fill in the grade, 0 to 12.")
            )
        if school_class and grade not in school_class.grades:
            message = _("Class %(class)s has no grade %(grade)s.") % {"class": school_class.name, "grade": grade}
            return Problem("grade", message, _("Correct the grade or the class, or add the grade on the class's page."))
        if not school_class and named is not None and grade != named:
            message = _("The name of the class says grade %(named)s, the row says %(grade)s.")
            return Problem("grade", message % {"named": named, "grade": grade}, _("Correct the grade or the class."))
        decision.grade = grade
        return None

    def _settle_child(self, decision: Decision) -> Problem | None:
        known = self._known(decision.row)
        if len(known) > 1:
            return Problem(
                "iin", _("Several children of the school have this name and date of birth."), _("Give the IIN.")
            )
        if not known and decision.row.masked:
            words = _("The IIN is hidden and the school has no child of this name and date of birth.")
            return Problem("iin", words, _("Give all twelve digits: they tell which child is meant."))
        if known:
            decision.pupil = known[0]
        mine = self.enrolments[known[0].pk] if known else []
        if not mine:
            return self._settle_first_day(decision)
        return self._settle_enrolment(decision, mine)

    def _known(self, row: RosterRow) -> list[Pupil]:
        index = blind_index(row.iin)
        if index and index in self.by_iin:
            return [self.by_iin[index]]
        return [each for each in self.by_names.get(row.names, []) if not (index and each.iin_index)]

    def _settle_first_day(self, decision: Decision) -> Problem | None:
        decision.enrol_from(decision.row.first)
        if decision.first is None:
            if decision.school_class and decision.school_class.pk in self.running:
                message = _("The child is new in a class that has begun already.")
                return Problem("first", message, _("Give the first day in this class."))
            decision.first = school_year_start(today())
        return None

    def _settle_enrolment(self, decision: Decision, mine: list[Enrolment]) -> Problem | None:
        """What is past stays: a change holds from its day on, and a later first day alone says nothing new."""
        row, latest = decision.row, mine[-1]
        if row.first is not None and any(each.first == row.first for each in mine[:-1]):
            return None  # the row speaks of an earlier class of the child: an old file changes nothing
        if latest.last is not None:
            return self._settle_return(decision, latest)
        decision.enrolment = latest
        decision.take_facts()
        said = {"grade": decision.grade, "form": row.form or latest.form}
        decision.corrections = {name: value for name, value in said.items() if value != getattr(latest, name)}
        if decision.school_class is None or decision.school_class.pk != latest.school_class_id:
            decision.corrections["school_class"] = decision.school_class
        if decision.corrections and row.first is not None and row.first > latest.first:
            decision.step, decision.first = Step.MOVE, row.first
            return None
        return self._settle_correction(decision, mine)

    def _settle_return(self, decision: Decision, latest: Enrolment) -> Problem | None:
        left = _day(latest.last + timedelta(days=1)) if latest.last else ""
        if decision.row.first is None:
            message = _("The child left the school on %(day)s.") % {"day": left}
            return Problem("first", message, _("If it came back, give the first day; else take the row out."))
        if latest.last and decision.row.first > latest.last:
            decision.enrol_from(decision.row.first)
        return None

    def _settle_correction(self, decision: Decision, mine: list[Enrolment]) -> Problem | None:
        """A slip is corrected in place, as long as no register that was taken would say something else then."""
        latest = mine[-1]
        first = min(decision.row.first or latest.first, latest.first)
        if problem := self._contradicted(decision, latest, first):
            return problem
        if first < latest.first and not self._taken(decision, latest, first, latest.first):
            decision.corrections["first"] = first
        before = mine[-2].last if len(mine) > 1 else None
        if before is not None and first <= before:
            message = _("The child was in another class until %(day)s.") % {"day": _day(before)}
            return Problem("first", message, _("Give a later first day."))
        if decision.corrections:
            decision.step = Step.CORRECT
        return None

    def _contradicted(self, decision: Decision, latest: Enrolment, first: date) -> Problem | None:
        moves = "school_class" in decision.corrections
        if moves and (first < latest.first or self._taken(decision, latest, first)):
            message = _("The child studies in another class of the school since %(day)s.") % {"day": _day(latest.first)}
            return Problem("first", message, _("Give the first day in the new class."))
        if decision.corrections and self._taken(decision, latest, first):
            message = _("Registers were taken with the former grade and form of study since %(day)s.")
            return Problem("first", message % {"day": _day(latest.first)}, _("Give the first day of the change."))
        return None

    def _taken(self, decision: Decision, latest: Enrolment, since: date, until: date = date.max) -> bool:
        """Whether a register of the class the child is in, or is said to be in, was taken on these days."""
        classes = {latest.school_class_id} | ({decision.school_class.pk} if decision.school_class else set())
        return any(since <= day < until for each in classes for day in self.registers[each])


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _changed_facts(row: RosterRow, pupil: Pupil) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in ("surname", "name", "patronymic", "born", "sex")}
    changed = {name: value for name, value in said.items() if value and value != getattr(pupil, name)}
    if row.iin and not pupil.iin_index:
        changed |= {"iin": row.iin, "iin_index": blind_index(row.iin)}
    return changed


def decide(unit: Unit, rows: Sequence[RosterRow]) -> list[Decision]:
    """What entering these rows into this school would do, each with the problem that stands in its way."""
    standing = Standing(unit)
    decisions = [standing.settle(row) for row in rows]
    _each_child_stands_once(decisions)
    _nobody_is_elsewhere(unit, [decision for decision in decisions if decision.problem is None])
    return decisions


def _each_child_stands_once(decisions: Iterable[Decision]) -> None:
    seen: set[int] = set()
    for decision in decisions:
        if decision.pupil is None or decision.problem:
            continue
        if decision.pupil.pk in seen:
            words = _("Another row speaks of the same child of the school.")
            decision.problem = Problem("surname", words, _("Keep one of the rows."))
        seen.add(decision.pupil.pk)


def _nobody_is_elsewhere(unit: Unit, decisions: Iterable[Decision]) -> None:
    asked = [each for each in decisions if each.step == Step.ENROL or "iin" in each.facts]
    answers = movement.find_children([_asked_of(decision) for decision in asked])
    names = movement.names_of({found.unit_id for answer in answers for found in answer if found.unit_id is not None})
    for decision, answer in zip(asked, answers, strict=True):
        for found in answer:
            decision.problem = decision.problem or _elsewhere(unit, decision, found, names)


def _asked_of(decision: Decision) -> movement.Wanted:
    row = decision.row
    if decision.step == Step.ENROL:
        return movement.Wanted(row.surname, row.name, row.born, row.iin)
    return movement.Wanted("", "", None, row.iin)  # the child is known; only its new number may be another's


def _elsewhere(unit: Unit, decision: Decision, found: movement.Found, names: dict[int, str]) -> Problem | None:
    where = names[found.unit_id] if found.unit_id is not None else _("no school")
    if decision.pupil is None:
        remedy = _("Take the row out, and take the arrival in on the page of the class instead.")
        return Problem("surname", _("There is such a child at %(unit)s.") % {"unit": where}, remedy)
    if found.pupil_id != decision.pupil.pk:
        if "iin" not in decision.facts:
            return None
        message = _("Another child has this IIN: %(unit)s.") % {"unit": where}
        return Problem("iin", message, _("Correct the number or clear it."))
    if found.unit_id != unit.pk and decision.first and found.is_enrolled_on(decision.first):
        message = _("The child is still enrolled at %(unit)s.") % {"unit": where}
        return Problem("first", message, _("Ask that school for the slip."))
    return None


# The way of a workbook -------------------------------------------------------------------------------------------


@transaction.atomic
def hand_in(*, unit: Unit, name: str, content: bytes, by: User) -> Intake:
    """Keep the workbook and have a worker check it; raises PermissionDenied."""
    check_right(by, Permission.ROSTER_WRITE, unit.pk)
    document = keep_document(
        unit=unit,
        name=name,
        content=content,
        content_type=XLSX,
        permission=Permission.ROSTER_WRITE,
        personal=True,
        by=by,
    )
    intake = Intake.objects.create(unit=unit, kind=ROSTER, document=document, created_at=now(), created_by=by.username)
    record(intake, "hand_in_roster", unit=unit.pk, by=by)
    want(CHECK, f"{CHECK}:{intake.pk}", by=by, intake=intake.pk)
    return intake


@transaction.atomic
def refuse(*, intake: Intake, words: str, by: User) -> None:
    """The workbook as a whole cannot be taken; the words say why."""
    if _locked(intake).state == IntakeState.UPLOADED:
        intake.state, intake.refusal = IntakeState.REFUSED, words[:500]
        intake.save(update_fields=["state", "refusal"])
        record(intake, "refuse_roster", unit=intake.unit_id, by=by)


@transaction.atomic
def report(
    *, intake: Intake, rows_read: int, rows_good: int, errors: list[dict[str, Any]], changes: dict[str, Any], by: User
) -> None:
    """Keep what the check has found; a workbook that was entered keeps its own account."""
    if _locked(intake).state == IntakeState.APPLIED:
        return
    intake.state = IntakeState.CHECKED
    intake.rows_read, intake.rows_good, intake.errors, intake.changes = rows_read, rows_good, errors, changes
    intake.save(update_fields=["state", "rows_read", "rows_good", "errors", "changes"])
    record(intake, "check_roster", unit=intake.unit_id, by=by, note=f"{rows_good}/{rows_read}")


@transaction.atomic
def want_entry(*, intake: Intake, by: User) -> Job:
    """Have a worker enter the checked workbook.

    Raises PermissionDenied, and Refused while there is something to correct.
    """
    intake = _locked(intake)
    check_right(by, Permission.ROSTER_WRITE, intake.unit_id)
    if intake.state == IntakeState.APPLIED:
        raise WrongState(_("This workbook has been entered already."))
    if intake.state != IntakeState.CHECKED or intake.errors or not intake.rows_read:
        raise Refused(_("This workbook cannot be entered: correct it and upload it again."))
    return want(ENTER, f"{ENTER}:{intake.pk}", by=by, intake=intake.pk)


def _locked(intake: Intake) -> Intake:
    return Intake.objects.select_for_update(of=("self",)).get(pk=intake.pk)


def job_of(intake: Intake) -> Job | None:
    """The work on this workbook that was wanted last."""
    keys = [f"{kind}:{intake.pk}" for kind in (CHECK, ENTER)]
    return Job.objects.filter(key__in=keys).order_by("-pk").first()


@transaction.atomic
def enter(*, intake: Intake, rows: Sequence[RosterRow], by: User) -> dict[str, int]:
    """Enter all rows or none; returns how many were new, changed and the same.

    Entering the same rows again changes nothing, and a child that no row names stays where it is.  Raises
    PermissionDenied, and Refused when a row cannot be entered (any more).
    """
    check_right(by, Permission.ROSTER_WRITE, intake.unit_id)
    _one_roster_at_a_time(intake.unit_id)
    locked = _locked(intake)
    if locked.state == IntakeState.APPLIED:
        return {kind: locked.changes.get(kind, 0) for kind in Kind}
    if locked.state != IntakeState.CHECKED:
        raise WrongState(_("This workbook has not been checked."))
    decisions = decide(intake.unit, rows)
    wrong = sum(decision.problem is not None for decision in decisions)
    if wrong:
        raise Refused(_("%(count)s rows cannot be entered any more. Upload the workbook again.") % {"count": wrong})
    counts = Counter(decision.kind for decision in decisions)
    try:
        with transaction.atomic():
            touched = _apply(intake.unit, decisions)
    except IntegrityError as trouble:
        raise Refused(_("The rosters have changed meanwhile. Upload the workbook again.")) from trouble
    changes = {str(kind): counts[kind] for kind in Kind}
    intake.state, intake.changes = IntakeState.APPLIED, locked.changes | changes
    intake.save(update_fields=["state", "changes"])
    record(intake, "enter_roster", unit=intake.unit_id, by=by, note=", ".join(f"{k} {n}" for k, n in changes.items()))
    touch([intake.unit_id], touched)
    return changes


def _one_roster_at_a_time(unit: int) -> None:
    """Children without an IIN have nothing that would keep two rosters from creating them twice."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [_LOCK_OF_ROSTERS, unit])


def _apply(unit: Unit, decisions: Sequence[Decision]) -> list[int]:
    """Write it all; returns the children whose facts have changed."""
    returned = {decision.pupil.pk for decision in decisions if decision.step == Step.ENROL and decision.pupil}
    _open_classes(unit, decisions)
    _create_children(unit, [decision for decision in decisions if decision.kind == Kind.NEW])
    for decision in decisions:
        if decision.facts and decision.pupil:
            _change_child(decision.pupil, decision.facts)
        if decision.step == Step.CORRECT and decision.enrolment:
            _correct(decision.enrolment, decision)
        if decision.step == Step.MOVE and decision.enrolment and decision.first:
            decision.enrolment.last = decision.first - timedelta(days=1)
            decision.enrolment.save(update_fields=["last"])
    for enrolment in Enrolment.objects.bulk_create(
        [_new_enrolment(unit, decision) for decision in decisions if decision.step in (Step.ENROL, Step.MOVE)]
    ):
        if enrolment.pupil_id in returned:
            movement.confirm_arrival(enrolment)
    return [each.pupil.pk for each in decisions if each.pupil and (each.facts or each.step != Step.KEEP)]


def _open_classes(unit: Unit, decisions: Sequence[Decision]) -> None:
    grades: dict[str, set[int]] = defaultdict(set)
    titles: dict[str, str] = {}
    for decision in decisions:
        if decision.school_class is None:
            key = class_key(decision.row.class_name)
            titles.setdefault(key, class_title(decision.row.class_name))
            grades[key].add(decision.grade)
    opened = {
        key: SchoolClass.objects.create(unit=unit, name=title, kind=ClassKind.CLASS, grades=sorted(grades[key]))
        for key, title in titles.items()
    }
    for decision in decisions:
        decision.school_class = decision.school_class or opened[class_key(decision.row.class_name)]


def _create_children(unit: Unit, decisions: Sequence[Decision]) -> None:
    children = [
        Pupil(
            unit=unit,
            key=movement.new_key(unit.pk),
            surname=decision.row.surname,
            name=decision.row.name,
            patronymic=decision.row.patronymic,
            born=decision.row.born,
            sex=decision.row.sex,
            iin=decision.row.iin,
            iin_index=blind_index(decision.row.iin),
        )
        for decision in decisions
    ]
    for decision, child in zip(decisions, Pupil.objects.bulk_create(children), strict=True):
        decision.pupil = child


def _change_child(pupil: Pupil, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        setattr(pupil, name, value)
    pupil.version += 1
    pupil.save(update_fields=[*facts, "version"])


def _correct(enrolment: Enrolment, decision: Decision) -> None:
    for name, value in decision.corrections.items():
        setattr(enrolment, name, decision.school_class if name == "school_class" else value)
    enrolment.save(update_fields=list(decision.corrections))


def _new_enrolment(unit: Unit, decision: Decision) -> Enrolment:
    former = decision.enrolment.form if decision.enrolment else Form.DAY
    return Enrolment(
        unit=unit,
        pupil=decision.pupil,
        school_class=decision.school_class,
        grade=decision.grade,
        form=decision.row.form or former,
        first=decision.first,
    )
