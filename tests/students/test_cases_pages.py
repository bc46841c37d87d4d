"""Pages of cases: who sees a name, who sees a number, who sees nothing; every step in words."""

import re
import uuid
from datetime import date, timedelta

import pytest

from schools.models import Reading, Unit
from students.actions import cases
from students.models import Case
from tests.make import enrol, make_class, make_pupil

ARSHALY, SCHOOL, VILLAGE, OTHER = 110010000, 110010001, 110010002, 110020001
TODAY = date(2027, 1, 28)
NAME = "Сәрсен Айбек"


def make_case(by, number=SCHOOL, **more):
    who = {} if "pupil" in more else {"surname": "Сәрсен", "name": "Айбек"}
    wanted = who | {"found_on": TODAY, "source": "round", "kind": "never"} | more
    return cases.open_draft(unit=Unit.objects.get(pk=number), by=by, **wanted)


@pytest.fixture
def case(people):
    return make_case(people.coordinator)


@pytest.fixture
def see(client_of):
    """`see(person, url)`: the page in English."""

    def get(person, url, status=200):
        client = client_of(person)
        client.cookies["django_language"] = "en"
        answer = client.get(url)
        assert answer.status_code == status
        return answer.content.decode()

    return get


@pytest.fixture
def send(client_of):
    def post(person, url, **data):
        client = client_of(person)
        client.cookies["django_language"] = "en"
        return client.post(url, data)

    return post


# ---- who sees what


@pytest.mark.parametrize("login", ["coordinator", "head", "specialist"])
def test_school_and_district_see_the_name_and_the_reading_is_kept(country, case, see, login):
    person = getattr(country.people, login)
    assert NAME in see(person, "/cases/")
    assert NAME in see(person, f"/cases/{case.pk}/")
    assert Reading.objects.get().subject_id == str(case.pk)


@pytest.mark.parametrize("login", ["oblast_specialist", "analyst"])
def test_above_the_district_people_see_the_number_of_the_case(country, case, see, login):
    person = getattr(country.people, login)
    assert "Choose a state, a kind or a unit" in see(person, "/cases/")
    page = see(person, "/cases/?state=open")
    assert case.key in page
    assert NAME not in page
    page = see(person, f"/cases/{case.pk}/")
    assert case.key in page
    assert NAME not in page
    assert not Reading.objects.exists()


def test_a_sensitive_cause_and_notes_are_not_shown_above_the_district(people, case, see):
    cases.confirm(case=case, confirmed_on=TODAY, cause="violence", by=people.coordinator)
    cases.close(case=Case.objects.get(), closed_on=TODAY, closing="wrong", note="зовут Айбек", by=people.coordinator)
    page = see(people.oblast_specialist, f"/cases/{case.pk}/")
    assert "not shown here" in page
    assert "Айбек" not in page
    page = see(people.coordinator, f"/cases/{case.pk}/")
    assert "violence" in page
    assert "зовут Айбек" in page


def test_a_commission_member_sees_nothing_until_a_case_is_referred(people, case, see):
    page = see(people.commission, "/cases/")
    assert "No case has been referred to your commission." in page
    assert case.key not in page
    see(people.commission, f"/cases/{case.pk}/", 404)


@pytest.mark.parametrize(
    ("login", "status"), [("stranger", 404), ("village_coordinator", 404), ("teacher", 403), ("auditor", 403)]
)
def test_others_do_not_learn_of_it(country, case, see, login, status):
    see(getattr(country.people, login), f"/cases/{case.pk}/", status)


def test_nobody_decides_about_a_case_of_another_school(people, case, send):
    assert send(people.stranger, f"/cases/{case.pk}/confirm/", version=1, confirmed_on="2027-01-28").status_code == 404
    assert send(people.head, f"/cases/{case.pk}/confirm/", version=1, confirmed_on="2027-01-28").status_code == 403
    assert Case.objects.get().state == "draft"


# ---- the list


def test_filters_live_in_the_address(people, case, see):
    other = make_case(people.village_coordinator, VILLAGE, surname="Омар", kind="dropped")
    assert "Омар" not in see(people.specialist, "/cases/?kind=never")
    assert "Омар" not in see(people.specialist, "/cases/?unit=S1")
    assert NAME not in see(people.specialist, "/cases/?unit=S2")
    assert "No case fits." in see(people.specialist, "/cases/?state=closed")
    assert other.key in see(people.oblast_specialist, "/cases/?unit=113200000")


def test_a_wrong_filter_is_said_in_words_and_filters_nothing(people, case, see):
    page = see(people.coordinator, "/cases/?state=nonsense&page=99")
    assert "Select a valid choice" in page
    assert NAME in page


def test_htmx_gets_the_rows_alone(people, case, client_of):
    page = client_of(people.coordinator).get("/cases/?state=draft", headers={"HX-Request": "true"}).content.decode()
    assert page.strip().startswith('<div id="rows">')
    assert NAME in page


def test_the_list_asks_the_database_as_often_for_three_hundred(people, country, queries_do_not_grow):
    unit = Unit.objects.get(pk=SCHOOL)

    def make(count):
        for _ in range(count):
            Case.objects.create(
                unit=unit,
                finder=unit,
                key=uuid.uuid4().hex,
                pupil=make_pupil(unit),
                found_on=TODAY,
                source="round",
                kind="never",
            )

    queries_do_not_grow(people.coordinator, "/cases/", make)


# ---- steps


def test_a_case_is_confirmed_on_its_page(people, case, see, send):
    page = see(people.coordinator, f"/cases/{case.pk}/")
    assert "Confirm the case" in page
    assert "Dismiss the draft" in page
    assert "Close without return" not in page
    assert 'name="version" value="1"' in see(people.coordinator, f"/cases/{case.pk}/confirm/")
    answer = send(
        people.coordinator, f"/cases/{case.pk}/confirm/", version=1, confirmed_on="2027-01-28", cause="clothes"
    )
    assert (answer.status_code, answer["Location"]) == (303, f"/cases/{case.pk}/")
    page = see(people.coordinator, f"/cases/{case.pk}/")
    assert "The case is confirmed." in page
    assert "Case confirmed" in page
    assert "no clothes or shoes" in page
    assert "Close without return" in page


def test_a_head_sees_no_buttons(people, case, see):
    assert "Confirm the case" not in see(people.head, f"/cases/{case.pk}/")


def test_a_draft_is_dismissed_with_words(people, case, see, send):
    answer = send(people.coordinator, f"/cases/{case.pk}/dismiss/", version=1, note="")
    assert answer.status_code == 422
    assert "required" in answer.content.decode()
    assert send(people.coordinator, f"/cases/{case.pk}/dismiss/", version=1, note="moved in August").status_code == 303
    assert "moved in August" in see(people.coordinator, f"/cases/{case.pk}/")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2027-02-30", "Enter a valid date"),
        ("2027-03-01", "future"),
        ("2026-12-31", "before the day the child was found"),
        ("", "required"),
    ],
)
def test_a_wrong_date_is_said_in_words_and_kept(people, case, send, typed, words):
    answer = send(people.coordinator, f"/cases/{case.pk}/confirm/", version=1, confirmed_on=typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert typed in page
    assert Case.objects.get().state == "draft"


def test_visit_and_return_are_entered_together(people, case, send, see):
    cases.confirm(case=case, confirmed_on=TODAY, cause="", by=people.coordinator)
    url = f"/cases/{case.pk}/facts/"
    assert (
        send(people.coordinator, url, version=2, visited_on="2027-01-28", returned_on="2027-01-28").status_code == 303
    )
    case = Case.objects.get()
    assert (case.visited_on, case.returned_on) == (TODAY, TODAY)
    assert "returned" in see(people.coordinator, "/cases/")


def test_a_stale_save_shows_both_versions_and_keeps_what_was_typed(people, case, send):
    cases.confirm(case=case, confirmed_on=TODAY, cause="works", by=people.specialist)
    answer = send(
        people.coordinator, f"/cases/{case.pk}/confirm/", version=1, confirmed_on="2027-01-28", cause="clothes"
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Your version" in page
    assert '<td data-label="Your version">no clothes or shoes</td>' in page
    assert '<td data-label="Stored version">works</td>' in page
    assert 'value="clothes" selected' in page
    assert 'name="version" value="2"' in page
    answer = send(
        people.coordinator, f"/cases/{case.pk}/confirm/", version=2, confirmed_on="2027-01-28", cause="clothes"
    )
    assert answer.status_code == 422
    assert "it is now «confirmed»" in answer.content.decode()


def test_twenty_copies_confirm_once(people, case, send):
    data = {"version": 1, "confirmed_on": "2027-01-28", "once": str(uuid.uuid4())}
    answers = [send(people.coordinator, f"/cases/{case.pk}/confirm/", **data) for _ in range(20)]
    assert {answer["Location"] for answer in answers} == {f"/cases/{case.pk}/"}
    assert Case.objects.get().version == 2


# ---- a new case


NEW = {
    "unit": SCHOOL,
    "surname": "Сәрсен",
    "name": "Айбек",
    "born": "2016-03-01",
    "found_on": "2027-01-28",
    "source": "round",
    "kind": "never",
}


def test_a_child_whom_no_register_knows_is_reported(people, send, see):
    answer = send(people.coordinator, "/cases/new/", **NEW)
    case = Case.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/cases/{case.pk}/")
    page = see(people.coordinator, f"/cases/{case.pk}/")
    assert f"{case.child_name}: a draft of a case is opened." in page
    assert "A person confirms the case or dismisses it" in page


def test_finding_comes_before_creating(people, country, send):
    theirs = make_class(OTHER, "5В")
    enrol(make_pupil(theirs.unit, "Сәрсен", "Айбек", date(2016, 3, 1)), theirs)
    answer = send(people.coordinator, "/cases/new/", **NEW)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is such a child already" in page
    assert "№ 3" in page
    assert "?pupil=" not in page  # not ours to open
    assert not Case.objects.exists()
    assert send(people.coordinator, "/cases/new/", **NEW, another="on").status_code == 303


def test_our_own_pupil_is_offered_instead(people, country, send, see):
    ours = make_class(SCHOOL, "5В")
    pupil = make_pupil(ours.unit, "Сәрсен", "Айбек", date(2016, 3, 1))
    enrol(pupil, ours)
    page = send(people.coordinator, "/cases/new/", **NEW).content.decode()
    [href] = re.findall(r'href="(/cases/new/\?pupil=\d+)"', page)
    assert f"Open a case: {pupil.full_name}" in see(people.coordinator, href)
    data = {name: NEW[name] for name in ("unit", "found_on", "source")} | {"kind": "dropped"}
    assert send(people.coordinator, href, **data).status_code == 303
    assert Case.objects.get().pupil == pupil
    answer = send(people.coordinator, href, **data)
    assert answer.status_code == 422
    assert "has an open case already" in answer.content.decode()


def test_a_pupil_of_others_is_not_found(people, country, see):
    pupil = make_class(OTHER, pupils=1).enrolments.get().pupil
    see(people.coordinator, f"/cases/new/?pupil={pupil.pk}", 404)
    see(people.coordinator, "/cases/new/?pupil=abc", 404)


def test_a_report_with_gaps_says_which(people, send):
    answer = send(
        people.coordinator, "/cases/new/", **(NEW | {"surname": "", "found_on": str(TODAY + timedelta(days=1))})
    )
    assert answer.status_code == 422
    assert "Surname: This field is required." in answer.content.decode()
