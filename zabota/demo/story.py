"""The children of the story: why they are absent, what people find out and do, who moves from school to school."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from schools.models import User
from students.actions import cases, movement
from students.models import Case, Enrolment
from students.states import CaseKind, CaseSource, Cause, Form, MovementReason, Reason
from zabota.demo.cast import ARSHALY
from zabota.demo.days import correct, mark_for
from zabota.demo.school import RESIDENCE, Child
from zabota.demo.stage import Stage, moment
from zabota.lib import iin, invented
from zabota.lib.clock import today

SCHOOL_YEAR = date(2026, 9, 1)
STRANGER_SERIAL = 9_000_001


def january(*days: int) -> tuple[date, ...]:
    return tuple(date(2027, 1, day) for day in days)


@dataclass(frozen=True)
class Part:
    """A child of the story: where to find one that fits, why and when it is absent."""

    name: str
    school: str
    grade: int
    sex: str
    reason: str
    absent: tuple[date, ...]
    siblings: bool = False


PARTS = [
    # found, visited, given a jacket, back
    Part("jacket", "arshaly1", 6, "f", Reason.NO_CLOTHES, january(12, 13, 14, 15, 18), siblings=True),
    # truancy here and there until it is the fifth day: confirmed, still out
    Part("truant", "arshaly1", 9, "m", Reason.TRUANCY, january(11, 14, 18, 20, 25, 26, 27, 28)),
    # works: long absent, still out
    Part("worker", "arshaly2", 8, "m", Reason.WORKS, january(13, 14, 15, 18, 19, 20, 21, 25, 26, 27, 28)),
    # nobody knew why; the mother brought a note: dismissed
    Part("note", "arshaly2", 3, "f", Reason.UNKNOWN, january(12, 13, 14)),
    # leaves for Astana
    Part("leaver", "arshaly2", 5, "m", Reason.ILL, ()),
    # looks after a little brother: confirmed, back
    Part("carer", "arshaly3", 8, "f", Reason.CARER, january(19, 20, 21, 25, 26), siblings=True),
    # the fifth day was yesterday: a draft waits for the coordinator
    Part("tenth", "arshaly3", 10, "m", Reason.TRUANCY, january(12, 15, 19, 25, 27)),
    # two of one family without boots in the frost: two drafts of this morning
    Part("boots", "besqaiyn", 3, "m", Reason.NO_SHOES, january(26, 27, 28), siblings=True),
    Part("refused", "schuchinsk4", 7, "f", Reason.REFUSAL, january(14, 15, 18, 19, 20, 21, 22, 25, 26, 27, 28)),
    Part("transit", "schuchinsk4", 10, "m", Reason.ILL, ()),
    Part("herdsman", "aqtogan", 9, "m", Reason.WORKS, january(25, 26, 27)),
    Part("far", "gymnasium203", 4, "f", Reason.NO_TRANSPORT, january(19, 20, 21, 22, 25, 26, 27, 28)),
    Part("skips", "gymnasium203", 9, "m", Reason.TRUANCY, january(12, 14, 19, 22, 26)),
    Part("cotton", "sairam31", 8, "m", Reason.WORKS, january(18, 19, 20, 21, 22, 25, 26, 27, 28)),
    Part("nurse", "sairam31", 6, "f", Reason.CARER, january(25, 26, 27)),
    Part("coat", "sairam31", 3, "m", Reason.NO_CLOTHES, january(26, 27, 28), siblings=True),
    Part("belief", "sairam47", 7, "f", Reason.REFUSAL, january(18, 19, 20, 21, 22)),
]
BROTHERS = {"boots": "boots2", "coat": "coat2"}  # the next of the family shares the reason and the days


def cast_parts(stage: Stage) -> None:
    """Find a child for every part among those who were invented."""
    taken: set[int] = set()
    for part in PARTS:
        if not stage.plays(part.school):
            continue
        child = _fitting(stage, part, taken)
        _engage(stage, part.name, child, part, taken)
        family = [each for each in stage.rolls[part.school].family_of(child) if id(each) not in taken]
        if part.name in BROTHERS and family:
            _engage(stage, BROTHERS[part.name], family[0], part, taken)


def _fitting(stage: Stage, part: Part, taken: set[int]) -> Child:
    roll = stage.rolls[part.school]
    fit = [
        child
        for child in roll.children
        if child.form == Form.DAY and child.class_name != RESIDENCE and id(child) not in taken
    ]

    def distance(child: Child) -> tuple[bool, int, bool]:
        alone = part.siblings and len(roll.family_of(child)) < 2
        return alone, abs(child.grade - part.grade), child.person.sex != part.sex

    return min(fit, key=distance)


def _engage(stage: Stage, name: str, child: Child, part: Part, taken: set[int]) -> None:
    child.story = {day: mark_for(part.reason, day) for day in part.absent}
    stage.parts[name] = child
    taken.add(id(child))


# ---- cases


def plan_cases(stage: Stage) -> None:
    """What coordinators do with the drafts that registers lay on their tables (Guide 6.1.2)."""
    confirmed = [
        ("jacket", 15, 11, Cause.CLOTHES),
        ("worker", 18, 10, Cause.WORKS),
        ("refused", 19, 10, Cause.REFUSAL),
        ("cotton", 20, 11, Cause.WORKS),
        ("belief", 20, 11, Cause.RELIGION),
        ("far", 22, 10, Cause.DISTANCE),
        ("truant", 26, 11, Cause.MOTIVATION),
        ("carer", 25, 11, Cause.CARER),
        ("herdsman", 27, 13, Cause.WORKS),
    ]
    for name, day, hour, cause in confirmed:
        _plan(stage, name, moment(date(2027, 1, day), hour, 25), confirm, cause=cause)
    for name, day in (("jacket", 15), ("worker", 18), ("refused", 19), ("cotton", 20), ("carer", 25), ("truant", 27)):
        _plan(stage, name, moment(date(2027, 1, day), 16, 40), visit)
    _plan(stage, "note", moment(date(2027, 1, 15), 10, 5), dismiss, stage=stage)
    stage.plan(moment(date(2027, 1, 22), 15, 30), "arshaly.specialist", raid, stage=stage)


def _plan(stage: Stage, name: str, at: datetime, do: Callable[..., object], /, **arguments: object) -> None:
    if name in stage.parts:
        child = stage.parts[name]
        stage.plan(at, f"{child.school}.coordinator", do, child.school, child=child, **arguments)


def case_of(child: Child) -> Case:
    """The child's open case, as the page of the case shows it."""
    found: Case = Case.objects.open().get(pupil=child.known)
    return found


def confirm(*, child: Child, cause: str, by: User) -> None:
    cases.confirm(case=case_of(child), confirmed_on=today(), cause=cause, by=by)


def visit(*, child: Child, by: User) -> None:
    cases.record_visit(case=case_of(child), visited_on=today(), by=by)


def dismiss(*, stage: Stage, child: Child, by: User) -> None:
    """The mother has brought a doctor's note: first the registers say so, then the draft is dismissed."""
    school_class = stage.rolls[child.school].classes[child.class_name]
    for day in sorted(child.story or ()):
        correct(child=child, school_class=school_class, day=day, reason=Reason.ILL, by=by)
    cases.dismiss(case=case_of(child), note="Анасы дәрігер анықтамасын әкелді: 12–14 қаңтарда бала ауырған.", by=by)


def raid(*, stage: Stage, by: User) -> None:
    """The district's raid finds a child whom no register knows; the country is searched first."""
    person = invented.child(stage.chance("raid"), 2, SCHOOL_YEAR)
    known = movement.find_children([movement.Wanted(person.surname, person.name, person.born)])[0]
    if known:
        raise ValueError("the child of the raid must be one whom nobody knows")
    case = cases.open_draft(
        unit=stage.unit(ARSHALY),
        surname=person.surname,
        name=person.name,
        born=person.born,
        sex=person.sex,
        found_on=today(),
        source=CaseSource.RAID,
        kind=CaseKind.NEVER,
        cause=Cause.DOCUMENTS,
        by=by,
    )
    cases.confirm(case=case, confirmed_on=today(), cause=Cause.DOCUMENTS, by=by)


# ---- movement


def plan_movement(stage: Stage) -> None:
    """One child arrives in Astana, one is on the way for the fourth school day, one comes from abroad."""
    if stage.plays("arshaly2"):
        at = moment(date(2027, 1, 13), 16)
        to = stage.school("gymnasium203").code if stage.plays("gymnasium203") else ""
        stage.plan(
            at, "arshaly2.coordinator", depart, stage=stage, part="leaver", left_on=date(2027, 1, 14), slip="14", to=to
        )
    stage.plan(
        moment(date(2027, 1, 18), 9, 20), "gymnasium203.coordinator", receive, "arshaly2", "gymnasium203", stage=stage
    )
    stage.plan(
        moment(date(2027, 1, 21), 16),
        "schuchinsk4.coordinator",
        depart,
        "schuchinsk4",
        stage=stage,
        part="transit",
        left_on=date(2027, 1, 22),
        slip="3",
        to_text="Павлодар облысы, Екібастұз қ.",
    )
    stage.plan(moment(date(2027, 1, 13), 9, 40), "samal.coordinator", welcome, "samal", stage=stage)


def depart(*, stage: Stage, part: str, left_on: date, slip: str, to: str = "", to_text: str = "", by: User) -> None:
    child = stage.parts[part]
    enrolment = Enrolment.objects.on(left_on).get(pupil=child.known)
    movement.depart(
        enrolment=enrolment,
        left_on=left_on,
        slip=slip,
        reason=MovementReason.TRANSFER if to else MovementReason.MOVED,
        to_unit=stage.unit(to) if to else None,
        to_text=to_text,
        by=by,
    )
    child.left_on = left_on


def receive(*, stage: Stage, by: User) -> None:
    """The receiving school looks for the child, recognises it and takes it in: the transit ends."""
    child, roll = stage.parts["leaver"], stage.rolls["gymnasium203"]
    person = child.person
    found = movement.find_children([movement.Wanted(person.surname, person.name, person.born, child.iin)])[0]
    movement.arrive(
        school_class=roll.classes[f"{child.grade}А"],
        grade=child.grade,
        form=Form.DAY,
        first=date(2027, 1, 18),
        surname=person.surname,
        name=person.name,
        born=person.born,
        iin=child.iin,
        pupil=found[0].pupil_id,
        by=by,
    )


def welcome(*, stage: Stage, by: User) -> None:
    """A child whom no school of the country knows: from abroad, for the first time."""
    person = invented.child(stage.chance("abroad"), 4, SCHOOL_YEAR)
    movement.arrive(
        school_class=stage.rolls["samal"].classes["4А"],
        grade=4,
        form=Form.DAY,
        first=date(2027, 1, 13),
        surname=person.surname,
        name=person.name,
        born=person.born,
        patronymic=person.patronymic,
        sex=person.sex,
        iin=iin.make(STRANGER_SERIAL),
        by=by,
    )
