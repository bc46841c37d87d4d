"""The register: only exceptions are written; silence, presence and a day off are different things."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schools.models import Entry, Stale, Unit
from schools.workflow import Refused
from students.actions import days, registers
from students.actions.registers import Mark, StaleRegister
from students.models import Absence, Enrolment, Pupil, Register
from tests.make import enrol, make_class, make_pupil

SCHOOL, VILLAGE, OTHER = 110010001, 110010002, 110020001
TODAY = date(2027, 1, 28)  # a Thursday
YESTERDAY, SATURDAY = TODAY - timedelta(days=1), date(2027, 1, 23)


@pytest.fixture
def seven(country):
    return make_class(SCHOOL, "7А", pupils=4)


@pytest.fixture
def children(seven):
    return [row.pupil for row in seven.enrolments.for_list()]


@pytest.fixture
def take(people, seven):
    def save(absent=(), day=TODAY, version=0, by=people.coordinator, school_class=None, **more):
        marks = absent if isinstance(absent, dict) else {child.pk: Mark() for child in absent}
        return registers.take(
            school_class=school_class or seven, date=day, absent=marks, version=version, by=by, **more
        )

    return save


def announce(people, **more):
    unit = Unit.objects.get(pk=SCHOOL)
    wanted = {"first": TODAY, "last": TODAY, "grades": [], "shift": None, "kind": "cancelled", "order": "15-Ө"} | more
    return days.announce(unit=unit, by=people.coordinator, **wanted)


def test_only_exceptions_are_written(take, children):
    register = take([children[0], children[2]])
    assert (register.version, register.taken_by) == (1, "coordinator")
    assert set(register.absences.values_list("pupil", "reason", "unit", "date")) == {
        (children[0].pk, "unknown", SCHOOL, TODAY),
        (children[2].pk, "unknown", SCHOOL, TODAY),
    }


def test_a_register_with_nobody_absent_is_not_silence(take, seven):
    [line] = registers.lines_of([seven], TODAY)
    assert line.is_silent
    take()
    [line] = registers.lines_of([seven], TODAY)
    assert not line.is_silent
    assert (line.size, line.absent) == (4, 0)


def test_a_second_save_replaces_the_marks_and_touches_everybody_concerned(take, children):
    take([children[0], children[1]])
    Stale.objects.filter(unit_id=SCHOOL).update(unit_id=1)
    register = take(
        {children[1].pk: Mark("ill"), children[2].pk: Mark("no_shoes", contact="call", contacted_on=TODAY)}, version=1
    )
    assert register.version == 2
    assert dict(register.absences.values_list("pupil", "reason")) == {children[1].pk: "ill", children[2].pk: "no_shoes"}
    assert Stale.objects.filter(unit_id=SCHOOL).exists()
    assert [line.verb for line in Entry.objects.order_by("pk")][-1] == "change_register"


def test_saving_the_same_again_changes_nothing(take, children):
    take([children[0]])
    assert take([children[0]], version=1).version == 1
    assert Entry.objects.filter(subject="students.Register").count() == 1


def test_an_older_version_is_refused_with_what_is_stored(take, children):
    take([children[0]])
    with pytest.raises(StaleRegister) as stale:
        take([children[1]], version=0)
    assert stale.value.stored.marks == {children[0].pk: Mark()}
    assert stale.value.stored.version == 1
    assert list(Absence.objects.values_list("pupil", flat=True)) == [children[0].pk]


def test_a_past_day_is_changed_with_a_reason_that_is_kept(take, children):
    take(day=YESTERDAY)  # taken late is no change
    with pytest.raises(Refused, match="Say why"):
        take([children[0]], day=YESTERDAY, version=1)
    take([children[0]], day=YESTERDAY, version=1, why="came to lesson 3 only")
    line = Entry.objects.get(verb="change_register")
    assert (line.note, line.before, line.after) == ("came to lesson 3 only", "0", "1")


def test_the_future_has_no_register(take):
    with pytest.raises(Refused, match="not come yet"):
        take(day=TODAY + timedelta(days=1))


def test_a_day_off_is_said_with_its_order(people, take):
    announce(people)
    with pytest.raises(Refused, match="lessons cancelled, order № 15-Ө") as refusal:
        take()
    assert "7А" in str(refusal.value)


def test_a_weekend_has_no_register(take):
    with pytest.raises(Refused, match="weekend"):
        take(day=SATURDAY)


def test_a_taught_saturday_has_one(people, take):
    announce(people, first=SATURDAY, last=SATURDAY, kind="workday")
    assert take(day=SATURDAY).date == SATURDAY


def test_a_child_of_another_class_cannot_be_absent_here(take, country):
    other = make_class(SCHOOL, "7Б", pupils=1)
    with pytest.raises(Refused, match="not enrolled in this class"):
        take([other.enrolments.get().pupil])


def test_a_child_who_has_left_cannot_be_absent(take, children):
    Enrolment.objects.filter(pupil=children[0]).update(last=YESTERDAY)
    with pytest.raises(Refused, match="not enrolled"):
        take([children[0]])


def test_no_device_is_a_reason_on_distance_days_only(people, take, children):
    mark = {children[0].pk: Mark("no_device")}
    with pytest.raises(Refused, match="distance days only"):
        take(mark)
    announce(people, kind="distance")
    assert take(mark).absences.get().reason == "no_device"


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (Mark("sleepy"), "no such reason"),
        (Mark(lessons=0), "1 to 12"),
        (Mark(lessons=99), "1 to 12"),
        (Mark(contact="pigeon"), "kind of contact"),
        (Mark(contact="call", contacted_on=TODAY + timedelta(days=3)), "future"),
    ],
)
def test_a_wrong_mark_is_refused_with_the_child_s_name(take, children, mark, words):
    with pytest.raises(Refused, match=words) as refusal:
        take({children[0].pk: mark})
    assert children[0].full_name in str(refusal.value)
    assert not Register.objects.exists()


def test_in_merged_grades_each_grade_has_its_own_day(people, take, country):
    merged = make_class(SCHOOL, "1–2", grades=(1, 2))
    small, big = make_pupil(merged.unit), make_pupil(merged.unit)
    enrol(small, merged, grade=1), enrol(big, merged, grade=2)
    announce(people, grades=[1], kind="holiday")
    with pytest.raises(Refused, match="grade 1 has no school"):
        take([small], school_class=merged)
    assert take([big], school_class=merged).absences.get().pupil == big


def test_marks_of_a_day_that_became_off_stay_on_record(people, take, country):
    merged = make_class(SCHOOL, "1–2", grades=(1, 2))
    small, big = make_pupil(merged.unit), make_pupil(merged.unit)
    enrol(small, merged, grade=1), enrol(big, merged, grade=2)
    take([small], school_class=merged)
    announce(people, grades=[1], kind="holiday")
    register = take([big], school_class=merged, version=1)
    assert set(register.absences.values_list("pupil", flat=True)) == {small.pk, big.pk}


def test_one_child_is_absent_once_a_day(take, children, country):
    take([children[0]])
    other = make_class(SCHOOL, "7Б")
    Enrolment.objects.filter(pupil=children[0]).update(school_class=other)
    with pytest.raises(Refused, match="already marked absent"):
        take([children[0]], school_class=other)


def test_a_class_teacher_takes_the_own_class_only(people, take, seven, country):
    with pytest.raises(PermissionDenied):
        take(by=people.teacher)
    seven.teacher = people.teacher
    seven.save()
    assert take(by=people.teacher).taken_by == "teacher"


@pytest.mark.parametrize("login", ["stranger", "specialist", "head", "commission", "analyst"])
def test_nobody_else_takes_registers(country, take, login):
    with pytest.raises(PermissionDenied):
        take(by=getattr(country.people, login))


def test_one_press_for_the_whole_school(people, take, seven, children, country):
    more = [make_class(SCHOOL, f"{n}А", pupils=1, grades=(n,)) for n in range(1, 7)]
    empty = make_class(SCHOOL, "11А", grades=(11,))
    residence = make_class(SCHOOL, "Интернат", pupils=1, kind="residence")
    take([children[0]])
    announce(people, grades=[1])
    taken = registers.take_all_present(classes=[seven, *more, empty, residence], date=TODAY, by=people.coordinator)
    assert {register.school_class.name for register in taken} == {f"{n}А" for n in range(2, 7)}
    assert list(Absence.objects.values_list("pupil", flat=True)) == [children[0].pk]
    assert registers.take_all_present(classes=[seven, *more], date=TODAY, by=people.coordinator) == []
    with pytest.raises(PermissionDenied):
        registers.take_all_present(classes=[make_class(OTHER, pupils=1)], date=TODAY, by=people.coordinator)


def test_the_table_of_the_day_costs_the_same_for_one_class_and_for_thirty(country, seven):
    def queries(classes):
        with CaptureQueriesContext(connection) as seen:
            registers.lines_of(classes, TODAY)
        return len(seen)

    few = queries([seven])
    assert queries([seven, *(make_class(SCHOOL, f"К{n}", pupils=1) for n in range(29))]) == few


def test_yesterday_is_carried_over_without_what_no_longer_fits(people, take, seven, children):
    announce(people, first=YESTERDAY, last=YESTERDAY, kind="distance")
    before = take(
        {
            children[0].pk: Mark("no_device"),
            children[1].pk: Mark("ill", lessons=2),
            children[2].pk: Mark("ill"),
            children[3].pk: Mark(),
        },
        day=YESTERDAY,
    )
    Enrolment.objects.filter(pupil=children[3]).update(last=YESTERDAY)
    sheet = registers.read(seven, TODAY)
    assert registers.last_before(seven, TODAY) == before
    assert registers.as_before(sheet, registers.marks_of(before)) == {
        children[0].pk: Mark(),
        children[2].pk: Mark("ill"),
    }


def test_a_register_is_written_in_the_sight_of_its_own_school(people, as_user, take, children):
    with as_user(people.coordinator):
        take([children[0]])
    with as_user(people.stranger):
        assert not Register.objects.exists()
        assert not Pupil.objects.exists()


def test_a_class_teacher_with_a_second_post_still_sees_one_class(country, people):
    from datetime import date

    from schools.models import Post
    from schools.rights import Permission
    from students.models import Pupil, SchoolClass
    from tests.make import make_class

    mine = make_class(110010001, "7А", pupils=2, teacher=people.teacher)
    make_class(110010001, "7Б", pupils=3)
    Post.objects.create(user=people.teacher, unit_id=110010000, role="administrator", since=date(2026, 9, 1))
    assert list(SchoolClass.objects.for_user(people.teacher, Permission.REGISTER_TAKE)) == [mine]
    assert Pupil.objects.for_user(people.teacher, Permission.CHILD_VIEW).count() == 2
    assert Pupil.objects.for_user(people.coordinator, Permission.CHILD_VIEW).count() == 5
