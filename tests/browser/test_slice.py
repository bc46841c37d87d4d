"""One way through the house: the coordinator's register, the district, the oblast, the Committee's sealed summary."""

import json
import re
import subprocess
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from aid.actions import families, gifts
from campaigns.models import Order
from reports.live import recount_stale
from schools.models import Unit
from schools.wall import COUNTRY, scope
from students.actions import registers
from students.models import Case, Enrolment
from tests.make import make_class
from tests.workers import wait_until

SCHOOL, DISTRICT, OBLAST = 110010001, 110010000, 110000000
pytestmark = [pytest.mark.browser, pytest.mark.worker]


@pytest.fixture
def school(live_country, clock_at):
    """A school with its order, a class of 30 in which the twelfth child was away yesterday, a helped family."""
    people, campaign = live_country.people, live_country.campaign
    with scope(COUNTRY):
        for unit in (SCHOOL, DISTRICT, OBLAST):
            Order.objects.create(
                unit_id=unit,
                campaign=campaign,
                number="5",
                date=date(2027, 1, 11),
                kind="start",
                title_kk="1",
                title_ru="1",
            )
        seventh = make_class(SCHOOL, "7А", pupils=30)
        children = [row.pupil for row in Enrolment.objects.filter(school_class=seventh).for_list()]
        for day in range(11, 28):
            if date(2027, 1, day).isoweekday() < 6:
                absent = {children[11].pk: registers.Mark("no_shoes")} if day == 27 else {}
                registers.take(
                    school_class=seventh, date=date(2027, 1, day), absent=absent, version=0, by=people.coordinator
                )
        family = families.add_family(unit=seventh.unit, name="Ахметовтер", address="Аршалы", by=people.coordinator)
        families.add_member(
            family=family, pupil=children[11], categories=[1], statuses=["low_income"], valid_until=None,
            by=people.coordinator,
        )  # fmt: skip
        families.submit(family=family, by=people.coordinator)
        families.approve(family=family, by=people.specialist)
        gifts.hand_out(
            pupil=children[11], giver=seventh.unit, date=date(2027, 1, 20), source="fund", kind="shoes", size="36",
            quantity=1, tenge=46_000, by=people.coordinator,
        )  # fmt: skip
        recount_stale()
    return seventh


def numbers(text):
    """Digits with the thin spaces of thousands taken out."""
    return re.sub(r"(?<=\d)[\u00a0\u202f\u2009 ](?=\d{3}\b)", "", text)


def test_from_the_register_to_the_sealed_summary(school, desk, worker, pictures, tmp_path, live_country):
    # the coordinator takes the register: the fourth child and the twelfth are absent
    coordinator = desk("coordinator")
    coordinator.requests.clear()
    page = coordinator.open(f"/today/{school.pk}/")
    coordinator.press("4", "Space", "1", "2", "Space", "Control+Enter")
    page.locator("text=/10:15/").first.wait_for()
    assert coordinator.presses <= 12
    assert [method for method, _url in coordinator.requests] == ["GET", "POST"]
    saved = page.locator("tbody tr:has(input[name=absent]:checked)")
    assert saved.evaluate_all("rows => rows.map(row => row.dataset.row)") == ["4", "12"]

    # within seconds the ministry's page has it
    wait_until(lambda: _live() == (3, 1), 30, "the ministry's figures do not follow", worker)

    # the early warning asks a person; she confirms
    with scope(COUNTRY):
        assert not Case.objects.exists()  # two days in a row are not three
    school_day_before = coordinator.open(f"/today/{school.pk}/?date=2027-01-26")
    row = school_day_before.locator('tr[data-row="12"]')
    row.locator("input[name=absent]").check()
    row.locator("select[name^=reason-]").select_option("no_shoes")
    school_day_before.locator("[name=why]").fill("Қағаз журналдан")
    with school_day_before.expect_response(lambda answer: answer.request.method == "POST"):
        school_day_before.locator("form[data-register] button.button").click()
    cases = coordinator.open("/cases/")
    cases.locator("main table a").first.click()
    cases.wait_for_load_state()
    with scope(COUNTRY):
        case = Case.objects.select_related("pupil").get()
    assert case.child_name in coordinator.text()
    cases.locator('a[href$="/confirm/"]').click()
    cases.locator("select[name=cause]").select_option("clothes")
    cases.locator("main form button.button").click()
    cases.wait_for_load_state()
    with scope(COUNTRY):
        assert Case.objects.get().confirmed_on == date(2027, 1, 28)

    # the head signs, the district accepts and signs, the oblast accepts
    for login, unit, others in [
        ("head", "S1", []),
        ("district_head", "113200000", ["S2"]),
        ("oblast_head", "110000000", ["117000000"]),
    ]:
        signer = desk(login)
        report = signer.open(f"/reports/{unit}/bulletin2/")
        if others:
            report.locator("details:has([name^=why-]) summary").first.click()
        for missing in others:
            report.locator(f"[name='why-{missing}']").fill("Мектеп қосылмаған")
        for box in report.locator("[name=nil]").all():
            section = box.get_attribute("value")
            box.set_checked(section not in ("cases", "families", "aid", "attendance", "contingent"))
        report.locator("button[formaction$='/sign/']").click()
        report.wait_for_load_state()
        acceptor = {"S1": "specialist", "113200000": "oblast_specialist", "110000000": "analyst"}[unit]
        if unit == "110000000":
            wait_until(lambda: _state(OBLAST) == "signed", 60, "the oblast's report is not signed", worker)
        above = desk(acceptor)
        accepted = above.open(f"/reports/{unit}/bulletin2/")
        accepted.locator("form[action$='/accept/'] button").click()
        accepted.wait_for_load_state()
        assert _state(Unit.objects.get(code=unit).pk) == "accepted"

    # the Committee opens the living summary, seals it and downloads
    committee = desk("ministry_head")
    summary = committee.open("/summary/bulletin2/")
    living = numbers(committee.text())
    assert "46000" in living
    summary.locator("a.button[href$='/seal/']").click()
    assert "Астана қ." in committee.text()  # what is missing is read before the seal
    summary.locator("[name=reason]").fill("Астана есебін кейін береді")
    summary.locator("main form button.button").click()
    wait_until(lambda: _state(0) == "sealed" and _papers() == 5, 90, "the summary is not sealed", worker)
    summary = committee.open("/summary/bulletin2/")
    sealed = numbers(committee.text())
    assert "46000" in sealed
    links = summary.locator("main a[href^='/documents/']")
    files = {}
    for n in range(links.count()):
        with summary.expect_download() as download:
            links.nth(n).click()
        path = tmp_path / f"{n}-{download.value.suggested_filename}"
        download.value.save_as(path)
        files[path.name] = path
    _assert_figures(files)

    for login, path, name in [
        ("coordinator", "/today/", "today"),
        ("coordinator", f"/today/{school.pk}/", "register"),
        ("specialist", "/situation/", "district"),
        ("ministry_head", "/situation/", "ministry"),
        ("ministry_head", "/summary/bulletin2/", "summary"),
        ("head", "/reports/S1/bulletin2/", "report"),
        ("ministry_head", "/summary/bulletin3/seal/", "seal"),
        ("specialist", "/figures/113200000/CS-03/", "figure"),
        ("oblast_specialist", "/figures/110000000/AT-02/", "figure-units"),
    ]:
        pictures(login, path, name)


def _live():
    from reports.live import live_figures

    with scope(COUNTRY):
        from campaigns.models import Campaign

        country = live_figures(Campaign.objects.get(), [0])[0]
    return country["AT-02"].numerator, country["AD-01"].numerator


def _state(unit):
    from reports.models import Submission

    with scope(COUNTRY):
        return Submission.objects.filter(unit_id=unit, form="bulletin2").values_list("state", flat=True).last()


def _papers():
    from reports.models import Paper

    with scope(COUNTRY):
        return Paper.objects.count()


def _assert_figures(files):
    """Four absences, 420 pupil-days under a register, one case, one child helped, 46 000 ₸: everywhere the same."""
    expected = {"AT-02": 4, "AT-13": 420, "CS-12": 1, "AD-01": 1, "AD-04": 46_000}
    by_kind = {kind: [p for p in files.values() if p.suffix == kind] for kind in (".pdf", ".xlsx", ".json")}
    assert {kind: len(paths) for kind, paths in by_kind.items()} == {".pdf": 2, ".xlsx": 2, ".json": 1}
    values = json.loads(by_kind[".json"][0].read_text())["values"]
    assert {code: values[code]["numerator"] for code in expected} == expected
    for path in by_kind[".pdf"]:
        paper = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
        text = numbers(paper.stdout)
        for code, amount in expected.items():
            assert re.search(rf"\b{amount}\b", text), (path.name, code)
    for path in by_kind[".xlsx"]:
        book = load_workbook(BytesIO(path.read_bytes()))
        cells = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
        assert set(expected.values()) <= cells, path.name
