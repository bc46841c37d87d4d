"""The day of a school on its pages: one press, twelve key presses, two requests."""

import gzip
import re
import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.actions.plans import return_plan
from campaigns.models import ControlVisit
from reports import actions as reports
from reports.models import Submission
from schools.models import Unit
from students.actions import days, registers
from students.actions.registers import Mark
from students.models import Absence, Case, Register
from tests.campaigns.papers import again, sent_plan
from tests.campaigns.stories import thresholds_ordered
from tests.make import enrol, make_class, make_pupil

ARSHALY, SCHOOL, OTHER = 110010000, 110010001, 110020001
TODAY = date(2027, 1, 28)  # a Thursday
ONE = timedelta(days=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(client_of):
    """`page(person, url)`: the page in English."""

    def get(person, url, status=200, **more):
        client = client_of(person)
        client.cookies["django_language"] = "en"
        answer = client.get(url, **more)
        assert answer.status_code == status
        return answer.content.decode()

    return get


@pytest.fixture
def post(client_of):
    def send(person, url, data, **more):
        client = client_of(person)
        client.cookies["django_language"] = "en"
        return client.post(url, data, **more)

    return send


@pytest.fixture
def seven(country):
    return make_class(SCHOOL, "7А", pupils=4)


@pytest.fixture
def children(seven):
    return [row.pupil for row in seven.enrolments.for_list()]


def take(people, school_class, day=TODAY, version=0, **reasons):
    marks = {int(pk[1:]): Mark(reason) for pk, reason in reasons.items()}
    return registers.take(school_class=school_class, date=day, absent=marks, version=version, by=people.coordinator)


def text(html):
    return " ".join(re.sub("<[^>]+>", " ", html).split())


# ---- today


def test_silent_taken_and_off_are_told_apart(people, seven, children, page):
    taken = make_class(SCHOOL, "8А", pupils=3, grades=(8,))
    make_class(SCHOOL, "1А", pupils=2, grades=(1,))
    take(people, taken, **{f"p{taken.enrolments.first().pupil_id}": "ill"})
    days.announce(
        unit=Unit.objects.get(pk=ARSHALY),
        first=TODAY,
        last=TODAY,
        grades=[1],
        shift=None,
        kind="cancelled",
        order="5",
        by=people.specialist,
    )
    words = text(page(people.coordinator, "/today/"))
    assert "1А 2 no school: lessons cancelled, order № 5," in words
    assert "7А 4 silent –" in words
    assert "8А 3 taken 10:15 Coordinator С. 1" in words
    assert "1 class of 2 has no register. Marked absent: 1 of 9." in words


def test_a_school_of_thirty_classes_with_nobody_absent_is_one_press(people, country, page, post):
    for n in range(30):
        make_class(SCHOOL, f"К{n}", pupils=1)
    html = page(people.coordinator, "/today/")
    chosen = re.findall(r'name="classes" value="(\d+)" checked', html)
    assert len(chosen) == 30
    assert html.count('class="button"') == 1
    answer = post(people.coordinator, "/today/?date=2027-01-28", {"classes": chosen})
    assert (answer.status_code, answer["Location"]) == (303, "/today/?date=2027-01-28")
    words = text(page(people.coordinator, "/today/"))
    assert "Saved: everyone was present in 30 classes." in words
    assert "0 classes of 30 have no register." in words
    assert Register.objects.count() == 30


def test_twenty_copies_of_the_press_have_one_effect(people, seven, post):
    data = {"classes": [seven.pk], "once": str(uuid.uuid4())}
    answers = [post(people.coordinator, "/today/", data) for _ in range(20)]
    assert len({answer["Location"] for answer in answers}) == 1
    assert Register.objects.get().version == 1


def test_a_press_with_no_class_is_answered_in_words(people, seven, post):
    answer = post(people.coordinator, "/today/", {})
    assert answer.status_code == 422
    assert "Choose at least one class." in answer.content.decode()


def test_a_press_for_tomorrow_is_refused(people, seven, post, page):
    answer = post(people.coordinator, "/today/?date=2027-01-29", {"classes": [seven.pk]})
    assert answer.status_code == 422
    assert "not come yet" in answer.content.decode()
    assert "Everyone present" not in page(people.coordinator, "/today/?date=2027-01-29")


def test_a_class_of_another_school_is_not_there(people, seven, post):
    theirs = make_class(OTHER, pupils=1)
    assert post(people.coordinator, "/today/", {"classes": [seven.pk, theirs.pk]}).status_code == 404
    assert not Register.objects.exists()


def test_the_days_before_and_after_are_one_link_away(people, seven, page):
    html = page(people.coordinator, "/today/?date=2027-01-26")
    assert 'href="/today/?date=2027-01-25"' in html
    assert 'href="/today/?date=2027-01-27"' in html
    assert 'rel="next"' not in page(people.coordinator, "/today/")
    assert "There is no such date: today is shown." in page(people.coordinator, "/today/?date=2027-02-30")


def test_a_child_absent_three_days_stands_on_top(people, seven, children, page):
    for n in (3, 2, 1):
        take(people, seven, TODAY - n * ONE, **{f"p{children[0].pk}": "no_shoes"})
    take(people, seven, TODAY, **{f"p{children[1].pk}": "ill", f"p{children[0].pk}": "ill"})
    html = page(people.coordinator, "/today/")
    words = text(html)
    assert "Look at these children" in words
    assert f"{children[0].full_name} 7А 4 – illness draft" in words
    assert f"{children[1].full_name} 7А" not in words
    assert f'href="/cases/{Case.objects.get().pk}/"' in html


def test_a_child_away_for_a_valid_reason_stands_apart(people, seven, children, page):
    for n in (3, 2, 1):
        take(people, seven, TODAY - n * ONE, **{f"p{children[0].pk}": "ill", f"p{children[1].pk}": "unknown"})
    html = page(people.coordinator, "/today/")
    calls, apart = html.split("1 child away for three school days and more with a valid reason")
    assert children[1].full_name in calls
    assert children[0].full_name not in calls
    assert f"{children[0].full_name} 7А 3 illness" in text(apart)
    assert children[1].full_name not in apart


def test_a_class_with_somebody_to_call_is_not_pressed_unasked(people, seven, children, page, post):
    calm, ill, out = (make_class(SCHOOL, f"{n}А", pupils=2, grades=(n,)) for n in (8, 9, 10))
    take(people, ill, TODAY - ONE, **{f"p{ill.enrolments.first().pupil_id}": "ill"})
    for pupil in (row.pupil for row in out.enrolments.all()):
        Case.objects.create(
            unit_id=SCHOOL,
            finder_id=SCHOOL,
            key=f"c{pupil.pk}",
            pupil=pupil,
            found_on=TODAY,
            source="raid",
            kind="long",
        )
    html = page(people.coordinator, "/today/")
    assert set(re.findall(r'name="classes" value="(\d+)" checked', html)) == {str(seven.pk), str(calm.pk)}
    assert set(re.findall(r'name="classes" value="(\d+)"', html)) == {str(each.pk) for each in (seven, calm, ill, out)}
    assert "9А: call about 1 pupil first" in text(html)
    assert "10А: call about 2 pupils first" in text(html)
    assert post(people.coordinator, "/today/", {"classes": [ill.pk]}).status_code == 303
    assert Register.objects.filter(school_class=ill, date=TODAY).exists()


def test_an_absence_before_the_last_register_asks_for_no_call(people, seven, children, page):
    take(people, seven, TODAY - 2 * ONE, **{f"p{children[0].pk}": "ill"})
    take(people, seven, TODAY - ONE)
    assert f'value="{seven.pk}" checked' in page(people.coordinator, "/today/")


def test_what_is_done_is_folded_and_every_region_has_a_name_of_its_own(people, seven, children, page):
    for n in range(6):
        take(people, make_class(SCHOOL, f"{n}А", pupils=1, grades=(n,)))
    for n in (3, 2, 1):
        take(people, seven, TODAY - n * ONE, **{f"p{children[0].pk}": "ill", f"p{children[1].pk}": "unknown"})
    html = page(people.coordinator, "/today/")
    folded = html.split("6 registers are taken")
    assert "<details open>" not in html
    assert "7А" not in folded[1]
    named = re.findall(r'aria-labelledby="([\w-]+)"', html)
    assert len(named) == len(set(named)) == 4


def test_a_short_list_is_not_folded(people, seven, page):
    take(people, seven)
    assert "<details open>" in page(people.coordinator, "/today/")


def test_a_class_teacher_sees_the_own_class_only(people, seven, page):
    make_class(SCHOOL, "8А", pupils=1)
    seven.teacher = people.teacher
    seven.save()
    words = text(page(people.teacher, "/today/"))
    assert "7А" in words
    assert "8А" not in words
    page(people.teacher, f"/today/{make_class(SCHOOL, '9А', pupils=1).pk}/", 404)


@pytest.mark.parametrize("login", ["head", "specialist", "oblast_head", "analyst"])
def test_officials_are_led_to_the_situation(country, client_of, login):
    answer = client_of(getattr(country.people, login)).get("/today/")
    assert (answer.status_code, answer["Location"]) == (302, "/situation/")


@pytest.mark.parametrize("login", ["commission", "auditor", "administrator"])
def test_others_have_no_day(country, client_of, login):
    assert client_of(getattr(country.people, login)).get("/today/").status_code == 403


def test_the_page_of_the_day_asks_the_database_as_often_for_three_hundred(people, country, queries_do_not_grow):
    serial = iter(range(1000))

    def make(count):
        for _ in range(count):
            school_class = make_class(SCHOOL, f"К{next(serial)}", pupils=1)
            take(people, school_class, **{f"p{school_class.enrolments.get().pupil_id}": "ill"})

    queries_do_not_grow(people.coordinator, "/today/", make)


def returned(people, unit, campaign, form):
    """The signed report of a unit that the district sent back with a remark."""
    report = Submission.objects.create(unit_id=unit, campaign=campaign, form=form)
    Submission.objects.filter(pk=report.pk).update(state="signed")
    report.refresh_from_db()
    return reports.send_back(submission=report, note="Шығу себебін жазыңыз", by=people.specialist)


def test_the_day_begins_with_what_came_back_and_why_and_the_next_deadline(people, seven, campaign, page):
    thresholds_ordered(campaign)
    returned(people, SCHOOL, campaign, "bulletin2")
    plan = sent_plan(SCHOOL, people.coordinator, campaign)
    return_plan(plan=plan, version=again(plan).version, remarks={None: "Жауаптыны көрсетіңіз"}, by=people.specialist)
    html = page(people.coordinator, "/today/")
    words = text(html)
    assert words.index("What is to be done") < words.index("Previous day")
    assert "Bulletin 2 by 29.01.2027. Returned: Шығу себебін жазыңыз" in words
    assert "Plan of measures Returned: Жауаптыны көрсетіңіз" in words
    assert words.index("Returned: Жауаптыны") < words.index("no order on the start yet")  # what came back stands first
    assert "Bulletin 1 by 20.01.2027 8 days late" in words
    assert "more task" not in words
    assert 'href="/reports/S1/bulletin2/"' in html
    assert "What is to be done" not in page(people.coordinator, "/today/?date=2027-01-27")


def test_the_list_is_short_and_a_teacher_who_reads_no_reports_has_none(people, seven, campaign, page):
    thresholds_ordered(campaign)
    ControlVisit.objects.create(unit_id=SCHOOL, by_unit_id=ARSHALY, campaign=campaign, date=TODAY, finding="Ескерту")
    html = page(people.coordinator, "/today/")
    assert html.count("<li>\n  <div>") == 5
    assert "1 more task of the campaign" in html
    assert "What is to be done" not in page(people.teacher, "/today/")


# ---- one class


def test_the_page_of_thirty_pupils_is_small_and_keeps_the_contract(people, country, page):
    school_class = make_class(SCHOOL, "5Г", pupils=30)
    html = page(people.coordinator, f"/today/{school_class.pk}/")
    assert len(gzip.compress(html.encode())) <= 12 * 1024
    assert "data-register" in html
    assert "register.js" in html
    assert re.findall(r'data-row="(\d+)"', html) == [str(n) for n in range(1, 31)]
    pupils = re.findall(r'name="absent" value="(\d+)"', html)
    assert len(pupils) == 30
    reasons = re.findall(r'<option value="(\w+)"', html.split(f'name="reason-{pupils[0]}"')[1].split("</select>")[0])
    assert reasons[:4] == ["unknown", "no_clothes", "no_shoes", "no_supplies"]
    assert "no_device" not in reasons


def test_two_absent_are_saved_in_place(people, seven, children, post):
    data = {"version": 0, "absent": [children[0].pk, children[1].pk], f"reason-{children[1].pk}": "no_shoes"}
    answer = post(people.coordinator, f"/today/{seven.pk}/", data, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.strip().startswith('<div id="sheet">')
    assert "Saved 10:15. Absent: 2." in html
    assert 'name="version" value="1"' in html
    assert dict(Absence.objects.values_list("pupil", "reason")) == {
        children[0].pk: "unknown",
        children[1].pk: "no_shoes",
    }


def test_without_javascript_a_save_leads_back_to_the_page(people, seven, children, post, page):
    answer = post(people.coordinator, f"/today/{seven.pk}/?date=2027-01-27", {"version": 0, "absent": [children[0].pk]})
    assert (answer.status_code, answer["Location"]) == (303, f"/today/{seven.pk}/?date=2027-01-27")
    words = text(page(people.coordinator, answer["Location"]))
    assert "Saved at 10:15." in words
    assert "Taken 28.01.2027 10:15, Coordinator С." in words


def test_the_next_silent_class_is_offered(people, seven, post):
    after = make_class(SCHOOL, "9А", pupils=1, grades=(9,))
    html = post(people.coordinator, f"/today/{seven.pk}/", {"version": 0}, headers=HTMX).content.decode()
    assert f'href="/today/{after.pk}/?date=2027-01-28"' in html
    assert "Next class: 9А" in html


def test_lessons_and_contacts_are_kept_and_shown(people, seven, children, post, page):
    pk = children[0].pk
    data = {
        "version": 0,
        "absent": [pk],
        f"reason-{pk}": "ill",
        f"lessons-{pk}": "2",
        f"contact-{pk}": "call",
        f"contacted_on-{pk}": "2027-01-28",
    }
    assert post(people.coordinator, f"/today/{seven.pk}/", data).status_code == 303
    absence = Absence.objects.get()
    assert (absence.lessons, absence.contact, absence.contacted_on) == (2, "call", TODAY)
    html = page(people.coordinator, f"/today/{seven.pk}/")
    assert 'value="2027-01-28"' in html
    assert "<details open>" in html


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("lessons", "many", "lessons missed is a number"),
        ("lessons", "99", "lessons missed go from 1 to 12"),
        ("reason", "sleepy", "choose a reason from the list"),
        ("contacted_on", "2027-02-30", "no such date of contact"),
        ("contacted_on", "2027-01-27", "say how the family was contacted"),
    ],
)
def test_wrong_input_is_said_with_the_child_s_name_and_kept(people, seven, children, post, name, typed, words):
    pk = children[0].pk
    answer = post(people.coordinator, f"/today/{seven.pk}/", {"version": 0, "absent": [pk], f"{name}-{pk}": typed})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert f"{children[0].full_name}: " in html
    assert words in html
    assert typed in html or name == "reason"
    assert f'value="{pk}" checked' in html
    assert "<title>Error:" in html
    assert not Register.objects.exists()


def test_a_stale_save_shows_both_versions_and_keeps_the_marks(people, seven, children, post):
    take(people, seven, **{f"p{children[0].pk}": "ill"})
    pk = children[1].pk
    answer = post(
        people.coordinator,
        f"/today/{seven.pk}/",
        {"version": 0, "absent": [pk], f"reason-{pk}": "no_shoes"},
        headers=HTMX,
    )
    html = answer.content.decode()
    words = text(html)
    assert answer.status_code == 409
    assert "Coordinator С. saved it on 28.01.2027 10:15." in words
    assert f"{children[0].full_name} (differs) present illness" in words
    assert f"{children[1].full_name} (differs) no shoes present" in words
    assert f'value="{pk}" checked' in html
    assert f'value="{children[0].pk}" checked' not in html
    assert 'name="version" value="1"' in html
    data = {"version": 1, "absent": [pk], f"reason-{pk}": "no_shoes"}
    assert post(people.coordinator, f"/today/{seven.pk}/", data).status_code == 303
    assert Absence.objects.get().reason == "no_shoes"


def test_twenty_copies_of_a_register_have_one_effect(people, seven, children, post):
    data = {"version": 0, "absent": [children[0].pk], "once": str(uuid.uuid4())}
    answers = [post(people.coordinator, f"/today/{seven.pk}/", data) for _ in range(20)]
    assert {answer["Location"] for answer in answers} == {f"/today/{seven.pk}/?date=2027-01-28"}
    assert Register.objects.get().version == 1
    assert Absence.objects.count() == 1


def test_a_past_day_asks_why(people, seven, children, post, page):
    url = f"/today/{seven.pk}/?date=2027-01-27"
    assert 'name="why"' not in page(people.coordinator, url)
    take(people, seven, TODAY - ONE)
    assert 'name="why"' in page(people.coordinator, url)
    answer = post(people.coordinator, url, {"version": 1, "absent": [children[0].pk]})
    assert answer.status_code == 422
    assert "Say why its register is changed." in answer.content.decode()
    assert (
        post(people.coordinator, url, {"version": 1, "absent": [children[0].pk], "why": "mistake"}).status_code == 303
    )


def test_yesterday_is_a_hint_and_a_button(people, seven, children, post, page):
    take(people, seven, TODAY - ONE, **{f"p{children[2].pk}": "no_clothes"})
    words = text(page(people.coordinator, f"/today/{seven.pk}/"))
    assert "before: no outer clothes" in words
    assert "As on 27.01" in words
    assert post(people.coordinator, f"/today/{seven.pk}/", {"version": 0, "as_yesterday": "1"}).status_code == 303
    assert Absence.objects.get(date=TODAY).reason == "no_clothes"


def test_days_in_a_row_stand_beside_the_name(people, seven, children, page):
    for n in (3, 2, 1):
        take(people, seven, TODAY - n * ONE, **{f"p{children[0].pk}": "ill"})
    assert f"{children[0].full_name} 3 days in a row" in text(page(people.coordinator, f"/today/{seven.pk}/"))


def test_a_day_off_has_a_reason_and_no_form(people, seven, page):
    words = text(page(people.coordinator, f"/today/{seven.pk}/?date=2027-01-24"))
    assert "The class has no school on this day: weekend." in words
    assert "Save" not in words


def test_a_distance_day_asks_who_was_not_connected(people, seven, children, post, page):
    days.announce(
        unit=seven.unit,
        first=TODAY,
        last=TODAY,
        grades=[],
        shift=None,
        kind="distance",
        order="5",
        by=people.coordinator,
    )
    html = page(people.coordinator, f"/today/{seven.pk}/")
    assert "mark who was not connected" in html
    assert 'value="no_device"' in html
    data = {"version": 0, "absent": [children[0].pk], f"reason-{children[0].pk}": "no_device"}
    assert post(people.coordinator, f"/today/{seven.pk}/", data).status_code == 303
    assert Absence.objects.get().reason == "no_device"


def test_nobody_of_another_school_opens_a_register(people, seven, page, post):
    page(people.stranger, f"/today/{seven.pk}/", 404)
    page(people.specialist, f"/today/{seven.pk}/", 403)
    assert post(people.stranger, f"/today/{seven.pk}/", {"version": 0}).status_code == 404


def test_the_page_of_a_class_asks_the_database_as_often_for_thirty_as_for_three(people, seven, client_of, children):
    client = client_of(people.coordinator)
    client.get(f"/today/{seven.pk}/")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/today/{seven.pk}/")
    for _ in range(27):
        enrol(make_pupil(seven.unit), seven)
    with CaptureQueriesContext(connection) as many:
        client.get(f"/today/{seven.pk}/")
    assert len(many) == len(few)
