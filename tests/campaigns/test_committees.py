"""The organising committee: people, last year's people, the order."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import translation

from campaigns.actions import register_order
from campaigns.actions.campaign import Stale
from campaigns.actions.committees import (
    amend_committee,
    approve_committee,
    begin_committee,
    carry_over,
    remove_member,
    save_member,
)
from campaigns.models import Committee, Member, Order
from schools.models import Entry, Unit
from schools.models import Stale as StaleValues
from schools.once import new_key
from schools.workflow import Refused
from tests.campaigns.papers import committee_of, person, year_before

ARSHALY, SCHOOL, VILLAGE, OTHER = 110010000, 110010001, 110010002, 110020001


@pytest.fixture(autouse=True)
def english(client):
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def begun(country, people, campaign):
    return begin_committee(unit=Unit.objects.get(pk=SCHOOL), campaign=campaign, by=people.coordinator)


def typed(version=1, **more):
    return {
        "once": new_key(),
        "surname": "Ахметова",
        "name": "Айгүл",
        "post": "",
        "body": "teachers",
        "role": "chair",
        "contact": "",
        "version": version,
        **more,
    }


# ---- what it takes


def test_a_committee_needs_people_a_chair_and_its_own_order(begun, people, campaign):
    unit = Unit.objects.get(pk=SCHOOL)
    common = {"unit": unit, "campaign": campaign, "date": date(2027, 1, 11), "title_kk": "А", "title_ru": "А"}
    other = register_order(**common, number="1", kind="dayoff", by=people.coordinator)
    right = register_order(**common, number="2", kind="committee", by=people.coordinator)
    with pytest.raises(Refused, match=r"at least two members.*chair"):
        approve_committee(committee=begun, order=right, by=people.coordinator)
    person(people.coordinator, begun)
    person(people.coordinator, begun, surname="Оспанов")
    with pytest.raises(Refused, match="Say who is the chair"):
        approve_committee(committee=begun, order=right, by=people.coordinator)
    person(people.coordinator, begun, surname="Есенов", role="chair")
    with pytest.raises(Refused, match="own order on the organising committee"):
        approve_committee(committee=begun, order=other, by=people.coordinator)
    approved = approve_committee(committee=begun, order=right, by=people.coordinator)
    assert (approved.state, approved.order) == ("approved", right)
    assert SCHOOL in set(StaleValues.objects.values_list("unit_id", flat=True))


def test_the_order_of_another_unit_approves_nothing(begun, people, campaign):
    theirs = committee_of(VILLAGE, people.village_coordinator, campaign).order
    person(people.coordinator, begun, role="chair")
    person(people.coordinator, begun, surname="Оспанов")
    with pytest.raises(Refused, match="own order"):
        approve_committee(committee=begun, order=theirs, by=people.coordinator)


def test_the_database_keeps_an_approved_committee_with_its_order(begun):
    with pytest.raises(IntegrityError, match="committee_approved_by_order"), transaction.atomic():
        Committee.objects.filter(pk=begun.pk).update(state="approved")


def test_nobody_puts_together_the_committee_of_another_unit(begun, people, campaign):
    for who in (people.stranger, people.specialist, people.teacher):
        with pytest.raises(PermissionDenied):
            begin_committee(unit=begun.unit, campaign=campaign, by=who)
        with pytest.raises(PermissionDenied):
            person(who, begun)


def test_one_chair_and_nobody_twice(begun, people):
    person(people.coordinator, begun, role="chair")
    with pytest.raises(Refused, match="has a chair already"):
        person(people.coordinator, begun, surname="Оспанов", role="chair")
    with pytest.raises(Refused, match="in the committee already"):
        person(people.coordinator, begun, surname=" Ахметова ")
    assert Member.objects.count() == 1


def test_an_approved_committee_is_changed_only_after_saying_so(people, campaign, country):
    committee = committee_of(SCHOOL, people.coordinator, campaign)
    with pytest.raises(Refused, match="Say first that you are changing it"):
        person(people.coordinator, committee, surname="Есенов")
    with pytest.raises(Refused):
        remove_member(member=committee.members.first(), by=people.coordinator)
    amend_committee(committee=committee, by=people.coordinator)
    assert person(people.coordinator, committee, surname="Есенов").pk
    assert Entry.objects.filter(verb="amend", unit_id=SCHOOL).count() == 1


# ---- last year's people


def test_last_years_committee_comes_over_in_one_action(begun, people, campaign):
    earlier = year_before(campaign)
    before = committee_of(SCHOOL, people.coordinator, earlier, order="9")
    assert carry_over(committee=begun, by=people.coordinator) == 2
    names = [(each.surname, each.role, each.body, each.post) for each in begun.members.all()]
    assert names == [(each.surname, each.role, each.body, each.post) for each in before.members.all()]
    assert carry_over(committee=begun, by=people.coordinator) == 0  # again changes nothing


def test_a_chair_of_this_year_stays_the_only_one(begun, people, campaign):
    committee_of(SCHOOL, people.coordinator, year_before(campaign), order="9")
    person(people.coordinator, begun, surname="Жаңа", role="chair")
    carry_over(committee=begun, by=people.coordinator)
    assert list(begun.members.filter(role="chair").values_list("surname", flat=True)) == ["Жаңа"]


def test_without_a_last_year_the_portal_says_so(begun, people):
    with pytest.raises(Refused, match="no committee in last year's campaign"):
        carry_over(committee=begun, by=people.coordinator)


# ---- pages


def test_the_school_puts_its_committee_together_and_approves_it(client_of, people, campaign):
    client = client_of(people.coordinator)
    page = client.get("/committee/").text
    assert "Add at least two members. Say who is the chair." in page
    answer = client.post("/committee/members/new/?unit=S1", typed(more="1"))
    assert answer["Location"] == "/committee/members/new/?unit=S1"
    second = typed(2, surname="Оспанов", role="member", body="pupils")
    page = client.post("/committee/members/new/?unit=S1", second, follow=True).text
    assert "Approve the committee" in page
    paper = {"once": new_key(), "number": "7-к", "date": "2027-01-20", "version": Committee.objects.get().version}
    page = client.post("/committee/approve/?unit=S1", paper, follow=True).text
    assert "The committee is approved. Next: the plan." in page
    order = Order.objects.get()
    assert (order.kind, order.number, order.unit_id) == ("committee", "7-к", SCHOOL)
    assert "«Қамқорлық» – 2027" in order.title_kk
    assert Committee.objects.get().order == order
    assert "Approved by order № 7-к of 20.01.2027." in client.get("/committee/").text


def test_an_order_that_is_registered_already_is_used_and_offered(client_of, people, campaign, begun):
    person(people.coordinator, begun, role="chair")
    person(people.coordinator, begun, surname="Оспанов")
    known = register_order(
        unit=begun.unit,
        campaign=campaign,
        number="3",
        date=date(2027, 1, 12),
        kind="committee",
        title_kk="А",
        title_ru="А",
        by=people.coordinator,
    )
    client = client_of(people.coordinator)
    assert 'value="3"' in client.get("/committee/").text
    version = Committee.objects.get().version
    client.post("/committee/approve/?unit=S1", {"number": "3", "date": "2027-01-12", "version": version})
    assert Order.objects.count() == 1
    assert Committee.objects.get().order == known


def test_a_refused_approval_registers_no_order(client_of, people, campaign, begun):
    form = {"number": "3", "date": "2027-01-12", "version": begun.version}
    answer = client_of(people.coordinator).post("/committee/approve/?unit=S1", form)
    assert answer.status_code == 422
    assert "Add at least two members." in answer.text
    assert not Order.objects.exists()


def test_wrong_input_keeps_what_was_typed(client_of, people, campaign):
    answer = client_of(people.coordinator).post("/committee/members/new/?unit=S1", typed(body="", post="Дәрігер"))
    assert answer.status_code == 422
    assert "Дәрігер" in answer.text
    assert not Member.objects.exists()


def test_a_late_save_shows_both_versions(client_of, people, campaign, begun):
    member = person(people.coordinator, begun, role="chair")
    seen = Committee.objects.get().version
    stored = Committee.objects.get()
    save_member(
        committee=stored,
        member=member,
        version=seen,
        surname="Ахметова",
        name="Айгүл",
        body="parents",
        post="Қоғам",
        role="chair",
        contact="",
        by=people.head,
    )
    client = client_of(people.coordinator)
    answer = client.post(f"/committee/members/{member.pk}/", typed(seen, post="Менің сөзім"))
    assert answer.status_code == 409
    assert "Қоғам" in answer.text
    assert "Менің сөзім" in answer.text
    assert f'name="version" value="{seen + 1}"' in answer.text
    with pytest.raises(Stale):
        save_member(
            committee=stored,
            member=member,
            version=seen,
            surname="А",
            name="А",
            body="parents",
            post="",
            role="chair",
            contact="",
            by=people.coordinator,
        )


def test_the_district_reads_a_schools_committee_and_changes_nothing(client_of, people, campaign, country):
    committee = committee_of(SCHOOL, people.coordinator, campaign)
    client = client_of(people.specialist)
    page = client.get("/committee/?unit=S1").text
    assert "Ахметова" in page
    assert "Change the committee" not in page
    assert client.post("/committee/amend/?unit=S1", {}).status_code == 403
    assert client.get(f"/committee/members/{committee.members.first().pk}/").status_code == 200
    answer = client.post(f"/committee/members/{committee.members.first().pk}/", typed(committee.version))
    assert answer.status_code == 403
    assert client_of(people.stranger).get("/committee/?unit=S1").status_code == 404
    assert client_of(people.teacher).get("/committee/").status_code == 403


def test_the_list_leaves_as_a_workbook_and_costs_the_same_for_many(
    client_of, people, campaign, begun, queries_do_not_grow
):
    answer = client_of(people.coordinator).get("/committee/?unit=S1&xlsx=1")
    assert answer.content[:2] == b"PK"
    serial = iter(range(1000))

    def make(n):
        rows = [
            Member(unit_id=SCHOOL, committee=begun, surname=f"Т{next(serial)}", name="А", body="teachers")
            for _ in range(n)
        ]
        Member.objects.bulk_create(rows)

    queries_do_not_grow(people.coordinator, "/committee/", make)
