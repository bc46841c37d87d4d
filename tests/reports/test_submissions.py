"""Reports of units: prepared, signed, accepted from above or returned; never by their own unit."""

import re
import uuid
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from reports import actions
from reports.gaps import gaps
from reports.jobs import sign_report
from reports.live import recount_all
from reports.models import Kept, Submission
from reports.states import SUBMISSION
from schools.models import Entry, Job, Unit
from schools.workflow import Refused
from students.models import Case, Register
from tests.make import make_class
from tests.reports.stories import (
    CITY_SCHOOL,
    DISTRICT,
    OBLAST,
    OTHER_DISTRICT,
    OTHER_SCHOOL,
    SCHOOL,
    VILLAGE,
    busy_school,
    head_of,
    quiet_school,
    signed,
    start,
)

pytestmark = pytest.mark.usefixtures("in_english")

URL = "/reports/S1/bulletin2/"


def text_of(response):
    """The page as a person reads it."""
    content = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content)).replace("&#x27;", "'").replace("&amp;", "&")


def version_on(response):
    return re.search(r'name="version" value="([\d.]+)"', response.content.decode()).group(1)


def post(client, url, **data):
    return client.post(url, {"once": str(uuid.uuid4()), **data})


@pytest.fixture
def school(country):
    busy_school(SCHOOL)
    recount_all()
    return Unit.objects.get(pk=SCHOOL)


def test_the_coordinator_writes_the_head_signs_the_district_accepts(school, people, client_of):
    page = client_of(people.coordinator).get(URL)
    assert "Sign and send" not in text_of(page)
    post(client_of(people.coordinator), URL + "write/", version="0.0", text="Рейд 15 қаңтарда өтті")

    page = client_of(people.head).get(URL)
    assert "Рейд 15 қаңтарда өтті" in text_of(page)
    answer = post(client_of(people.head), URL + "sign/", version=version_on(page), text="Рейд 15 қаңтарда өтті")
    assert (answer.status_code, answer.url) == (302, URL)
    assert "The report is signed and sent." in text_of(client_of(people.head).get(URL))

    page = client_of(people.specialist).get(URL)
    post(client_of(people.specialist), URL + "accept/", version=version_on(page))
    submission = Submission.objects.get(unit_id=SCHOOL)
    assert (submission.state, submission.as_of, submission.signed_on) == (
        "accepted",
        date(2027, 1, 28),
        date(2027, 1, 28),
    )
    assert (submission.signed_by, submission.signed_as, submission.signed_acting) == ("Head Сынақ", "head", False)
    verbs = Entry.objects.filter(subject="reports.Submission").order_by("pk").values_list("verb", "by")
    assert list(verbs) == [
        ("prepare", "coordinator"),
        ("write_text", "coordinator"),
        ("sign", "head"),
        ("accept", "specialist"),
    ]


def test_nobody_accepts_the_report_of_their_own_unit(school, people, client_of, as_user):
    submission = signed("head", SCHOOL)
    page = client_of(people.head).get(URL)
    assert "/accept/" not in page.content.decode()

    assert post(client_of(people.head), URL + "accept/", version="1.2").status_code == 403
    with pytest.raises(PermissionDenied):
        actions.accept(submission=submission, by=people.head)
    with as_user(people.head):
        with pytest.raises(IntegrityError, match="unlawful move"), transaction.atomic():
            Submission.objects.filter(pk=submission.pk).update(state="accepted")
        with pytest.raises(IntegrityError, match="unlawful move"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("update reports_submission set state = 'accepted' where id = %s", [submission.pk])
        with pytest.raises(IntegrityError, match="a new paper is draft"), transaction.atomic():
            Submission.objects.create(unit=school, campaign=submission.campaign, form="bulletin3", state="accepted")
    assert Submission.objects.get(pk=submission.pk).state == "signed"


def test_the_oblast_accepts_nothing_over_the_head_of_the_district(school, people, client_of):
    submission = signed("head", SCHOOL)
    page = client_of(people.oblast_specialist).get(URL)
    assert page.status_code == 200
    assert "/accept/" not in page.content.decode()
    assert (
        post(client_of(people.oblast_specialist), URL + "accept/", version=actions.version_of(submission)).status_code
        == 403
    )
    assert Submission.objects.get().state == "signed"


def test_the_district_head_cannot_sign_for_a_school(school, people, client_of):
    page = client_of(people.district_head).get(URL)
    assert "Sign and send" not in text_of(page)
    assert post(client_of(people.district_head), URL + "sign/", version="0.0").status_code == 403
    submission = actions.prepare(unit=school, campaign=actions.Campaign.objects.get(), form="bulletin2", by=people.head)
    with pytest.raises(PermissionDenied):
        actions.sign(submission=submission, nil=[], by=people.district_head)


def test_a_unit_outside_ones_part_of_the_country_is_not_there(school, people, client_of):
    for stranger in (people.stranger, people.other_specialist, people.city_specialist):
        assert client_of(stranger).get(URL).status_code == 404
        assert post(client_of(stranger), URL + "accept/", version="1.1").status_code == 404
    assert client_of(people.teacher).get(URL).status_code == 403
    assert client_of(people.head).get("/reports/S1/bulletin9/").status_code == 404


# ---- gaps


def test_gaps_forbid_signing_and_explain(country, campaign, people, client_of, clock_at):
    school_class = make_class(SCHOOL, "5Б", pupils=2)
    Case.objects.create(
        unit_id=SCHOOL,
        finder_id=SCHOOL,
        key="c1",
        surname="Сынақ",
        found_on=date(2027, 1, 20),
        source="raid",
        kind="never",
    )
    page = client_of(people.head).get("/reports/S1/summary/")
    said = text_of(page)
    assert "No order to start the campaign is registered" in said
    assert "14 class-days have no register: 5Б." in said
    assert "1 draft of a case is neither confirmed nor dismissed." in said
    assert "from 10.02.2027, the last day of the campaign here" in said

    answer = post(client_of(people.head), "/reports/S1/summary/sign/", version="0.0", text="Мәтін", nil=["aid"])
    assert answer.status_code == 422
    refused = text_of(answer)
    assert "This cannot be done now" in refused
    assert refused.count("14 class-days have no register: 5Б.") == 2  # in the summary of errors and in the list
    assert "Мәтін" in answer.content.decode()
    assert not Submission.objects.exists()
    assert not Register.objects.filter(school_class=school_class).exists()


def test_silent_days_are_only_a_remark_in_a_bulletin(country, campaign):
    start(SCHOOL)
    make_class(SCHOOL, "5Б", pupils=2)
    school = Unit.objects.get(pk=SCHOOL)
    found = gaps(school, campaign, campaign.round("bulletin2"))
    assert [(gap.hard, gap.text) for gap in found] == [(False, "14 class-days have no register: 5Б.")]
    assert signed("head", SCHOOL).state == "signed"


def test_an_order_above_opens_the_stage_for_a_school(country, campaign):
    school = Unit.objects.get(pk=SCHOOL)
    assert [gap.hard for gap in gaps(school, campaign, campaign.round("bulletin1"))] == [True]
    start(OBLAST)
    assert gaps(school, campaign, campaign.round("bulletin1")) == []


def test_an_empty_section_is_signed_as_nothing_to_report(country, campaign, people, client_of):
    quiet_school(SCHOOL)
    answer = post(client_of(people.head), URL + "sign/", version="0.0", nil=["aid"])
    assert answer.status_code == 422
    assert (
        "Say «nothing to report» for each empty section: Children out of school and not attending, Families in need."
        in text_of(answer)
    )
    post(client_of(people.head), URL + "sign/", version="0.0", nil=["aid", "cases", "families"])
    assert Submission.objects.get().nil == ["aid", "cases", "families"]
    assert text_of(client_of(people.head).get(URL)).count("Signed: nothing to report.") == 3


def test_nothing_to_report_is_refused_where_there_is_something(school, people, client_of):
    answer = post(client_of(people.head), URL + "sign/", version="0.0", nil=["aid"])
    assert answer.status_code == 422
    assert "There is something to report here: Aid." in text_of(answer)


def test_a_district_signs_when_its_schools_are_accepted_or_declared_missing(country, campaign, people, client_of):
    busy_school(SCHOOL)
    quiet_school(VILLAGE)
    start(DISTRICT)
    url = "/reports/113200000/bulletin2/"
    said = text_of(client_of(people.district_head).get(url))
    assert "Көктал ауылының мектебі: the report is not begun." in said
    actions.accept(submission=signed("head", SCHOOL), by=people.specialist)
    assert post(client_of(people.district_head), url + "sign/", version="0.0").status_code == 422

    why = {"why-S2": "Боран: мектепке жол жабық"}
    post(client_of(people.district_head), url + "sign/", version="0.0", **why)
    report = Submission.objects.get(unit_id=DISTRICT)
    assert report.state == "signed"
    content = report.kept.get().content
    assert content["missing"] == {"S2": "Боран: мектепке жол жабық"}
    assert content["children"] == {"S1": Kept.objects.get(unit_id=SCHOOL).hash}


def test_a_school_under_a_city_answers_to_the_city(country, people, client_of):
    busy_school(CITY_SCHOOL)
    signed("city_head", CITY_SCHOOL)
    url = "/reports/S4/bulletin2/"
    assert client_of(people.oblast_specialist).get(url).status_code == 404
    page = client_of(people.city_specialist).get(url)
    assert post(client_of(people.city_specialist), url + "accept/", version=version_on(page)).status_code == 302
    assert Submission.objects.get(unit_id=CITY_SCHOOL).state == "accepted"


# ---- returned


def test_a_returned_report_shows_the_remark_and_is_signed_again_as_a_new_edition(school, people, client_of):
    first = signed("head", SCHOOL, text="Бірінші мәтін")
    page = client_of(people.specialist).get(URL)
    refused = post(client_of(people.specialist), URL + "send_back/", version=version_on(page), note="")
    assert (refused.status_code, "Give the reason." in text_of(refused)) == (422, True)
    post(
        client_of(people.specialist),
        URL + "send_back/",
        version=version_on(page),
        note="Көмек алған балаларды тексеріңіз",
    )

    page = client_of(people.head).get(URL)
    assert "Returned with a remark: Көмек алған балаларды тексеріңіз" in text_of(page)
    assert "Бірінші мәтін" in page.content.decode()
    post(client_of(people.head), URL + "sign/", version=version_on(page), text="Екінші мәтін")

    second = Submission.objects.get(edition=2)
    assert (second.state, second.text, Submission.objects.get(edition=1).state) == (
        "signed",
        "Екінші мәтін",
        "returned",
    )
    assert Kept.objects.filter(submission=first).get().content["text"] == "Бірінші мәтін"
    assert Kept.objects.filter(submission=second).get().content["edition"] == 2
    assert "edition 2" in text_of(client_of(people.specialist).get(URL))


def test_a_save_that_comes_too_late_shows_both_versions(school, people, client_of):
    post(client_of(people.coordinator), URL + "write/", version="0.0", text="Бірінші")
    answer = post(client_of(people.head), URL + "write/", version="0.0", text="Менің мәтінім")
    assert answer.status_code == 409
    said = text_of(answer)
    assert "Somebody saved this record while you were writing" in said
    assert "Менің мәтінім" in said
    assert "Бірінші" in said
    assert Submission.objects.get().text == "Бірінші"
    post(client_of(people.head), URL + "write/", version=version_on(answer), text="Менің мәтінім")
    assert Submission.objects.get().text == "Менің мәтінім"


def test_the_district_cannot_accept_a_report_it_has_not_seen(school, people, client_of):
    submission = signed("head", SCHOOL)
    old = version_on(client_of(people.specialist).get(URL))
    actions.send_back(submission=submission, note="Қате", by=people.specialist)
    signed("head", SCHOOL)
    assert post(client_of(people.specialist), URL + "accept/", version=old).status_code == 409
    assert Submission.objects.get(edition=2).state == "signed"


def test_what_was_signed_stays_when_the_records_change(school, people, client_of):
    submission = signed("head", SCHOOL)
    before = submission.kept.get().content["values"]["AD-04"]
    school.refresh_from_db()
    make_class(SCHOOL, "9В", pupils=3)
    recount_all()
    page = text_of(client_of(people.head).get(URL))
    assert "as signed" in page
    assert submission.kept.get().content["values"]["AD-04"] == before == {"numerator": 37_500}
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Kept.objects.update(hash="0" * 64)


def test_a_form_sent_twice_signs_once(school, people, client_of):
    key = str(uuid.uuid4())
    client = client_of(people.head)
    for _time in range(3):
        assert client.post(URL + "sign/", {"once": key, "version": "0.0", "text": ""}).status_code == 302
    assert (Submission.objects.count(), Kept.objects.count()) == (1, 1)


# ---- an oblast


def test_an_oblast_signs_as_work_of_its_own(country, people, client_of):
    start(OBLAST)
    for unit in (SCHOOL, VILLAGE, OTHER_SCHOOL):
        busy_school(unit)
    head_of(VILLAGE, "village_head")
    head_of(OTHER_SCHOOL, "other_head")
    head_of(OTHER_DISTRICT, "other_district_head")
    for login, unit in [("head", SCHOOL), ("village_head", VILLAGE)]:
        actions.accept(submission=signed(login, unit), by=people.specialist)
    actions.accept(submission=signed("other_head", OTHER_SCHOOL), by=people.other_specialist)
    url = "/reports/110000000/bulletin2/"
    assert post(client_of(people.oblast_head), url + "sign/", version="0.0").status_code == 422
    for login, unit in [("district_head", DISTRICT), ("other_district_head", OTHER_DISTRICT)]:
        actions.accept(submission=signed(login, unit), by=people.oblast_specialist)
    answer = post(client_of(people.oblast_head), url + "sign/", version="0.0", text="Облыс")
    assert answer.url.startswith("/jobs/")
    draft = Submission.objects.get(unit_id=OBLAST)
    work = Job.objects.get(key=f"sign:{draft.pk}:{actions.version_of(draft)}")
    assert 'hx-get="/reports/110000000/bulletin2/"' in client_of(people.oblast_head).get(url).content.decode()
    list(sign_report(work))
    report = Submission.objects.get(unit_id=OBLAST)
    kept = report.kept.get().content
    assert sorted(kept["children"]) == ["113200000", "117000000"]
    assert kept["values"]["AD-01"] == {"numerator": 9}


def test_what_is_signed_is_what_was_read(country, people, client_of):
    """The text is changed while the work waits in the queue: it signs nothing and says why."""
    start(OBLAST)
    url = "/reports/110000000/bulletin2/"
    why = {f"why-{code}": "Жол жабық" for code in ("113200000", "117000000")}
    nil = ["aid", "cases", "families"]
    assert post(client_of(people.oblast_head), url + "sign/", version="0.0", text="Бірінші", nil=nil, **why).url
    draft = Submission.objects.get(unit_id=OBLAST)
    work = Job.objects.get(kind=actions.SIGN)
    actions.write_text(submission=draft, text="Басқа мәтін", by=people.oblast_head)
    with pytest.raises(Refused, match="has been changed since you opened the page"):
        list(sign_report(work))
    assert Submission.objects.get(unit_id=OBLAST).state == "draft"


def test_a_signature_is_read_in_the_readers_language(school, people):
    submission = signed("head", SCHOOL)
    with translation.override("en"):
        assert str(submission.signature) == "Head Сынақ, head, № 1 мектеп"
    with translation.override("ru"):
        assert str(submission.signature).endswith("Школа № 1")
    submission.signed_acting = True
    assert str(submission.signature) == "Head Сынақ, acting: head, № 1 мектеп"


def test_the_ministry_does_not_sign(country, people):
    submission = actions.prepare(
        unit=Unit.objects.get(pk=0), campaign=country.campaign, form="bulletin2", by=people.ministry_head
    )
    with pytest.raises(Refused, match="not signed but sealed"):
        actions.sign(submission=submission, nil=[], by=people.ministry_head)


# ---- the list


def test_the_list_says_who_owes_and_leads_to_what_waits(school, people, client_of):
    people.village_coordinator.phone = "+7 701 000 00 01"
    people.village_coordinator.save()
    signed("head", SCHOOL)
    page = client_of(people.specialist).get("/reports/")
    said = text_of(page)
    assert "Owed: 1 of 2." in said
    assert "+7 701 000 00 01" in said
    assert "Read and decide – № 1 мектеп" in said
    assert "/accept/" not in page.content.decode()  # a report is accepted by who has opened it


def test_days_late_are_counted_from_the_units_own_deadline(country, people, client_of, clock_at):
    clock_at(date(2027, 2, 16))
    said = text_of(client_of(people.coordinator).get("/reports/"))
    assert "Due 12.02.2027" in said  # a school has two working days after closing
    assert "not begun, 4 days late" in said
    said = text_of(client_of(people.specialist).get("/reports/"))
    assert "Due 16.02.2027" in said  # a district four


def test_the_list_costs_the_same_for_ten_schools_and_for_three_hundred(country, people, queries_do_not_grow):
    queries_do_not_grow(people.specialist, "/reports/", more_schools())


def more_schools():
    """A maker of schools of the first district, each with a signed bulletin."""
    made = iter(range(10, 2000))

    def make(count):
        for _one in range(count):
            n = next(made)
            unit = Unit.objects.create(
                id=DISTRICT + n, code=f"N{n}", level="school", name_kk=f"№ {n} мектеп", name_ru=f"Школа № {n}"
            )
            submission = Submission.objects.create(unit=unit, campaign=actions.Campaign.objects.get(), form="bulletin2")
            Submission.objects.filter(pk=submission.pk).update(state="signed", signed_on=date(2027, 1, 28))

    return make


def test_the_page_of_a_report_costs_little(school, people, client_of):
    client = client_of(people.head)
    client.get(URL)
    with CaptureQueriesContext(connection) as asked:
        client.get(URL)
    assert len(asked) <= 30, [query["sql"][:100] for query in asked.captured_queries]


def test_every_move_of_the_workflow_has_its_page():
    assert set(SUBMISSION.moves) == {"sign", "accept", "send_back", "seal"}
