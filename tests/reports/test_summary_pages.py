"""Where the campaign stands: the official's page, definitions, the summary as it would read now."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aid.models import Family
from campaigns.models import ControlVisit
from reports import actions
from reports.indicators import CATALOGUE
from reports.live import recount_all
from reports.models import Submission, Value
from reports.states import SubmissionState
from schools.models import Unit
from schools.workflow import Refused
from tests.campaigns.papers import sent_plan
from tests.reports.stories import (
    CITY,
    CITY_SCHOOL,
    DISTRICT,
    OBLAST,
    OTHER_SCHOOL,
    SCHOOL,
    VILLAGE,
    busy_school,
    signed,
    start,
)
from tests.reports.test_submissions import more_schools, post, text_of

pytestmark = pytest.mark.usefixtures("in_english")
DAY = date(2027, 1, 18)
CONTROL = re.compile(
    r"^(SAVEPOINT|RELEASE|ROLLBACK|set transaction|select coalesce\(current_setting|select set_config)", re.I
)


@pytest.fixture
def busy(country):
    for unit, pupils in [(SCHOOL, 4), (VILLAGE, 6), (OTHER_SCHOOL, 5), (CITY_SCHOOL, 3)]:
        busy_school(unit, pupils=pupils)
    recount_all()
    return country


def test_the_district_reads_its_state_who_owes_and_its_figures(busy, people, client_of):
    people.village_coordinator.phone = "+7 701 222 33 44"
    people.village_coordinator.save()
    signed("head", SCHOOL)
    said = text_of(client_of(people.specialist).get("/situation/"))
    assert "Bulletin 2, due 29.01.2027: reports signed below – 1 of 2, owed – 1." in said
    assert "Schools taking part: 2." in said
    assert "Registers taken today: 2 of 2 (100.0%)." in said
    assert "Village Coordinator Сынақ, +7 701 222 33 44" in said
    assert "As of" in said
    assert "low-income family FM-27 4 children" in said
    assert "12 500" not in said
    assert "75\u00a0000" in client_of(people.specialist).get("/situation/").content.decode()  # six handouts of 12 500 ₸


def test_what_waits_for_a_decision_stands_first_with_counts_and_links(busy, people, client_of):
    assert "Waits for your decision" not in text_of(client_of(people.specialist).get("/situation/"))
    report = Submission.objects.create(unit_id=SCHOOL, campaign=busy.campaign, form="bulletin1")
    Submission.objects.filter(pk=report.pk).update(state="signed")
    sent_plan(SCHOOL, people.coordinator, busy.campaign)
    for n in range(2):
        family = Family.objects.create(unit_id=VILLAGE, key=f"жаңа{n}", name="Жаңа отбасы")
        Family.objects.filter(pk=family.pk).update(state="submitted")
    for proof in ("", "Түзетілді"):
        ControlVisit.objects.create(
            unit_id=SCHOOL, by_unit_id=DISTRICT, campaign=busy.campaign, date=DAY, finding="Ескерту", proof=proof
        )
    answer = client_of(people.specialist).get("/situation/")
    said = text_of(answer)
    assert said.index("Waits for your decision") < said.index("Who owes a report")
    for line in (
        "Signed reports to accept: Bulletin 1 1",
        "Plans to approve 1",
        "Families to approve 2",
        "Answered findings of control visits to close 1",
    ):
        assert line in said
    client = client_of(people.specialist)
    for href in (
        "/reports/?round=bulletin1",
        "/plans/?unit=113200000&amp;state=submitted",
        "/families/?unit=113200000&amp;state=submitted",
        "/campaign/control/?campaign=2027",
    ):
        assert f'href="{href}"' in answer.content.decode()
        assert client.get(href.replace("&amp;", "&")).status_code == 200
    assert "Waits for your decision" not in text_of(client_of(people.coordinator).get("/situation/"))
    above = text_of(client_of(people.oblast_head).get("/situation/113200000/"))
    assert "Waits for your decision" not in above  # the district's to decide


def test_all_have_signed_is_said_when_nothing_waits_to_be_accepted(busy, people, client_of):
    reports = [
        Submission.objects.create(unit_id=unit, campaign=busy.campaign, form="bulletin2") for unit in (SCHOOL, VILLAGE)
    ]
    client = client_of(people.specialist)
    for state, is_said in (("signed", False), ("accepted", True)):
        Submission.objects.filter(pk__in=[report.pk for report in reports]).update(state=state)
        said = text_of(client.get("/situation/"))
        assert ("All units below have signed: Bulletin 2." in said) == is_said
        assert ("Signed reports to accept: Bulletin 2 2" in said) != is_said


def test_from_the_ministry_down_to_a_school_and_back_up(busy, people, client_of):
    client = client_of(people.analyst)
    said = text_of(client.get("/situation/"))
    assert "Registers taken since the start: 100.0%." in said
    for code, name, up in [
        ("110000000", "Ақмола облысы", "Оқу-ағарту министрлігі"),
        ("113200000", "Аршалы ауданы", "Ақмола облысы"),
        ("S1", "№ 1 мектеп", "Аршалы ауданы"),
    ]:
        page = client.get(f"/situation/{code}/")
        assert f"<h1>{name}</h1>" in page.content.decode()
        assert up in text_of(page)


def test_nobody_sees_a_unit_of_another(busy, people, client_of):
    assert client_of(people.stranger).get("/situation/S1/").status_code == 404
    assert client_of(people.specialist).get("/situation/110000000/").status_code == 404
    assert client_of(people.city_specialist).get("/situation/S1/").status_code == 404
    assert client_of(people.teacher).get("/situation/").status_code == 403


def test_the_table_is_sorted_by_any_column_and_by_the_kazakh_alphabet(busy, people, client_of):
    for n, name in [(5, "Ұлы мектеп"), (6, "Уақыт мектебі"), (7, "Әл-Фараби мектебі"), (8, "Абай мектебі")]:
        Unit.objects.create(id=DISTRICT + n, code=f"K{n}", level="school", name_kk=name, name_ru=name)
    client = client_of(people.specialist)

    def names(query):
        table = client.get(f"/situation/{query}").content.decode().split('id="units-table"')[1]
        return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', table)

    assert names("") == [
        "№ 1 мектеп",
        "Абай мектебі",
        "Әл-Фараби мектебі",
        "Көктал ауылының мектебі",
        "Уақыт мектебі",
        "Ұлы мектеп",
    ]
    assert names("?sort=-CN-05")[:2] == ["Көктал ауылының мектебі", "№ 1 мектеп"]
    assert names("?sort=-name")[0] == "Ұлы мектеп"
    page = client.get("/situation/?sort=-CN-05").content.decode()
    assert 'aria-sort="descending"' in page
    assert "?sort=CN-05#units" in page


def test_the_table_downloads_as_a_workbook(busy, people, client_of):
    from io import BytesIO

    from openpyxl import load_workbook

    answer = client_of(people.specialist).get("/situation/?format=xlsx&sort=-CN-05")
    sheet = load_workbook(BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert [row[0] for row in rows] == ["Көктал ауылының мектебі", "№ 1 мектеп"]
    assert rows[0][2] == 6


def test_situation_costs_the_same_for_ten_schools_and_for_three_hundred(busy, people, queries_do_not_grow):
    queries_do_not_grow(people.specialist, "/situation/", more_schools())


@pytest.mark.parametrize("login", ["specialist", "analyst", "head"])
def test_situation_asks_the_database_at_most_twelve_times(busy, people, client_of, login):
    client = client_of(getattr(people, login))
    client.get("/situation/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/situation/")
    own = [query["sql"] for query in asked.captured_queries if not CONTROL.match(query["sql"])]
    assert len(own) <= 12, "\n".join(sql[:160] for sql in own)


def test_before_anything_is_counted_the_page_says_no_data(country, people, client_of):
    said = text_of(client_of(people.specialist).get("/situation/"))
    assert "no data" in said
    assert "No registers are due today." in said


def test_definitions_explain_every_indicator(country, people, client_of):
    said = text_of(client_of(people.teacher).get("/definitions/"))
    for indicator in CATALOGUE.values():
        assert f"{indicator.code} {indicator.label}" in said
    assert "(AT-13 − AT-02) ÷ AT-13" in said


# ---- the summary


def test_the_ministry_reads_the_summary_before_it_exists(busy, people, client_of):
    start(0)
    said = text_of(client_of(people.analyst).get("/summary/bulletin2/"))
    assert "So it would read now, 28.01.2027 10:15. Due 29.01.2027." in said
    assert "4 schools take part out of 4." in said
    assert "18 children were enrolled on the first day" in said
    assert "12 children (of 4 families on the list) got help: 12 handouts, 150 000 tenge." in said
    assert "Ақмола облысы the report is not begun" in said
    assert "Seal: Bulletin 2" not in said  # the analyst does not seal
    assert "Seal: Bulletin 2" in text_of(client_of(people.ministry_head).get("/summary/bulletin2/"))


def test_the_final_summary_is_not_sealed_before_the_campaign_is_over(busy, people, client_of):
    client = client_of(people.ministry_head)
    assert "can be sealed after 10.02.2027" in text_of(client.get("/summary/summary/seal/"))
    answer = post(client, "/summary/summary/seal/", reason="Асығыс")
    assert answer.status_code == 422
    assert "The final summary can be sealed after 10.02.2027, the last day of the campaign." in text_of(answer)


def test_before_the_seal_the_head_reads_what_is_missing_and_gives_a_reason(busy, people, client_of):
    client = client_of(people.ministry_head)
    url = "/summary/bulletin2/seal/"
    said = text_of(client.get(url))
    assert "Ақмола облысы the report is not begun" in said
    assert "2 reports are not accepted." in said
    assert "The day of this report is 30.01.2027" in said
    refused = post(client, url)
    assert (refused.status_code, "Give the reason." in text_of(refused)) == (422, True)
    assert post(client, url, reason="Боран: байланыс жоқ").url.startswith("/jobs/")
    actions.seal(campaign=busy.campaign, form="bulletin2", reason="Боран: байланыс жоқ", by=people.ministry_head)
    page = client.get("/summary/bulletin2/")
    assert "Боран: байланыс жоқ" in text_of(page)
    assert 'hx-get="/summary/bulletin2/"' in page.content.decode()  # the documents are still being made
    assert client.get(url).url == "/summary/bulletin2/"


def test_a_reason_is_asked_for_when_something_is_missing_and_never_else(busy, people, clock_at):
    round_ = busy.campaign.round("bulletin2")
    clock_at(date(2027, 1, 30))
    assert actions.asks_for_reason(busy.campaign, round_) == ["2 reports are not accepted."]
    with pytest.raises(Refused, match="Give the reason"):
        actions.seal(campaign=busy.campaign, form="bulletin2", by=people.ministry_head)
    for unit in (OBLAST, CITY):
        submission = Submission.objects.create(unit_id=unit, campaign=busy.campaign, form="bulletin2")
        for state in ("signed", "accepted"):
            Submission.objects.filter(pk=submission.pk).update(state=state)
    assert actions.asks_for_reason(busy.campaign, round_) == []
    assert actions.seal(campaign=busy.campaign, form="bulletin2", by=people.ministry_head).state == "sealed"


def test_only_the_ministry_opens_the_summary_and_only_its_head_seals(busy, people, client_of):
    assert client_of(people.oblast_head).get("/summary/").status_code == 403
    assert client_of(people.coordinator).get("/summary/").status_code == 403
    assert post(client_of(people.analyst), "/summary/bulletin2/seal/").status_code == 403
    assert post(client_of(people.oblast_head), "/summary/bulletin2/seal/").status_code == 403
    assert client_of(people.analyst).get("/summary/nonsense/").status_code == 404


def test_the_report_of_the_ministry_is_its_summary(busy, people, client_of):
    assert client_of(people.analyst).get("/reports/KZ/bulletin2/").url == "/summary/bulletin2/"
    page = client_of(people.analyst).get("/summary/bulletin2/")
    version = re.search(r'name="version" value="([\d.]+)"', page.content.decode()).group(1)
    post(client_of(people.analyst), "/reports/KZ/bulletin2/write/", version=version, text="Қорытынды")
    assert "Қорытынды" in client_of(people.analyst).get("/summary/bulletin2/").content.decode()


def test_the_sealed_summary_shows_what_was_kept_whatever_happens_later(busy, people, client_of):
    actions.seal(campaign=busy.campaign, form="bulletin2", reason="Боран", by=people.ministry_head)

    Value.objects.all().delete()
    said = text_of(client_of(people.analyst).get("/summary/bulletin2/"))
    assert str(SubmissionState.SEALED.label) in said
    assert "12 children (of 4 families on the list) got help" in said
    assert "Check code" in said
    assert "Seal the summary" not in text_of(client_of(people.ministry_head).get("/summary/bulletin2/"))


def test_a_day_later_the_shown_day_is_still_the_rounds(busy, people, client_of, clock_at):
    clock_at(date(2027, 2, 3))
    made = actions.seal(campaign=busy.campaign, form="bulletin2", reason="Боран", by=people.ministry_head)
    assert (made.as_of, made.signed_on) == (date(2027, 1, 30), date(2027, 2, 3))
