"""The day calendar: days off by order, the nearest unit's word wins, and a slow re-count agrees with the SQL."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schools.models import Entry, School, Stale, Unit
from schools.number import ancestors
from schools.workflow import Refused
from students import calendar
from students.actions import days
from students.calendar import words_of_grades
from students.forms.days import DayOffForm
from students.models import DayOff
from tests.make import enrol, make_class, make_pupil

MINISTRY, OBLAST, ARSHALY, SCHOOL, VILLAGE, OTHER = 0, 110000000, 110010000, 110010001, 110010002, 110020001
MONDAY = date(2027, 1, 18)
ONE = timedelta(days=1)


def unit(number):
    return Unit.objects.get(pk=number)


def kind(school_class, day, grade=None):
    kinds = calendar.kinds_on(day, [school_class.unit_id])[school_class.pk]
    return kinds[school_class.grades[0] if grade is None else grade]


def announce(by, number, first, last=None, **more):
    wanted = {"grades": [], "shift": None, "kind": "cancelled", "order": "12-Ө"} | more
    return days.announce(unit=unit(number), first=first, last=last or first, by=by, **wanted)


# ---- stories


def test_frost_in_the_district_takes_the_day_out_of_every_school_below(people, country):
    ours, village, theirs = make_class(SCHOOL), make_class(VILLAGE), make_class(OTHER)
    announce(people.specialist, ARSHALY, MONDAY)
    assert (kind(ours, MONDAY), kind(village, MONDAY), kind(theirs, MONDAY)) == ("cancelled", "cancelled", "taught")
    assert set(Stale.objects.values_list("unit_id", flat=True)) == {SCHOOL, VILLAGE}
    line = Entry.objects.get(verb="announce_day_off")
    assert (line.by, line.unit_id) == ("specialist", ARSHALY)


def test_the_word_of_the_school_stands_against_the_district(people, country):
    ours, village = make_class(SCHOOL), make_class(VILLAGE)
    announce(people.specialist, ARSHALY, MONDAY)
    announce(people.coordinator, SCHOOL, MONDAY, kind="workday")
    assert (kind(ours, MONDAY), kind(village, MONDAY)) == ("taught", "cancelled")


def test_grades_and_shift_narrow_a_day(people, country):
    small, big, late = (
        make_class(SCHOOL, "2А", grades=(2,)),
        make_class(SCHOOL, "9А", grades=(9,)),
        make_class(SCHOOL, "2Б", grades=(2,), shift=2),
    )
    announce(people.coordinator, SCHOOL, MONDAY, grades=[0, 1, 2, 3, 4], shift=1, kind="distance")
    assert [kind(each, MONDAY) for each in (small, big, late)] == ["distance", "taught", "taught"]


def test_merged_grades_can_have_different_days(people, country):
    merged = make_class(VILLAGE, "1–2", grades=(1, 2))
    announce(people.village_coordinator, VILLAGE, MONDAY, grades=[1], kind="holiday")
    assert (kind(merged, MONDAY, 1), kind(merged, MONDAY, 2)) == ("holiday", "taught")


def test_one_day_is_put_back_out_of_the_middle_of_a_week(people, country):
    ours = make_class(SCHOOL)
    row = announce(people.coordinator, SCHOOL, MONDAY, MONDAY + 4 * ONE)
    days.put_back(day_off=row, day=MONDAY + 2 * ONE, by=people.coordinator)
    assert [kind(ours, MONDAY + n * ONE) for n in range(5)] == [
        "cancelled",
        "cancelled",
        "taught",
        "cancelled",
        "cancelled",
    ]
    assert set(DayOff.objects.values_list("order", flat=True)) == {"12-Ө"}


@pytest.mark.parametrize(("day", "left"), [(0, [1, 2]), (2, [0, 1])])
def test_a_day_at_the_edge_only_makes_the_row_shorter(people, country, day, left):
    row = announce(people.coordinator, SCHOOL, MONDAY, MONDAY + 2 * ONE)
    days.put_back(day_off=row, day=MONDAY + day * ONE, by=people.coordinator)
    row = DayOff.objects.get()
    assert (row.first, row.last) == (MONDAY + left[0] * ONE, MONDAY + left[-1] * ONE)


def test_all_days_are_put_back_and_the_journal_keeps_it(people, country):
    ours = make_class(SCHOOL)
    row = announce(people.coordinator, SCHOOL, MONDAY)
    days.put_back(day_off=row, day=None, by=people.coordinator)
    assert kind(ours, MONDAY) == "taught"
    assert not DayOff.objects.exists()
    assert "18.01.2027" in Entry.objects.get(verb="put_back_day").note
    with pytest.raises(Refused, match="already"):
        days.put_back(day_off=row, day=None, by=people.coordinator)


def test_nobody_announces_days_for_a_unit_that_is_not_theirs(people, country):
    with pytest.raises(PermissionDenied):
        announce(people.stranger, SCHOOL, MONDAY)
    row = announce(people.specialist, ARSHALY, MONDAY)
    with pytest.raises(PermissionDenied):
        days.put_back(day_off=row, day=None, by=people.coordinator)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"last": MONDAY - ONE}, "before the first"),
        ({"last": MONDAY + 400 * ONE}, "more than a year"),
        ({"grades": [13]}, "from 0 to 12"),
        ({"shift": 4}, "Shifts"),
        ({"kind": "party"}, "no such kind"),
        ({"order": "  "}, "give its number"),
    ],
)
def test_wrong_days_are_refused_in_words(people, country, wrong, words):
    with pytest.raises(Refused, match=words):
        announce(people.coordinator, SCHOOL, MONDAY, **wrong)


# ---- the pages


@pytest.mark.parametrize(
    ("text", "grades"),
    [("", []), ("0-4;11", [0, 1, 2, 3, 4, 11]), ("7", [7]), ("1 – 3, 9", [1, 2, 3, 9]), ("4;4", [4])],
)
def test_grades_are_typed_as_people_write_them(text, grades):
    assert DayOffForm.base_fields["grades"].clean(text) == grades


@pytest.mark.parametrize("text", ["5-2", "13", "seven", "1--3", "-1", "²"])
def test_wrong_grades_are_explained(people, client_of, text):
    answer = client_of(people.coordinator).post(
        "/school-days/new/", form(grades=text), headers={"accept-language": "en"}
    )
    assert answer.status_code == 422
    assert "Write grades like 0-4;11" in answer.content.decode()


def test_grades_are_shown_as_people_write_them():
    assert words_of_grades([0, 1, 2, 3, 4, 11]) == "0–4; 11"


def form(**more):
    return {
        "unit": SCHOOL,
        "kind": "cancelled",
        "first": "2027-01-28",
        "order": "15-Ө",
        "grades": "",
        "shift": "",
    } | more


def english(client):
    client.cookies["django_language"] = "en"
    return client


def test_the_preview_says_whom_it_concerns_and_changes_nothing(people, country, client_of):
    make_class(SCHOOL, "2А", grades=(2,)), make_class(SCHOOL, "9А", grades=(9,)), make_class(VILLAGE, "3", grades=(3,))
    client = english(client_of(people.coordinator))
    page = client.post("/school-days/new/", form(grades="0-4", draft="1")).content.decode()
    assert "This concerns 1 class: 2А." in page
    client = english(client_of(people.specialist))
    page = client.post("/school-days/new/", form(unit=ARSHALY, grades="0-4", draft="1")).content.decode()
    assert "This concerns 2 classes of 2 schools" in page
    assert not DayOff.objects.exists()


def test_a_day_is_announced_on_the_page_and_shown_in_the_list(people, country, client_of):
    client = english(client_of(people.coordinator))
    answer = client.post("/school-days/new/", form())
    assert (answer.status_code, answer["Location"]) == (303, "/school-days/")
    page = client.get("/school-days/").content.decode()
    assert "Announced: 28.01.2027, lessons cancelled." in page
    assert "15-Ө" in page
    assert "/put-back/" in page


def test_a_school_reads_the_district_s_days_and_cannot_put_them_back(people, country, client_of):
    row = announce(people.specialist, ARSHALY, MONDAY)
    client = english(client_of(people.coordinator))
    page = client.get("/school-days/").content.decode()
    assert "18.01.2027" in page
    assert "/put-back/" not in page
    assert client.get(f"/school-days/{row.pk}/put-back/").status_code == 404


def test_a_day_is_put_back_on_the_page(people, country, client_of):
    row = announce(people.coordinator, SCHOOL, MONDAY, MONDAY + ONE)
    client = english(client_of(people.coordinator))
    answer = client.post(f"/school-days/{row.pk}/put-back/", {"day": "2027-03-01"})
    assert answer.status_code == 422
    assert "not among the days announced" in answer.content.decode()
    assert client.post(f"/school-days/{row.pk}/put-back/", {"day": "2027-01-18"}).status_code == 303
    assert DayOff.objects.get().first == MONDAY + ONE


def test_twenty_copies_of_the_form_announce_once(people, country, client_of):
    client = client_of(people.coordinator)
    key = "0d6f4ab9-5b3c-4d56-9f0f-6a6a0f6f8a11"
    answers = [client.post("/school-days/new/", form(once=key)) for _ in range(20)]
    assert {answer["Location"] for answer in answers} == {"/school-days/"}
    assert DayOff.objects.count() == 1


@pytest.mark.parametrize("login", ["teacher", "commission", "auditor", "administrator"])
def test_days_off_are_not_everybody_s_business(country, client_of, login):
    assert client_of(getattr(country.people, login)).get("/school-days/").status_code == 403


# ---- the property: SQL against a slow re-count

LINE = [MINISTRY, OBLAST, ARSHALY, SCHOOL]
KINDS = ["holiday", "distance", "cancelled", "workday"]
ORDER = ["workday", "distance", "cancelled", "holiday"]  # of several rows of one unit the word that puts the day back
START = date(2027, 1, 11)

grades = st.lists(st.integers(0, 11), min_size=1, max_size=3, unique=True)
rows = st.fixed_dictionaries(
    {
        "unit_id": st.sampled_from([*LINE, VILLAGE]),
        "first": st.integers(0, 13),
        "length": st.integers(0, 4),
        "grades": st.one_of(st.just([]), st.lists(st.integers(0, 11), max_size=4, unique=True)),
        "shift": st.sampled_from([None, 1, 2]),
        "kind": st.sampled_from(KINDS),
    }
)
classes = st.fixed_dictionaries(
    {
        "grades": grades,
        "shift": st.integers(1, 2),
        "week": st.sampled_from([None, 5, 6]),
        "unit": st.sampled_from([SCHOOL, VILLAGE]),
    }
)


def slow_kind(school_class, week, grade, day, days_off):
    line = ancestors(school_class.unit_id)
    covering = [
        row
        for row in days_off
        if row.unit_id in line
        and row.first <= day <= row.last
        and (not row.grades or grade in row.grades)
        and (row.shift is None or row.shift == school_class.shift)
    ]
    in_week = day.isoweekday() <= week
    if not covering:
        return "taught" if in_week else "off"
    nearest = max(row.unit_id for row in covering)
    said = min(ORDER.index(row.kind) for row in covering if row.unit_id == nearest)
    if ORDER[said] == "workday":
        return "taught"
    return ORDER[said] if in_week else "off"


def test_the_calendar_agrees_with_a_slow_recount(country):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(rows, max_size=7), st.lists(classes, min_size=1, max_size=3), st.sampled_from([5, 6]))
    def check(some_rows, some_classes, week):
        with transaction.atomic():
            School.objects.filter(unit=SCHOOL).update(week=week)
            made = [make_class(each.pop("unit"), f"К{n}", **each) for n, each in enumerate(map(dict, some_classes))]
            enrol(make_pupil(unit(SCHOOL)), made[0], grade=11)  # a pupil in a grade the class does not name
            for row in map(dict, some_rows):
                first = START + row.pop("first") * ONE
                DayOff.objects.create(first=first, last=first + row.pop("length") * ONE, **row)
            days_off = list(DayOff.objects.all())
            found = {
                (day.school_class, day.grade, day.day): day.kind
                for day in calendar.school_days(START, START + 13 * ONE, [SCHOOL, VILLAGE])
            }
            weeks = {SCHOOL: week, VILLAGE: 5}
            expected = {
                (each.pk, grade, START + n * ONE): slow_kind(
                    each, each.week or weeks[each.unit_id], grade, START + n * ONE, days_off
                )
                for each in made
                for grade in {*each.grades, *([11] if each is made[0] else [])}
                for n in range(14)
            }
            assert found == expected
            transaction.set_rollback(True)

    check()
