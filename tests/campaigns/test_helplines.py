"""Helplines: a unit keeps its numbers, and everybody reads them without signing in."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from campaigns.actions import add_helpline, remove_helpline
from campaigns.models import Helpline
from schools.once import new_key
from schools.wall import scope
from schools.workflow import Refused
from tests.campaigns.stories import ARSHALY, MINISTRY, OBLAST, SCHOOL, VILLAGE, unit


@pytest.fixture
def line(country, people):
    def make(number, phone, by):
        return add_helpline(unit=unit(number), phone=phone, hours="9:00–18:00", language="mixed", by=by)

    return make


@pytest.fixture
def lines(line, people):
    line(MINISTRY, "111", people.analyst)
    line(OBLAST, "+7 7162 00 00 11", people.oblast_specialist)
    line(ARSHALY, "+7 71644 0 00 22", people.specialist)
    line(SCHOOL, "+7 71644 0 00 33", people.coordinator)


def test_everybody_finds_the_number_of_their_school_and_of_those_above_it(client, lines):
    first = client.get("/helplines/").text
    assert "111" in first
    assert "+7 7162 00 00 11" in first
    assert "+7 71644 0 00 22" not in first
    found = client.get("/helplines/", {"q": "коктал"}).text  # the village school has none; its district has
    assert "+7 71644 0 00 22" in found
    assert "+7 7162 00 00 11" in found
    assert "+7 71644 0 00 33" not in found
    assert "9:00–18:00" in found
    assert "+7 71644 0 00 33" in client.get("/helplines/", {"q": "№ 1 мектеп"}).text


def test_words_that_name_nobody_and_signs_of_a_pattern_find_nothing(client, lines):
    for text in ("Жоқ ауыл", "%", "'; drop table"):
        assert "No helpline is known there yet." in client.get("/helplines/", {"q": text}).text


def test_the_public_page_asks_a_fixed_number_of_questions(client, line, people, django_assert_max_num_queries):
    for n in range(60):
        line(SCHOOL, f"+7 71644 {n:04}", people.coordinator)
    with django_assert_max_num_queries(8):
        client.get("/helplines/", {"q": "№ 1 мектеп"})


def test_the_wall_hides_the_table_itself_from_the_public(lines):
    with scope([]), connection.cursor() as cursor:
        cursor.execute("select count(*) from campaigns_helpline")
        assert cursor.fetchone() == (0,)
        cursor.execute("select count(*) from public_helplines('')")
        assert cursor.fetchone() == (2,)


def test_a_closed_unit_answers_no_more(client, lines):
    school = unit(SCHOOL)
    school.closed_on = "2027-01-20"
    school.save()
    assert "+7 71644 0 00 33" not in client.get("/helplines/", {"q": "№ 1 мектеп"}).text


def test_a_unit_adds_and_takes_away_its_numbers(client_of, people, country):
    client = client_of(people.coordinator)
    form = {"once": new_key(), "phone": "+7 71644 0 00 33", "hours": "9–18", "language": "kk"}
    wrong = client.post("/campaign/helplines/", {**form, "phone": "жоқ"})
    assert wrong.status_code == 422
    assert "Write a number" in wrong.text
    assert 'value="9–18"' in wrong.text
    answer = client.post("/campaign/helplines/", form, follow=True)
    assert "can be called by everybody now" in answer.text
    again = client.post("/campaign/helplines/", {**form, "once": new_key()})
    assert again.status_code == 422
    row = Helpline.objects.get()
    gone = client.post("/campaign/helplines/", {"once": new_key(), "remove": row.pk}, follow=True)
    assert "is taken away" in gone.text
    assert not Helpline.objects.exists()


def test_nobody_writes_another_units_numbers(client_of, people, line):
    with pytest.raises(PermissionDenied):
        line(SCHOOL, "112", people.specialist)
    row = line(VILLAGE, "113", people.village_coordinator)
    with pytest.raises(PermissionDenied):
        remove_helpline(helpline=row, by=people.coordinator)
    client_of(people.coordinator).post("/campaign/helplines/", {"remove": row.pk})
    assert Helpline.objects.filter(pk=row.pk).exists()
    with pytest.raises(Refused):
        line(VILLAGE, "113", people.village_coordinator)


def test_the_list_costs_the_same_for_ten_numbers_and_for_three_hundred(queries_do_not_grow, people, country):
    serial = iter(range(1000))

    def make(n):
        Helpline.objects.bulk_create(
            Helpline(unit_id=(SCHOOL, VILLAGE)[k % 2], phone=f"{1000 + k}") for k in (next(serial) for _ in range(n))
        )

    queries_do_not_grow(people.specialist, "/campaign/helplines/", make)
