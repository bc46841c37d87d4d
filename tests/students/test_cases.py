"""A case from the day a child is found to the day it is back, dismissed or closed; a person decides every step."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from schools.models import Entry, Stale, Unit
from schools.workflow import Refused, WrongState
from students.actions import cases, registers
from students.actions.cases import StaleCase
from students.actions.registers import Mark
from students.models import Case, Register
from students.states import CaseState
from tests.make import enrol, make_class, make_pupil

ARSHALY, SCHOOL, VILLAGE, OTHER = 110010000, 110010001, 110010002, 110020001
TODAY = date(2027, 1, 28)
FOUND = date(2027, 1, 18)
ONE = timedelta(days=1)


def unit(number):
    return Unit.objects.get(pk=number)


def open_case(by, number=SCHOOL, **more):
    who = {} if "pupil" in more else {"surname": "Сәрсен", "name": "Айбек", "born": date(2016, 3, 1), "sex": "m"}
    wanted = who | {"found_on": FOUND, "source": "round", "kind": "never"} | more
    return cases.open_draft(unit=unit(number), by=by, **wanted)


@pytest.fixture
def case(people):
    return open_case(people.coordinator)


@pytest.fixture
def confirmed(people, case):
    return cases.confirm(case=case, confirmed_on=FOUND + ONE, cause="clothes", by=people.coordinator)


def test_a_child_whom_no_register_knows_stands_by_name_at_the_finder(people, case):
    assert (case.child_name, case.unit_id, case.finder_id, case.state) == ("Сәрсен Айбек", SCHOOL, SCHOOL, "draft")
    assert case.key.startswith("C-")
    assert Stale.objects.filter(unit_id=SCHOOL).exists()


def test_a_pupil_s_case_stands_at_the_school_of_that_day(people, country):
    village = make_class(VILLAGE, pupils=1)
    pupil = village.enrolments.get().pupil
    case = open_case(people.specialist, ARSHALY, pupil=pupil, source="raid", kind="dropped")
    assert (case.unit_id, case.finder_id) == (VILLAGE, ARSHALY)


def test_a_child_has_one_open_case_at_a_time(people, country):
    pupil = make_class(SCHOOL, pupils=1).enrolments.get().pupil
    first = open_case(people.coordinator, pupil=pupil, kind="dropped")
    with pytest.raises(Refused, match=r"found on 18\.01\.2027"):
        open_case(people.coordinator, pupil=pupil, kind="long")
    cases.dismiss(case=first, note="at a sanatorium", by=people.coordinator)
    assert open_case(people.coordinator, pupil=pupil, kind="long").pk != first.pk


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "surname and the name"),
        ({"found_on": TODAY + ONE}, "future"),
        ({"kind": "sleepy"}, "no such source"),
        ({"source": "bird"}, "no such source"),
        ({"cause": "x"}, "no such source"),
    ],
)
def test_a_wrong_report_is_refused_in_words(people, wrong, words):
    with pytest.raises(Refused, match=words):
        open_case(people.coordinator, **wrong)


@pytest.mark.parametrize("login", ["stranger", "teacher", "head", "analyst", "commission"])
def test_nobody_else_opens_or_decides(country, case, login):
    person = getattr(country.people, login)
    with pytest.raises(PermissionDenied):
        open_case(person)
    with pytest.raises(PermissionDenied):
        cases.confirm(case=case, confirmed_on=TODAY, cause="", by=person)
    with pytest.raises(PermissionDenied):
        cases.record_visit(case=case, visited_on=TODAY, by=person)


def test_the_path_of_a_case_with_its_journal(people, case):
    cases.record_visit(case=case, visited_on=FOUND + ONE, by=people.coordinator)
    cases.confirm(case=case, confirmed_on=FOUND + ONE, cause="clothes", by=people.coordinator)
    cases.record_return(case=case, returned_on=FOUND + 3 * ONE, by=people.coordinator)
    case = Case.objects.get()
    assert (case.state, case.cause, case.version) == ("confirmed", "clothes", 4)
    assert case.is_back
    verbs = Entry.objects.filter(subject="students.Case").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["open_draft", "visit", "confirm", "return"]


def test_a_case_is_dismissed_with_a_reason_only(people, case):
    with pytest.raises(Refused, match="reason"):
        cases.dismiss(case=case, note=" ", by=people.coordinator)
    case.refresh_from_db()
    cases.dismiss(case=case, note="lives abroad since August", by=people.coordinator)
    assert Case.objects.get().state == CaseState.DISMISSED
    with pytest.raises(Refused, match="dismissed"):
        cases.record_visit(case=case, visited_on=TODAY, by=people.coordinator)


def test_a_case_is_closed_without_return_with_reason_and_proof(people, confirmed):
    with pytest.raises(Refused, match="Choose why"):
        cases.close(case=confirmed, closed_on=TODAY, closing="", note="x", by=people.coordinator)
    cases.close(case=confirmed, closed_on=TODAY, closing="abroad", note="slip № 4", by=people.coordinator)
    case = Case.objects.get()
    assert (case.state, case.closing, case.closed_on) == ("closed", "abroad", TODAY)
    assert Entry.objects.get(verb="close").note == "slip № 4"


def test_a_draft_cannot_be_closed(people, case):
    with pytest.raises(WrongState):
        cases.close(case=case, closed_on=TODAY, closing="abroad", note="x", by=people.coordinator)


def test_dates_come_after_the_child_was_found_and_not_tomorrow(people, case, confirmed):
    for day, words in ((FOUND - ONE, "before the day"), (TODAY + ONE, "future")):
        with pytest.raises(Refused, match=words):
            cases.record_visit(case=confirmed, visited_on=day, by=people.coordinator)
        with pytest.raises(Refused, match=words):
            cases.record_return(case=confirmed, returned_on=day, by=people.coordinator)


def test_a_save_from_an_older_page_is_refused_with_what_is_stored(people, case):
    older = Case.objects.get()
    cases.record_visit(case=case, visited_on=TODAY, by=people.specialist)
    with pytest.raises(StaleCase) as stale:
        cases.confirm(case=older, confirmed_on=TODAY, cause="", by=people.coordinator)
    assert stale.value.stored.visited_on == TODAY
    assert Case.objects.get().state == "draft"


def test_a_register_that_says_absent_contradicts_a_return(people, country):
    seven = make_class(SCHOOL, pupils=1)
    pupil = seven.enrolments.get().pupil
    registers.take(school_class=seven, date=FOUND + ONE, absent={pupil.pk: Mark()}, version=0, by=people.coordinator)
    case = open_case(people.coordinator, pupil=pupil, kind="dropped")
    cases.confirm(case=case, confirmed_on=FOUND, cause="", by=people.coordinator)
    with pytest.raises(Refused, match="absent"):
        cases.record_return(case=case, returned_on=FOUND + ONE, by=people.coordinator)
    cases.record_return(case=case, returned_on=FOUND + 2 * ONE, by=people.coordinator)


def test_registers_taken_before_the_confirmation_prove_the_return_at_once(people, country):
    seven = make_class(SCHOOL, pupils=1)
    case = open_case(people.coordinator, pupil=seven.enrolments.get().pupil, kind="long")
    for day in (FOUND, FOUND + ONE, FOUND + 2 * ONE):
        registers.take_all_present(classes=[seven], date=day, by=people.coordinator)
    case = cases.confirm(case=case, confirmed_on=FOUND + 2 * ONE, cause="", by=people.coordinator)
    assert case.returned_on == FOUND + 2 * ONE


@pytest.mark.parametrize("form", ["home", "external"])
def test_registers_prove_nothing_about_children_who_do_not_sit_in_class(people, country, form):
    seven = make_class(SCHOOL)
    pupil = make_pupil(seven.unit)
    enrol(pupil, seven, form=form)
    case = open_case(people.coordinator, pupil=pupil, kind="dropped")
    cases.confirm(case=case, confirmed_on=FOUND, cause="", by=people.coordinator)
    registers.take_all_present(classes=[seven], date=TODAY, by=people.coordinator)
    assert Case.objects.get().returned_on is None


# ---- a child that has moved on


@pytest.fixture
def moved(people, country):
    """A case of school № 1, confirmed on 18.01; since Wednesday 20.01 the child studies in another district."""
    child = make_pupil(unit(SCHOOL))
    enrol(child, make_class(SCHOOL, "7А"), last=FOUND + ONE)
    case = open_case(people.coordinator, pupil=child, kind="dropped")
    cases.confirm(case=case, confirmed_on=FOUND, cause="", by=people.coordinator)
    enrol(child, make_class(OTHER, "7Б"), first=FOUND + 2 * ONE)
    Stale.objects.all().delete()
    return Case.objects.get()


@pytest.fixture
def theirs(people, moved, as_user):
    """A register of the new school, taken in its own sight: it cannot see the case."""
    school_class = moved.pupil.enrolments.latest("first").school_class

    def take(day, version=0, **more):
        with as_user(people.stranger):
            assert not Case.objects.exists()
            registers.take(school_class=school_class, date=day, version=version, by=people.stranger, **more)
        return Case.objects.get()

    return take


def test_the_registers_of_the_new_school_prove_the_return(moved, theirs):
    assert theirs(FOUND + 2 * ONE, absent={moved.pupil_id: Mark()}).returned_on is None
    case = theirs(FOUND + 3 * ONE, absent={})
    assert (case.returned_on, case.version) == (FOUND + 3 * ONE, moved.version + 1)
    line = Entry.objects.get(verb="return")
    assert (line.unit_id, line.by, line.subject_id, line.note) == (SCHOOL, "stranger", str(case.pk), "21.01.2027")
    assert set(Stale.objects.values_list("unit_id", flat=True)) == {SCHOOL, OTHER}


def test_one_press_at_the_new_school_proves_it_too(people, moved, as_user):
    with as_user(people.stranger):
        registers.take_all_present(
            classes=[moved.pupil.enrolments.latest("first").school_class], date=TODAY, by=people.stranger
        )
    assert Case.objects.get().returned_on == TODAY


def test_the_new_school_s_corrected_register_takes_its_proof_back(moved, theirs):
    theirs(TODAY, absent={})
    case = theirs(TODAY, version=1, absent={moved.pupil_id: Mark("truancy")})
    assert case.returned_on is None
    line = Entry.objects.get(verb="return_withdrawn")
    assert (line.unit_id, line.note) == (SCHOOL, "28.01.2027")


def test_registers_of_the_new_school_prove_a_case_that_is_confirmed_later(people, country, as_user):
    child = make_pupil(unit(SCHOOL))
    enrol(child, make_class(SCHOOL, "7А"), last=FOUND + ONE)
    case = open_case(people.coordinator, pupil=child, kind="dropped")
    there = make_class(OTHER, "7Б")
    enrol(child, there, first=FOUND + 2 * ONE)
    with as_user(people.stranger):
        registers.take_all_present(classes=[there], date=FOUND + 3 * ONE, by=people.stranger)
    with as_user(people.coordinator):
        assert cases.confirm(case=case, confirmed_on=FOUND, cause="", by=people.coordinator).is_back


def test_nobody_else_speaks_for_a_school_that_is_not_in_sight(people, moved, as_user):
    there = moved.pupil.enrolments.latest("first").school_class
    Register.objects.create(unit_id=OTHER, school_class=there, date=TODAY, taken_at=timezone.now(), taken_by="stranger")
    for person, back in ((people.village_coordinator, None), (people.stranger, TODAY)):
        with as_user(person):
            cases.follow_registers(pupils=[moved.pupil_id], by=person)
        assert Case.objects.get().returned_on == back
