"""Nobody is listed or helped twice by mistake, whatever the wall hides and however many press at once (PRODUCT 9)."""

import threading
from datetime import date

import pytest
from django.db import connection

from aid.actions import children, families, gifts
from aid.models import Family, Handout, Member
from schools.models import Unit, User
from schools.wall import COUNTRY, NOTHING, ranges_of, scope
from schools.workflow import Refused, WrongState
from students.models import Enrolment
from tests.aid.conftest import OTHER, SCHOOL, typed
from tests.make import enrol, make_class, make_pupil
from zabota.lib import clock

MOVED = date(2027, 1, 16)
GROUNDS = {"categories": [1], "statuses": [], "valid_until": None}


@pytest.fixture
def moved(child, classes):
    """A child of school № 1 who learns in another district since the sixteenth."""
    pupil = child("Иманов", "Бекзат")
    Enrolment.objects.filter(pupil=pupil).update(last=date(2027, 1, 15))
    enrol(pupil, classes[OTHER], first=MOVED)
    return pupil


@pytest.fixture
def sibling(moved, child, people):
    """Another child of the family that school № 1 lists; the brother has moved away."""
    pupil = child("Иманова", "Айша")
    family = families.add_family(unit=Unit.objects.get(pk=SCHOOL), name="Имановтар", address="", by=people.coordinator)
    for each in (moved, pupil):
        families.add_member(family=family, pupil=each, **GROUNDS, by=people.coordinator)
    return pupil


# ---- helped out of sight


def test_help_at_the_former_school_is_counted_at_the_new_one(people, moved, give, as_user, english):
    give(moved, date=date(2027, 1, 14))
    with as_user(people.stranger):
        assert not Handout.objects.exists()  # the wall hides it
        with pytest.raises(gifts.Twice, match="This child was given the same kind of aid"):
            give(moved, giver=OTHER, by=people.stranger)
        assert give(moved, giver=OTHER, by=people.stranger, kind="bag").pk
        assert give(moved, giver=OTHER, by=people.stranger, reason="Қысқы аяқ киім жыртылды").pk


def test_help_to_a_sibling_in_another_district_needs_a_reason(people, moved, sibling, give, as_user, english):
    give(sibling)
    with as_user(people.stranger):
        with pytest.raises(gifts.Twice, match="A brother or sister was given the same kind"):
            give(moved, giver=OTHER, by=people.stranger)
        assert give(moved, giver=OTHER, by=people.stranger, reason="Әр балаға өз аяқ киімі").unit_id == OTHER


def test_another_season_and_a_removed_family_do_not_count(people, moved, sibling, give, as_user):
    give(sibling, date=date(2027, 1, 9))
    assert give(moved, giver=OTHER, by=people.stranger, date=date(2027, 1, 20)).pk
    family = Family.objects.get()
    families.submit(family=family, by=people.coordinator)
    families.approve(family=family, by=people.specialist)
    families.remove(family=family, why="Көшіп кетті", by=people.coordinator)
    assert give(sibling, date=date(2027, 1, 20)).pk


def test_the_other_school_learns_that_help_is_counted_and_no_more(client_of, people, moved, sibling, give, english):
    give(moved, date=date(2027, 1, 14), tenge=15_000)
    give(sibling, kind="uniform", tenge=21_000)
    page = client_of(people.stranger).get(f"/aid/new/?pupil={moved.pk}").text
    assert "Help to this child is counted at another unit." in page
    assert "Help to a brother or sister is counted in this campaign." in page
    form = typed(pupil=moved.pk, unit=OTHER, date="2027-01-27", source="fund", kind="shoes", size="37", quantity="1")
    answer = client_of(people.stranger).post("/aid/new/", {**form, "tenge": "16000"})
    assert answer.status_code == 422
    assert "This child was given the same kind of aid in this campaign." in answer.text
    for words in ("15\u202f000", "21\u202f000", "14.01.2027", "25.01.2027", "№ 1 мектеп", "Иманова"):
        assert words not in page + answer.text


def test_a_child_who_was_never_helped_asks_nothing(client_of, people, child, english):
    page = client_of(people.coordinator).get(f"/aid/new/?pupil={child().pk}").text
    assert "Nothing yet." in page
    assert "is counted" not in page


def test_nothing_is_said_about_a_child_out_of_ones_scope(people, child, give, as_user):
    pupil = child()
    give(pupil)
    day = date(2027, 1, 20)
    assert children.helped_before(pupil, day) == children.Helped(itself=True, siblings=False)
    with as_user(people.stranger):
        assert children.helped_before(pupil, day) == children.Helped(itself=False, siblings=False)
    with scope(NOTHING):
        assert children.helped_before(pupil, day) == children.Helped(itself=False, siblings=False)


@pytest.mark.parametrize(
    "name", ["child_in_scope(bigint)", "helped_before(bigint,text,date,date)", "listed_elsewhere(bigint,bigint)"]
)
def test_nobody_but_the_application_may_ask(country, name):
    with connection.cursor() as cursor:
        cursor.execute("select has_function_privilege('public', %s, 'execute')", [name])
        assert cursor.fetchone() == (False,)


# ---- listed out of sight


def test_a_child_on_the_list_of_another_school_is_not_listed_again(people, moved, sibling, as_user, english):
    with as_user(people.stranger):
        family = families.add_family(unit=Unit.objects.get(pk=OTHER), name="Имановтар", address="", by=people.stranger)
        with pytest.raises(Refused, match="on the list of another school already"):
            families.add_member(family=family, pupil=moved, **GROUNDS, by=people.stranger)


def test_the_family_page_counts_children_it_may_not_name(client_of, people, sibling, child, english):
    family = Family.objects.get()
    foreign = child("Алысова", "Жанат", unit=OTHER)
    Member.objects.create(family=family, pupil=foreign, unit_id=SCHOOL, categories=[1])
    page = client_of(people.coordinator).get(f"/families/{family.pk}/").text
    assert "1 more child of the family studies elsewhere" in page
    assert "Алысова" not in page


# ---- at the same moment, over real connections


def at_once(*deeds):
    """Each deed by its person on a connection of its own, all let go together; what was refused comes back."""
    start, refused = threading.Barrier(len(deeds)), []

    def run(login, deed):
        try:
            with clock.at(date(2027, 1, 28)):
                user = User.objects.get(username=login)
                ranges = ranges_of(user.grants.all_units())
            start.wait(timeout=20)
            with clock.at(date(2027, 1, 28)), scope(ranges):
                deed(user)
        except Refused as trouble:
            refused.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


@pytest.fixture
def live(live_country):
    """A child who has moved from school № 1 to № 3, and a family on each list that has no children yet."""
    with scope(COUNTRY):
        people = live_country.people
        pupil = make_pupil(live_country.unit(SCHOOL))
        enrol(pupil, make_class(SCHOOL, "7А"), last=date(2027, 1, 15))
        enrol(pupil, make_class(OTHER, "7А"), first=MOVED)
        here = families.add_family(unit=live_country.unit(SCHOOL), name="Бірінші", address="", by=people.coordinator)
        there = families.add_family(unit=live_country.unit(OTHER), name="Екінші", address="", by=people.stranger)
    return pupil, here, there


@pytest.mark.parametrize("turn", range(3))
def test_two_schools_list_one_child_at_the_same_moment(live, turn):
    pupil, here, there = live
    refused = at_once(
        *[
            (login, lambda by, family=family: families.add_member(family=family, pupil=pupil, **GROUNDS, by=by))
            for login, family in (("coordinator", here), ("stranger", there))
        ]
    )
    with scope(COUNTRY):
        assert Member.objects.count() == 1
    assert len(refused) == 1


@pytest.mark.parametrize("turn", range(3))
def test_the_last_child_is_taken_off_while_the_family_is_sent(live, turn):
    pupil, here, _there = live
    with scope(COUNTRY):
        by = User.objects.get(username="coordinator")
        member = families.add_member(family=here, pupil=pupil, **GROUNDS, by=by)
    refused = at_once(
        ("coordinator", lambda by: families.remove_member(member=member, by=by)),
        ("coordinator", lambda by: families.submit(family=Family.objects.get(pk=here.pk), by=by)),
    )
    with scope(COUNTRY):
        family = Family.objects.get(pk=here.pk)
        assert (family.state, family.members.count()) in (("submitted", 1), ("draft", 0))
    assert len(refused) == 1


@pytest.mark.parametrize("turn", range(3))
def test_two_schools_help_brother_and_sister_at_the_same_moment(live, turn):
    brother, here, _there = live
    with scope(COUNTRY):
        by = User.objects.get(username="coordinator")
        sister = make_pupil(Unit.objects.get(pk=SCHOOL))
        enrol(sister, make_class(SCHOOL, "5Б"))
        for pupil in (brother, sister):
            families.add_member(family=here, pupil=pupil, **GROUNDS, by=by)

    def help_(pupil, giver):
        return lambda by: gifts.hand_out(
            pupil=pupil,
            giver=Unit.objects.get(pk=giver),
            date=date(2027, 1, 25),
            source="sponsor",
            kind="food",
            size="",
            quantity=1,
            tenge=9_000,
            by=by,
        )

    refused = at_once(("coordinator", help_(sister, SCHOOL)), ("stranger", help_(brother, OTHER)))
    with scope(COUNTRY):
        assert Handout.objects.count() == 1
    assert [type(trouble) for trouble in refused] == [gifts.Twice]


def test_who_comes_second_with_the_same_button_reads_what_happened(live):
    pupil, here, _there = live
    with scope(COUNTRY):
        by = User.objects.get(username="coordinator")
        families.add_member(family=here, pupil=pupil, **GROUNDS, by=by)
    send = ("coordinator", lambda by: families.submit(family=Family.objects.get(pk=here.pk), by=by))
    assert [type(trouble) for trouble in at_once(send, send)] == [WrongState]
