"""A school fills: its classes by hand, its children by the workbook that every school hands in."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from random import Random

from schools.models import Unit, User
from schools.rights import Permission
from students.actions import rosters
from students.actions.registers import Mark
from students.imports import check, errors_of, read_roster, template
from students.models import Enrolment, Pupil, SchoolClass
from students.states import ClassKind, Form, Language
from zabota.demo.cast import SchoolPlan
from zabota.lib import iin, invented

TAUGHT_FROM = date(2026, 9, 1)
RESIDENCE = "Интернат"
SIBLINGS, WITHOUT_IIN, CAME_LATER = 0.24, 0.03, 0.02


@dataclass
class Child:
    """A child before and after it is enrolled; `family` is the same for brothers and sisters."""

    person: invented.Person
    school: str
    class_name: str
    grade: int
    iin: str
    family: int
    form: str = Form.DAY
    first: date = TAUGHT_FROM
    left_on: date | None = None
    pupil: Pupil | None = None
    story: dict[date, Mark] | None = None  # when the child is absent, if the story says so

    @property
    def known(self) -> Pupil:
        assert self.pupil is not None, "the roster has not been entered yet"
        return self.pupil

    def is_here(self, day: date) -> bool:
        return self.first <= day and (self.left_on is None or day < self.left_on)


@dataclass
class Roll:
    """The classes and children of a school."""

    unit: Unit
    children: list[Child]
    classes: dict[str, SchoolClass] = field(default_factory=dict)

    def family_of(self, child: Child) -> list[Child]:
        return [each for each in self.children if each.family == child.family]


def class_plans(plan: SchoolPlan) -> list[tuple[str, list[int], str]]:
    """Name, grades and language of each class of the school."""
    plans: list[tuple[str, list[int], str]] = []
    if plan.merged:
        plans.append((f"{plan.merged[0]}-{plan.merged[-1]}", list(plan.merged), plan.language))
    for grade, size in enumerate(plan.sizes, 1):
        if not size or grade in plan.merged:
            continue
        if grade in plan.two_languages:
            plans += [(f"{grade}А", [grade], Language.KK), (f"{grade}Б", [grade], Language.RU)]
        else:
            plans.append((f"{grade}А", [grade], plan.language))
    return plans


def invent_children(plan: SchoolPlan, rng: Random, serial: int) -> list[Child]:
    """The children of a school, the eldest first; about every fourth has an elder brother or sister there."""
    children: list[Child] = []
    named: set[tuple[str, str, date]] = set()
    for name, grades, _language in reversed(class_plans(plan)):
        for grade in grades:
            for _each in range(_size(plan, grade, name)):
                child = _another(plan, rng, children, named, (name, grade), serial + len(children))
                children.append(child)
    if plan.at_home:
        next(child for child in children if child.grade == plan.at_home).form = Form.HOME
    for _each in range(plan.residence):
        grade = rng.randint(5, 9)
        children.append(_another(plan, rng, [], named, (RESIDENCE, grade), serial + len(children)))
    return children


def _size(plan: SchoolPlan, grade: int, name: str) -> int:
    size = plan.sizes[grade - 1]
    if grade not in plan.two_languages:
        return size
    return size - size // 2 if name.endswith("А") else size // 2


def _another(
    plan: SchoolPlan,
    rng: Random,
    before: list[Child],
    named: set[tuple[str, str, date]],
    place: tuple[str, int],
    serial: int,
) -> Child:
    name, grade = place
    elder = [each for each in before[-60:] if each.grade >= grade + 2]
    while True:
        sibling = rng.choice(elder) if elder and rng.random() < SIBLINGS else None
        if sibling:
            person = invented.sibling(rng, sibling.person, grade, TAUGHT_FROM)
        else:
            person = invented.child(rng, grade, TAUGHT_FROM)
        if (person.surname, person.name, person.born) not in named:
            break
    named.add((person.surname, person.name, person.born))
    return Child(
        person=person,
        school=plan.key,
        class_name=name,
        grade=grade,
        iin="" if rng.random() < WITHOUT_IIN else iin.make(serial),
        family=sibling.family if sibling else serial,
        first=date(2026, 11, 9) if rng.random() < CAME_LATER else TAUGHT_FROM,
    )


def open_classes(plan: SchoolPlan, unit: Unit, teachers: dict[str, User], by: User) -> dict[str, SchoolClass]:
    """The classes by hand: languages, shifts, class teachers and merged grades, which no workbook tells."""
    opened = [
        SchoolClass(
            unit=unit,
            name=name,
            grades=grades,
            language=language,
            shift=2 if set(grades) & set(plan.second_shift) else 1,
            teacher=teachers.get(name),
        )
        for name, grades, language in class_plans(plan)
    ]
    if plan.residence:
        grades = list(range(5, 10))
        opened.append(SchoolClass(unit=unit, name=RESIDENCE, kind=ClassKind.RESIDENCE, grades=grades))
    return {each.name: rosters.save_class(school_class=each, version=0, by=by) for each in opened}


def workbook_of(plan: SchoolPlan, unit: Unit, children: list[Child]) -> bytes:
    """The portal's own template as the school has filled it in."""
    rows = [
        Enrolment(
            pupil=Pupil(
                surname=child.person.surname,
                name=child.person.name,
                patronymic=child.person.patronymic,
                born=child.person.born,
                sex=child.person.sex,
                iin=child.iin,
            ),
            school_class=SchoolClass(name=child.class_name),
            grade=child.grade,
            form=child.form,
            first=child.first,
        )
        for child in children
    ]
    return template(unit, rows, stamp=plan.login("coordinator"), filled_in=True)


def hand_in(plan: SchoolPlan, roll: Roll, by: User) -> None:
    """The way of every roster: handed in, read, checked, entered; then the children are known by their numbers."""
    content = workbook_of(plan, roll.unit, roll.children)
    intake = rosters.hand_in(unit=roll.unit, name=f"{plan.key}.xlsx", content=content, by=by)
    roster = read_roster(content, roll.unit)
    changes = check(roster, roll.unit)
    rosters.report(
        intake=intake,
        rows_read=len(roster.lines),
        rows_good=roster.good,
        errors=errors_of(roster),
        changes=changes,
        by=by,
    )
    rosters.enter(intake=intake, rows=roster.rows, by=by)
    recognise(roll, by)


def recognise(roll: Roll, by: User) -> None:
    """Which pupil of the portal each child has become."""
    rows = Enrolment.objects.for_user(by, Permission.CHILD_VIEW).filter(unit=roll.unit).select_related("pupil")
    known: dict[tuple[str, str, date], list[Pupil]] = defaultdict(list)
    for row in rows.order_by("pk"):
        known[row.pupil.surname, row.pupil.name, row.pupil.born].append(row.pupil)
    for child in roll.children:
        child.pupil = known[child.person.surname, child.person.name, child.person.born].pop()
