"""A child leaves one school and comes to another: two sides of one paper, and nobody is entered twice."""

import threading
import time
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from schools.models import Entry, Stale, Unit, User
from schools.wall import COUNTRY, ranges_of, scope
from schools.workflow import Refused
from students.actions import movement
from students.models import Case, Enrolment, Movement, Pupil
from tests.make import enrol, make_class, make_pupil
from zabota.lib import clock, iin
from zabota.lib.secret import blind_index

SCHOOL, OTHER = 110010001, 110020001
BORN = date(2013, 3, 3)


@pytest.fixture
def aiym(country):
    """Айым studies in 7А of school № 1 since September."""
    child = make_pupil(
        Unit.objects.get(pk=SCHOOL), "Серікқызы", "Айым", born=BORN, iin=iin.make(7), iin_index=blind_index(iin.make(7))
    )
    return enrol(child, make_class(SCHOOL, "7А"))


@pytest.fixture
def theirs(country):
    return make_class(OTHER, "7Б")


@pytest.fixture
def leaves(people, as_user):
    def leave(enrolment, left_on=date(2027, 1, 20), reason="transfer", **more):
        with as_user(people.coordinator):
            return movement.depart(enrolment=enrolment, left_on=left_on, reason=reason, by=people.coordinator, **more)

    return leave


@pytest.fixture
def comes(people, as_user):
    def come(school_class, first=date(2027, 1, 25), pupil=None, **more):
        known = {"surname": "Серікқызы", "name": "Айым", "born": BORN, "iin": ""} | more
        with as_user(people.stranger):
            return movement.arrive(
                school_class=school_class, grade=7, form="day", first=first, pupil=pupil, by=people.stranger, **known
            )

    return come


def test_a_departure_ends_the_enrolment_the_day_before_and_stays_open(aiym, leaves):
    paper = leaves(aiym, slip="АБ 12", to_unit=Unit.objects.get(pk=OTHER))
    aiym.refresh_from_db()
    assert aiym.last == date(2027, 1, 19)
    assert (paper.slip, paper.to_unit_id, paper.arrived_on) == ("АБ 12", OTHER, None)
    assert Entry.objects.filter(verb="depart", by="coordinator", unit_id=SCHOOL).exists()
    assert Stale.objects.filter(unit_id=SCHOOL).exists()


@pytest.mark.parametrize(
    ("left_on", "reason", "to", "words"),
    [
        (date(2026, 9, 1), "moved", None, "The child came on 01.09.2026"),
        (date(2027, 2, 20), "moved", None, "tomorrow at the latest"),
        (date(2027, 1, 20), "abroad", OTHER, "Only a transfer or a move leads to another school"),
        (date(2027, 1, 20), "transfer", SCHOOL, "This is the school the child leaves"),
    ],
)
def test_a_wrong_departure_is_refused_in_words(aiym, leaves, left_on, reason, to, words):
    with pytest.raises(Refused, match=words):
        leaves(aiym, left_on, reason, to_unit=Unit.objects.get(pk=to) if to else None)
    assert not Movement.objects.exists()


def test_nobody_leaves_twice(aiym, leaves):
    leaves(aiym)
    with pytest.raises(Refused, match=r"has left already, on 20\.01\.2027"):
        leaves(aiym)


def test_the_receiving_school_confirms_a_departure_it_cannot_see(aiym, theirs, leaves, comes, people, as_user):
    paper = leaves(aiym, to_text="Бурабай")
    with as_user(people.stranger):
        assert not Movement.objects.exists()
        assert not Pupil.objects.exists()
    Stale.objects.all().delete()
    arrival = comes(theirs, pupil=aiym.pupil_id)
    paper.refresh_from_db()
    assert (paper.arrived_on, paper.to_unit_id) == (date(2027, 1, 25), OTHER)
    assert arrival.pupil_id == aiym.pupil_id
    assert set(Stale.objects.values_list("unit_id", flat=True)) == {SCHOOL, OTHER}
    with as_user(people.stranger):
        assert Pupil.objects.get().full_name == "Серікқызы Айым"
    assert Entry.objects.filter(verb="arrive", after="transit", unit_id=OTHER).exists()


def test_a_child_is_never_created_without_a_look_at_the_country(aiym, theirs, comes):
    sentence = "There is such a child at № 1 мектеп, Аршалы ауданы, Ақмола облысы."
    with pytest.raises(Refused, match=sentence):
        comes(theirs, surname="Серикқызы")
    with pytest.raises(Refused, match=sentence):
        comes(theirs, surname="Басқа", name="Есім", born=date(2012, 1, 1), iin=iin.make(7))
    assert Pupil.objects.count() == 1


def test_a_child_still_enrolled_elsewhere_needs_its_slip(aiym, theirs, leaves, comes):
    with pytest.raises(Refused, match=r"still enrolled at № 1 мектеп.*ask that school for the slip"):
        comes(theirs, pupil=aiym.pupil_id)
    leaves(aiym)
    with pytest.raises(Refused, match=r"is a pupil of № 1 мектеп.* until 19\.01\.2027"):
        comes(theirs, first=date(2027, 1, 19), pupil=aiym.pupil_id)
    assert comes(theirs, first=date(2027, 1, 20), pupil=aiym.pupil_id).first == date(2027, 1, 20)


def test_a_child_nobody_knows_is_entered_with_a_key_of_its_own(theirs, comes):
    new = comes(theirs, iin=iin.make(99), sex="f", patronymic="Серікқызы")
    child = Pupil.objects.get()
    assert (child.unit_id, child.iin, child.patronymic) == (OTHER, iin.make(99), "Серікқызы")
    assert child.key.startswith(f"{OTHER}-")
    assert new.unit_id == OTHER


def test_two_children_of_one_name_and_two_iins_are_two_children(aiym, theirs, comes):
    comes(theirs, iin=iin.make(8))
    assert Pupil.objects.count() == 2


def test_a_departure_abroad_is_no_transit(aiym, theirs, leaves, comes):
    paper = leaves(aiym, reason="abroad", to_text="Ресей")
    comes(theirs, pupil=aiym.pupil_id)
    paper.refresh_from_db()
    assert paper.arrived_on is None


def test_a_wrong_arrival_is_refused_in_words(theirs, comes):
    with pytest.raises(Refused, match="tomorrow at the latest"):
        comes(theirs, first=date(2027, 3, 1))
    theirs.grades = [8]
    with pytest.raises(Refused, match="Class 7Б has no grade 7"):
        comes(theirs)


def test_nobody_confirms_an_arrival_for_a_school_of_others(aiym, theirs, leaves, people, as_user):
    paper = leaves(aiym)
    enrol(aiym.pupil, theirs, first=date(2027, 1, 25))
    question = "select confirm_arrival(%s, %s, %s)"
    with as_user(people.coordinator), connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="outside the scope"), transaction.atomic():
            cursor.execute(question, [aiym.pupil_id, OTHER, date(2027, 1, 25)])
        with pytest.raises(DatabaseError, match="no enrolment begins there"), transaction.atomic():
            cursor.execute(question, [aiym.pupil_id, SCHOOL, date(2027, 1, 25)])
    paper.refresh_from_db()
    assert paper.arrived_on is None


@pytest.mark.parametrize("login", ["head", "teacher", "specialist", "stranger"])
def test_only_those_who_keep_the_rosters_move_a_child_or_see_its_number(aiym, people, login):
    by = getattr(people, login)
    with pytest.raises(PermissionDenied):
        movement.depart(enrolment=aiym, left_on=date(2027, 1, 20), reason="transfer", by=by)
    with pytest.raises(PermissionDenied):
        movement.arrive(
            school_class=aiym.school_class,
            grade=7,
            form="day",
            first=date(2027, 1, 25),
            surname="Жаңа",
            name="Бала",
            born=BORN,
            by=by,
        )
    with pytest.raises(PermissionDenied):
        movement.reveal_iin(pupil=aiym.pupil, unit=SCHOOL, by=by)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("numbers", [(iin.make(9), ""), ("", iin.make(9)), (iin.make(9), iin.make(9)), ("", "")])
def test_two_schools_at_the_same_moment_enter_a_child_once(live_country, numbers):
    with scope(COUNTRY):
        ours, others = make_class(SCHOOL, "7А"), make_class(OTHER, "7Б")
    start, refused = threading.Barrier(2), []

    def take_in(school_class, login, number):
        try:
            with clock.at(date(2027, 1, 28)):
                by = User.objects.get(username=login)
                by.grants  # posts of that day
                with scope(ranges_of(by.grants.all_units())):
                    start.wait()
                    movement.arrive(
                        school_class=school_class,
                        grade=7,
                        form="day",
                        first=date(2027, 1, 28),
                        surname="Жаңа",
                        name="Бала",
                        born=BORN,
                        iin=number,
                        by=by,
                    )
                    time.sleep(0.3)  # the other one looks for the child while this is not yet seen
        except Refused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    wanted = zip((ours, others), ("coordinator", "stranger"), numbers, strict=True)
    threads = [threading.Thread(target=take_in, args=each) for each in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with scope(COUNTRY):
        assert Pupil.objects.count() == 1
    assert len(refused) == 1


def test_open_cases_are_told_before_a_child_goes(aiym, people, as_user):
    Case.objects.create(
        unit_id=SCHOOL,
        finder_id=SCHOOL,
        key="c1",
        pupil=aiym.pupil,
        found_on=date(2027, 1, 15),
        source="register",
        kind="long",
    )
    with as_user(people.coordinator):
        told = movement.unfinished(aiym.pupil, people.coordinator)
    assert told == ["A case is open since 15.01.2027: long absent."]
    assert movement.unfinished(aiym.pupil, people.teacher) == []


def test_schools_are_found_by_code_and_by_a_part_of_their_name(country):
    def named(text, near=SCHOOL):
        return [school.code for school in movement.schools_named(text, near)]

    assert named("S3") == ["S3"]
    assert named("коктал") == named("Көктал") == ["S2"]
    assert named("мектеп Бурабай") == named("№ 3, Ақмола облысы") == ["S3"]
    assert named("мектеп Астана") == named("  ") == []
    assert named("школа") == ["S1", "S2", "S3"]
    assert named("школа", near=OTHER) == ["S3", "S2", "S1"]


def test_an_arrival_is_seen_at_once_by_both_sides(aiym, theirs, leaves, comes, people, as_user):
    leaves(aiym)
    comes(theirs, pupil=aiym.pupil_id)
    with scope(COUNTRY):
        assert Enrolment.objects.on(date(2027, 1, 28)).get().unit_id == OTHER
    with as_user(people.coordinator):
        assert Movement.objects.get().to_unit_id == OTHER
