"""Control visits: a finding stands in the visited unit's work until the one who came closes it."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.actions import Stale, answer_finding, close_finding, record_finding
from campaigns.models import ControlVisit
from schools.models import Entry
from schools.once import new_key
from schools.workflow import Refused, WrongState
from tests.campaigns.stories import ARSHALY, BURABAY, OBLAST, SCHOOL, VILLAGE, paper, unit


@pytest.fixture
def found(campaign, people):
    def make(number=SCHOOL, came=ARSHALY, by=None, **more):
        typed = {"date": date(2027, 1, 20), "finding": "Тізімде екі бала жоқ", "due": date(2027, 2, 1), **more}
        return record_finding(
            unit=unit(number), by_unit=unit(came), campaign=campaign, by=by or people.specialist, **typed
        )

    return make


def test_a_finding_goes_from_the_visitor_to_the_school_and_back(client_of, people, campaign):
    district = client_of(people.specialist)
    assert "№ 1 мектеп" in district.get("/campaign/control/new/").text
    form = {"once": new_key(), "date": "2027-01-20", "finding": "Бұрыш безендірілмеген", "due": "2027-02-01"}
    assert "stands in the work of № 1 мектеп" in district.post("/campaign/control/new/?unit=S1", form, follow=True).text
    visit = ControlVisit.objects.get()
    school = client_of(people.coordinator)
    hub = school.get("/campaign/").text
    assert "1 open finding" in hub
    assert "by 01.02.2027" in hub
    page = school.get(f"/campaign/control/{visit.pk}/").text
    assert "Close the finding" not in page
    photo = SimpleUploadedFile("proof.pdf", paper(), "application/pdf")
    answer = school.post(
        f"/campaign/control/{visit.pk}/", {"version": 1, "proof": "Бұрыш безендірілді", "scan": photo}, follow=True
    )
    assert "The answer is sent" in answer.text
    assert "answered, waits for the one who came" in school.get("/campaign/").text
    district = client_of(people.specialist)
    assert "Бұрыш безендірілді" in district.get(f"/campaign/control/{visit.pk}/").text
    assert "The finding is closed." in district.post(f"/campaign/control/{visit.pk}/close/", follow=True).text
    visit.refresh_from_db()
    assert visit.closed_on == date(2027, 1, 28)
    assert "no open finding" in client_of(people.coordinator).get("/campaign/").text
    verbs = Entry.objects.filter(subject="campaigns.ControlVisit").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["record_finding", "answer_finding", "close_finding"]


def test_nobody_controls_their_own_unit_or_past_their_subtree(people, found):
    for number, came, by in (
        (ARSHALY, ARSHALY, people.specialist),
        (SCHOOL, BURABAY, people.other_specialist),
        (SCHOOL, ARSHALY, people.coordinator),
        (SCHOOL, OBLAST, people.specialist),
    ):
        with pytest.raises(PermissionDenied):
            found(number, came, by)
    assert found(SCHOOL, OBLAST, people.oblast_specialist).by_unit_id == OBLAST


def test_only_the_visited_unit_answers_and_only_the_one_who_came_closes(people, found):
    visit = found(SCHOOL, OBLAST, people.oblast_specialist)
    for person in (people.specialist, people.village_coordinator, people.oblast_specialist):
        with pytest.raises(PermissionDenied):
            answer_finding(visit=visit, version=1, proof="Түзетілді", by=person)
    with pytest.raises(Refused, match="not said yet"):
        close_finding(visit=visit, by=people.oblast_specialist)
    answer_finding(visit=visit, version=1, proof="Түзетілді", by=people.coordinator)
    for person in (people.coordinator, people.specialist, people.analyst):
        with pytest.raises(PermissionDenied):
            close_finding(visit=visit, by=person)
    close_finding(visit=visit, by=people.oblast_specialist)
    with pytest.raises(WrongState, match="was closed on"):
        answer_finding(visit=visit, version=3, proof="Тағы", by=people.coordinator)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"date": date(2027, 1, 29)}, "when it has taken place"),
        ({"due": date(2027, 1, 19)}, "before the visit"),
    ],
)
def test_wrong_dates_are_refused_in_words(found, more, words):
    with pytest.raises(Refused, match=words):
        found(**more)
    assert not ControlVisit.objects.exists()


def test_wrong_input_stays_in_the_form(client_of, people, campaign):
    form = {"date": "2027-01-20", "finding": "Менің ескертуім", "due": "2027-01-19"}
    answer = client_of(people.specialist).post("/campaign/control/new/?unit=S1", form)
    assert answer.status_code == 422
    assert "Nothing is due or closed before the visit." in answer.text
    assert "Менің ескертуім" in answer.text


def test_two_answers_at_once_show_both(client_of, people, found):
    visit = found()
    answer_finding(visit=visit, version=1, proof="Директордың жауабы", by=people.head)
    with pytest.raises(Stale):
        answer_finding(visit=visit, version=1, proof="Басқа", by=people.coordinator)
    page = client_of(people.coordinator).post(
        f"/campaign/control/{visit.pk}/", {"version": 1, "proof": "Менің жауабым"}
    )
    assert page.status_code == 409
    assert "Директордың жауабы" in page.text
    assert "Менің жауабым" in page.text
    assert 'name="version" value="2"' in page.text


def test_a_finding_past_its_day_is_late_in_the_schools_work(client_of, people, found, clock_at):
    found()
    clock_at(date(2027, 2, 2))
    page = client_of(people.specialist).get("/campaign/control/").text
    assert 'class="badge is-late"' in page
    assert "1 open finding" in client_of(people.coordinator).get("/campaign/").text


def test_closed_findings_are_shown_when_asked_for(client_of, people, found):
    visit = found()
    answer_finding(visit=visit, version=1, proof="Түзетілді", by=people.coordinator)
    close_finding(visit=visit, by=people.specialist)
    client = client_of(people.specialist)
    assert "Тізімде екі бала жоқ" not in client.get("/campaign/control/").text
    assert "Тізімде екі бала жоқ" in client.get("/campaign/control/?all=on").text
    assert client.get("/campaign/control/?all=on&xlsx=1").content[:2] == b"PK"


def test_a_neighbour_reads_no_findings(client_of, people, found):
    visit = found()
    for person in (people.village_coordinator, people.other_specialist):
        client = client_of(person)
        assert "Тізімде екі бала жоқ" not in client.get("/campaign/control/").text
        assert client.get(f"/campaign/control/{visit.pk}/").status_code == 404
        assert client.post(f"/campaign/control/{visit.pk}/", {"version": 1, "proof": "x"}).status_code == 404


def test_the_list_costs_the_same_for_ten_findings_and_for_three_hundred(queries_do_not_grow, people, campaign):
    def make(n):
        ControlVisit.objects.bulk_create(
            ControlVisit(
                unit_id=(SCHOOL, VILLAGE)[k % 2], by_unit_id=ARSHALY, campaign=campaign, date=date(2027, 1, 20),
                finding=f"№ {k}",
            )
            for k in range(n)
        )  # fmt: skip

    queries_do_not_grow(people.specialist, "/campaign/control/", make)
