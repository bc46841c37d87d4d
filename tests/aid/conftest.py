"""What stories about aid are made of."""

from datetime import date

import pytest
from django.utils import translation

from aid.actions import families, gifts
from schools.models import Unit
from schools.once import new_key
from students.models import Pupil
from tests.make import enrol, make_class, make_pupil

ARSHALY, SCHOOL, VILLAGE, OTHER = 110010000, 110010001, 110010002, 110020001
CITY_SCHOOL = 710000001


@pytest.fixture
def english(client):
    """Words of actions and of pages in English."""
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def classes(country):
    return {unit: make_class(unit, "7А") for unit in (SCHOOL, VILLAGE, OTHER)}


@pytest.fixture
def child(classes):
    """`child("Ахметова", "Айша")`: a pupil of school № 1 since September."""

    def make(surname="Ахметова", name="Айша", unit=SCHOOL) -> Pupil:
        pupil = make_pupil(Unit.objects.get(pk=unit), surname, name)
        enrol(pupil, classes[unit])
        return pupil

    return make


@pytest.fixture
def family_of(people, child):
    """A draft of school № 1 with one child."""

    def make(name="Ахметовтер", pupil=None, state="draft", by=None):
        by = by or people.coordinator
        family = families.add_family(unit=Unit.objects.get(pk=SCHOOL), name=name, address="Көктал к-сі, 5", by=by)
        families.add_member(
            family=family,
            pupil=pupil or child(),
            categories=[2],
            statuses=["many_children"],
            valid_until=date(2027, 12, 31),
            by=by,
        )
        if state in ("submitted", "approved", "removed"):
            families.submit(family=family, by=by)
        if state in ("approved", "removed"):
            families.approve(family=family, by=people.specialist)
        if state == "removed":
            families.remove(family=family, why="Көшіп кетті", by=by)
        return family

    return make


@pytest.fixture
def gift_of(people):
    """A gift that school № 1 has received: jackets, by default three, worth 60 000 ₸."""

    def make(unit=SCHOOL, by=None, donor="«Арман» ЖШС", **more):
        by = by or people.coordinator
        usual = {
            "source": "sponsor",
            "kind": "outerwear",
            "size": "140",
            "quantity": 3,
            "tenge": 60_000,
            "pledged_on": None,
            "received_on": date(2027, 1, 20),
        }
        giver = gifts.add_donor(kind="company", name=donor, by=by)
        return gifts.register_donation(unit=Unit.objects.get(pk=unit), donor=giver, by=by, **{**usual, **more})

    return make


@pytest.fixture
def give(people):
    def hand(pupil, giver=SCHOOL, by=None, **more):
        usual = {
            "date": date(2027, 1, 25),
            "source": "sponsor",
            "kind": "shoes",
            "size": "36",
            "quantity": 1,
            "tenge": 15_000,
        }
        return gifts.hand_out(
            pupil=pupil, giver=Unit.objects.get(pk=giver), by=by or people.coordinator, **{**usual, **more}
        )

    return hand


def typed(**more):
    """A form as the browser sends it."""
    return {"once": new_key(), **more}
