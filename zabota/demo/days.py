"""The days of the schools: who is ill, whom nobody has heard of, which class keeps silent, who takes the register."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from schools.models import User
from students.actions import registers
from students.actions.registers import Mark
from students.calendar import DISTANCE
from students.models import SchoolClass
from students.states import Contact, Form, Reason
from zabota.demo.cast import SchoolPlan
from zabota.demo.country import teacher_logins
from zabota.demo.school import RESIDENCE, Child
from zabota.demo.stage import Stage, moment
from zabota.lib import clock

FIRST, LAST = date(2027, 1, 11), date(2027, 1, 28)
ILLNESS = [2, 3, 3, 4, 5, 7]  # school days
FALLS_ILL, FALLS_ILL_SMALL, ILL_ALREADY = 0.006, 0.009, 0.022
SINGLE_DAYS = [  # whole days of single children: reason and chance
    (Reason.FAMILY, 0.0022),
    (Reason.EVENT, 0.0015),
    (Reason.ROAD, 0.0010),
    (Reason.NO_CLOTHES, 0.0007),
    (Reason.NO_SHOES, 0.0005),
    (Reason.NO_TRANSPORT, 0.0004),
    (Reason.TRUANCY, 0.0006),
    (Reason.UNKNOWN, 0.0014),
]
LATE = 0.002
STAYS_UNKNOWN = 0.3
CORRECTED = "Ата-анасымен телефон арқылы сөйлестік, себебі анықталды."
NO_DEVICE = 0.05
WAVE = ("schuchinsk4", 5, date(2027, 1, 18), date(2027, 1, 22))  # influenza in one class
SILENT_SINCE = {"sairam47": date(2027, 1, 25)}
SILENT_TODAY = {"sairam31": ("4А", "10А")}
LATE_TODAY = ("aqtogan",)  # at a quarter past ten nothing has come from there yet
TAUGHT_SATURDAYS = {("aqtogan", date(2027, 1, 23))}
FORGOTTEN = {("sairam31", "9А", date(2027, 1, 15)), ("gymnasium203", "8А", date(2027, 1, 19))}


def plan_registers(stage: Stage) -> None:
    """Every school day of every school: class teachers with an account take theirs, the coordinator the rest."""
    for plan in stage.schools:
        marks = marks_of_school(stage, plan)
        chance = stage.chance("minutes", plan.key)
        for day in days(FIRST, LAST):
            if _may_be_taught(plan, day):
                _plan_day(stage, plan, day, marks[day], chance)


def _may_be_taught(plan: SchoolPlan, day: date) -> bool:
    return day.weekday() < plan.week or (plan.key, day) in TAUGHT_SATURDAYS


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def _plan_day(stage: Stage, plan: SchoolPlan, day: date, marks: dict[int, Mark], chance: Random) -> None:
    roll = stage.rolls[plan.key]
    speaking = {name: each for name, each in roll.classes.items() if _speaks(plan, name, day)}
    teachers = teacher_logins(plan)
    shifts: dict[int, list[SchoolClass]] = defaultdict(list)
    for name, each in speaking.items():
        if name in teachers:
            _plan_registers(stage, plan, teachers[name], day, [each], marks, chance)
        else:
            shifts[each.shift].append(each)
    for classes in shifts.values():
        _plan_registers(stage, plan, plan.login("coordinator"), day, classes, marks, chance)


def _speaks(plan: SchoolPlan, name: str, day: date) -> bool:
    if name == RESIDENCE or day >= SILENT_SINCE.get(plan.key, date.max) or (plan.key, name, day) in FORGOTTEN:
        return False
    return day < LAST or (plan.key not in LATE_TODAY and name not in SILENT_TODAY.get(plan.key, ()))


def _plan_registers(
    stage: Stage,
    plan: SchoolPlan,
    who: str,
    day: date,
    classes: list[SchoolClass],
    marks: dict[int, Mark],
    chance: Random,
) -> None:
    at = moment(day, 8 if classes[0].shift == 1 else 14, chance.randint(35, 59))
    stage.plan(at, who, take_registers, plan.key, stage=stage, classes=classes, day=day, at=at, marks=marks)
    if who == plan.login("coordinator"):
        later = moment(day + timedelta(days=1), 12, chance.randint(0, 50))
        stage.plan(later, who, clear_up, plan.key, stage=stage, classes=classes, day=day, marks=marks)


def take_registers(
    *, stage: Stage, classes: list[SchoolClass], day: date, at: datetime, marks: dict[int, Mark], by: User
) -> None:
    """The registers with exceptions one by one, all others with one press."""
    children = {child.known.pk: child for child in stage.rolls[_school(stage, classes)].children}
    full = []
    for minutes, line in enumerate(line for line in registers.lines_of(classes, day) if line.is_silent):
        absent = {
            pupil: mark
            for pupil, mark in marks.items()
            if children[pupil].class_name == line.school_class.name and children[pupil].is_here(day)
        }
        absent = _of_distance_day(stage, absent, children, line.school_class, day) if line.kind == DISTANCE else absent
        if not absent:
            full.append(line.school_class)
            continue
        with clock.at(at + timedelta(minutes=minutes)):
            registers.take(school_class=line.school_class, date=day, absent=absent, version=0, by=by)
    if full:
        registers.take_all_present(classes=full, date=day, by=by)


def _school(stage: Stage, classes: list[SchoolClass]) -> str:
    return next(key for key, roll in stage.rolls.items() if roll.unit.pk == classes[0].unit_id)


def _of_distance_day(
    stage: Stage, absent: dict[int, Mark], children: dict[int, Child], school_class: SchoolClass, day: date
) -> dict[int, Mark]:
    """On a distance day the ill are absent as ever, and some children have nothing to connect with."""
    chance = stage.chance("device", school_class.name, day)
    without = {
        pupil: Mark(Reason.NO_DEVICE, contacted_on=day, contact=Contact.CALL)
        for pupil, child in children.items()
        if child.class_name == school_class.name and child.is_here(day) and chance.random() < NO_DEVICE
    }
    return without | absent


def clear_up(*, stage: Stage, classes: list[SchoolClass], day: date, marks: dict[int, Mark], by: User) -> None:
    """Most of what was unknown yesterday is known today: a call, and the register is corrected with the reason."""
    wanted = {each.name: each for each in classes}
    for child in stage.rolls[_school(stage, classes)].children:
        mark, chance = marks.get(child.known.pk), stage.chance("clear", child.school, child.person.full_name, day)
        if mark is None or mark.reason != Reason.UNKNOWN or child.story is not None or chance.random() < STAYS_UNKNOWN:
            continue
        if child.class_name in wanted and child.is_here(day):
            reason = chance.choice([Reason.ILL, Reason.ILL, Reason.FAMILY])
            correct(child=child, school_class=wanted[child.class_name], day=day, reason=reason, by=by)


def correct(*, child: Child, school_class: SchoolClass, day: date, reason: str, by: User) -> None:
    """The day is over: its register is changed with the reason for it (PRODUCT 5)."""
    sheet = registers.read(school_class, day)
    if child.known.pk not in sheet.marks:
        return
    found = {child.known.pk: Mark(reason, contacted_on=clock.today(), contact=Contact.CALL)}
    registers.take(
        school_class=school_class, date=day, absent=sheet.marks | found, version=sheet.version, why=CORRECTED, by=by
    )


def marks_of_school(stage: Stage, plan: SchoolPlan) -> dict[date, dict[int, Mark]]:
    """Who will be absent on which day and why: winter as it is, and the children of the story as it wants them."""
    chance = stage.chance("winter", plan.key)
    marks: dict[date, dict[int, Mark]] = {day: {} for day in days(FIRST, LAST)}
    for child in stage.rolls[plan.key].children:
        if child.form == Form.DAY and child.class_name != RESIDENCE:
            winter = _winter_of(child, plan, chance)
            for day, mark in (winter if child.story is None else child.story).items():
                marks[day][child.known.pk] = mark
    return marks


def _winter_of(child: Child, plan: SchoolPlan, chance: Random) -> dict[date, Mark]:
    """One child's winter: some illnesses of a few days, a rare single day for another reason."""
    marks: dict[date, Mark] = {}
    ill = chance.choice(ILLNESS) - 1 if chance.random() < ILL_ALREADY else 0
    key, grade, wave_first, wave_last = WAVE
    for day in days(FIRST, LAST):
        if not _may_be_taught(plan, day):
            continue
        falls_ill = FALLS_ILL_SMALL if child.grade <= 4 else FALLS_ILL
        if (plan.key, child.grade) == (key, grade) and wave_first <= day <= wave_last:
            falls_ill = 0.15
        if not ill and chance.random() < falls_ill:
            ill = chance.choice(ILLNESS)
        if ill:
            marks[day] = Mark(Reason.ILL)
            ill -= 1
        elif mark := _single_day(chance, day):
            marks[day] = mark
    return marks


def _single_day(chance: Random, day: date) -> Mark | None:
    drawn = chance.random()
    for reason, share in SINGLE_DAYS:
        drawn -= share
        if drawn < 0:
            return mark_for(reason, day)
    return Mark(Reason.FAMILY, lessons=chance.randint(1, 3)) if drawn < LATE else None


def mark_for(reason: str, day: date) -> Mark:
    """A whole day; whoever has no valid reason is called (Guide 6.1.3)."""
    if reason in (Reason.ILL, Reason.FAMILY, Reason.EVENT, Reason.ROAD):
        return Mark(reason)
    return Mark(reason, contacted_on=day, contact=Contact.NONE if reason == Reason.UNKNOWN else Contact.CALL)
