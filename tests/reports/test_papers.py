"""Papers from kept values: what stands on the page stands in the PDF, in the workbook and in the JSON."""

import json
import re
import subprocess
from datetime import date, datetime
from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import load_workbook
from weasyprint.urls import URLFetchingError, fetch

from reports import actions
from reports.counting import count
from reports.editions import Missing, edition_of
from reports.live import recount_all
from reports.models import Submission
from reports.papers.pdf import summary_pdf
from reports.papers.plain import edition_json, summary_json
from reports.papers.workbook import summary_xlsx
from reports.words import shown
from schools.models import Unit
from tests.reports.stories import CITY_SCHOOL, DISTRICT, OBLAST, OTHER_SCHOOL, SCHOOL, VILLAGE, busy_school
from tests.reports.test_submissions import text_of
from zabota.lib.pdf import StaticOnly

DAY = date(2027, 1, 28)
KEY = ("CN-01", "CN-05", "AT-07", "AT-10", "CS-12", "CS-03", "FM-02", "AD-01", "AD-04")


@pytest.fixture
def busy(country):
    for unit, pupils in [(SCHOOL, 4), (VILLAGE, 6), (OTHER_SCHOOL, 5), (CITY_SCHOOL, 3)]:
        busy_school(unit, pupils=pupils)
    recount_all()
    return country


@pytest.fixture
def sealed(busy, people):
    submission = actions.seal(campaign=busy.campaign, form="bulletin2", reason="Боран", by=people.ministry_head)
    return actions.sealed(submission)


def edition(country, unit=0):
    unit = Unit.objects.get(pk=unit)
    first, last = (
        (unit.pk, unit.pk) if unit.is_school else (unit.pk, unit.pk + 10_000_000 - 1 if unit.pk else 999_999_999)
    )
    return edition_of(country.campaign, unit, DAY, count(country.campaign, DAY, first, last))


def words_of(pdf, tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()
    return re.sub(r"[ \u00a0]+", " ", text)


def sheets_of(content):
    return {sheet.title: sheet for sheet in load_workbook(BytesIO(content)).worksheets}


def by_code(sheet):
    """The line of totals of a sheet of units, as LibreOffice or Excel reads it: code → value."""
    codes = [str(cell.value).split()[0] for cell in sheet[2]]
    return dict(zip(codes, [cell.value for cell in sheet[sheet.max_row]], strict=True))


def test_page_pdf_workbook_and_json_say_the_same(sealed, people, client_of, tmp_path):
    with translation.override("ru"):
        pdf = words_of(summary_pdf(sealed), tmp_path)
        rows = sheets_of(summary_xlsx(sealed)).values()
        cells = {row[0].value: row[3].value for row in list(rows)[1].iter_rows(min_row=2)}
        plain = edition_json(sealed)["values"]
        page = client_of(people.analyst)
        page.cookies["django_language"] = "ru"
        said = text_of(page.get("/summary/bulletin2/"))
        for code in KEY:
            words = shown(sealed.own[code]).replace("\u00a0", " ")
            assert re.search(rf"{code} .*{re.escape(words)}", pdf), code
            assert cells[code] == plain[code]["value"], code
            if code not in ("CN-01",):
                assert words in said, code


def test_every_figure_of_the_edition_is_on_paper(sealed, tmp_path):
    with translation.override("kk"):
        text = words_of(summary_pdf(sealed), tmp_path)
        for measure in sealed.catalogue:
            assert re.search(rf"{measure.code}\b", text)
        assert "Акцияға 4 мектептің 4-і қатысып жатыр." in re.sub(r"\s+", " ", text)
        assert "Ақмола облысы" in text


def test_the_paper_bears_the_check_code_on_its_pages(sealed, tmp_path):
    submission = Submission.objects.get(unit_id=0)
    root = submission.kept.get(unit_id=0).hash
    code = " ".join(root[n : n + 4] for n in range(0, 16, 4))
    text = words_of(summary_pdf(sealed), tmp_path)
    assert sealed.code == root[:16]
    assert text.count(code) >= 3


def test_what_is_missing_is_printed_with_its_reason(busy, tmp_path):
    made = edition(busy)
    made.missing = [
        Missing("710000000", {"kk": "Астана қ.", "ru": "г. Астана", "en": "Астана қ."}, "returned", "Проверьте суммы")
    ]
    with translation.override("ru"):
        text = words_of(summary_pdf(made), tmp_path)
    assert re.search(r"г\. Астана +\S.* Проверьте суммы", text)


def test_a_paper_reaches_nothing_but_static_files():
    for url in ("file:///etc/passwd", "http://127.0.0.1:1/", "static:///../pyproject.toml", "data:text/css,a{}"):
        with pytest.raises(URLFetchingError), fetch(StaticOnly(), url):
            pass
    with fetch(StaticOnly(), "static:///css/paper.css") as found:
        assert b"@page" in found.read()


def test_the_json_is_laid_out_as_agreed(busy):
    campaign, unit = busy.campaign, Unit.objects.get(pk=OBLAST)
    made = summary_json(campaign, unit, DAY, count(campaign, DAY, OBLAST, OBLAST + 9_999_999))
    assert {key: made[key] for key in ("campaign", "unit", "as_of")} == {
        "campaign": "2027",
        "unit": "110000000",
        "as_of": "2027-01-28",
    }
    assert [child["unit"] for child in made["children"]] == ["113200000", "117000000"]
    assert made["values"]["AT-02"] == {
        "value": 42,
        "numerator": 42,
        "denominator": None,
        "by": {"ill": 0, "valid": 0, "social": 42, "invalid": 0, "unknown": 0},
    }
    assert made["values"]["AT-07"]["value"] == pytest.approx(1 - 42 / 210)
    assert json.loads(json.dumps(made)) == made
    assert set(made["labels"]) == set(made["values"])
    assert set(made["labels"]["AT-02"]["label"]) == {"kk", "ru", "en"}
    assert set(made["labels"]["AT-02"]["parts"]["social"]) == {"kk", "ru", "en"}
    assert made["name"] == {"kk": "Ақмола облысы", "ru": "Акмолинская область", "en": "Ақмола облысы"}
    assert [child["unit"] for child in edition_json(edition(busy))["children"]] == ["110000000", "710000000"]
    assert [child["unit"] for child in edition_json(edition(busy, 710000000))["children"]] == ["S4", "711110000"]


def test_totals_of_the_workbook_are_formulas_that_agree_once_recalculated(busy, tmp_path):
    with translation.override("ru"):
        made = edition(busy)
        path = tmp_path / "summary.xlsx"
        path.write_bytes(summary_xlsx(made))
    formulas = by_code(list(load_workbook(path))[2])
    assert formulas["AD-04"].startswith("=SUM(")
    assert formulas["AT-07"].startswith("=IF(")
    recalculate(path, tmp_path)
    book = load_workbook(tmp_path / "again" / "summary.xlsx", data_only=True)
    checked = 0
    for sheet, unit in [(list(book)[2], 0), (book["Акмолинская область"], OBLAST), (book["г. Астана"], 710000000)]:
        totals = by_code(sheet)
        for code, figure in made.figures[unit].items():
            value = figure.value if figure.value is not None else None
            assert (totals[code] or 0) == pytest.approx(value or 0), (sheet.title, code)
            checked += 1
    assert checked > 100


def recalculate(path, tmp_path):
    """Opened and saved by LibreOffice, as a clerk would."""
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(tmp_path / "again"),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )


def test_an_oblasts_sheet_lists_districts_with_their_schools(busy):
    with translation.override("kk"):
        sheet = sheets_of(summary_xlsx(edition(busy)))["Ақмола облысы"]
    names = [row[0].value for row in sheet.iter_rows(min_row=3)]
    assert names == [
        "Аршалы ауданы",
        "№ 1 мектеп",
        "Көктал ауылының мектебі",
        "Бурабай ауданы",
        "№ 3 мектеп",
        "Ақмола облысы",  # it owes papers of its own
        "Барлығы",
    ]
    columns = [cell.value for cell in sheet[2]]
    place = next(n for n, title in enumerate(columns) if str(title).startswith("AD-04"))
    assert sheet.cell(row=sheet.max_row, column=place + 1).value == "=SUM({0}3:{0}3,{0}6:{0}6,{0}8:{0}8)".format(
        sheet.cell(row=3, column=place + 1).column_letter
    )


def test_what_happened_at_the_unit_itself_is_a_line_of_its_own(busy):
    from aid.models import Handout
    from students.models import Pupil

    Handout.objects.create(
        unit_id=DISTRICT,
        giver_id=DISTRICT,
        pupil=Pupil.objects.filter(unit_id=SCHOOL).last(),
        date=date(2027, 1, 25),
        source="fund",
        kind="food",
        tenge=5_000,
    )
    with translation.override("en"):
        made = edition(busy, OBLAST)
        sheet = sheets_of(summary_xlsx(made))["Аршалы ауданы"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    place = [str(cell.value).split()[0] for cell in sheet[2]].index("AD-04")
    assert [(row[1], row[place]) for row in rows[:-1]] == [
        ("school", 37_500),
        ("school", 37_500),
        ("at the unit itself", 5_000),
    ]
    assert made.figures[DISTRICT]["AD-04"].numerator == 80_000


def test_papers_of_a_district_and_of_a_school_can_be_made(busy, tmp_path):
    for unit in (DISTRICT, SCHOOL, VILLAGE):
        made = edition(busy, unit)
        with translation.override("kk"):
            assert made.unit.name_kk in words_of(summary_pdf(made), tmp_path)
            assert "AD-04" in {row[0].value for row in list(sheets_of(summary_xlsx(made)).values())[1].iter_rows()}


def test_a_sealed_paper_says_when_and_by_whom(sealed, tmp_path):
    assert sealed.sealed_at == datetime(2027, 1, 28, tzinfo=sealed.sealed_at.tzinfo)
    text = words_of(summary_pdf(sealed), tmp_path)
    assert "28.01.2027" in text
    assert "Ministry Head" in text


def test_a_unit_that_has_entered_nothing_has_no_data_on_any_paper(busy, tmp_path):
    made = edition(busy, 710000000)
    with translation.override("ru"):
        text = words_of(summary_pdf(made), tmp_path)
        sheet = list(sheets_of(summary_xlsx(made)).values())[2]
    assert re.search(r"район Алматы( +нет ?данных){3}", text)
    codes = [str(cell.value).split()[0] for cell in sheet[2]]
    rows = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=3)}
    told = dict(zip(codes[2:], rows["район Алматы"][2:], strict=True))
    expected = {"OR-00": 1, "OR-01": 0, "OR-02": 0, "OR-03": 0}  # what every unit owes is known all the same
    assert {code: told.pop(code) for code in expected} == expected
    assert set(told.values()) == {"нет данных"}
    empty = next(child for child in edition_json(made)["children"] if child["unit"] == "711110000")
    assert (empty["entered"], edition_json(made)["entered"]) == (False, True)
    assert empty["values"]["CN-05"]["value"] == 0


def test_the_reason_of_an_early_seal_is_printed_and_stands_on_the_cover(sealed, tmp_path):
    with translation.override("ru"):
        assert "Боран" in words_of(summary_pdf(sealed), tmp_path)
        cover = next(iter(sheets_of(summary_xlsx(sealed)).values()))
        bulletin = str(sealed.campaign.round("bulletin2").name)
    assert "Боран" in [row[1].value for row in cover.iter_rows()]
    assert cover["B1"].value == bulletin
    assert all(row[1].alignment.wrap_text for row in cover.iter_rows(min_row=2) if row[1].value)


def test_a_wide_sheet_prints_in_pages_that_can_be_read(busy):
    with translation.override("en"):
        sheet = sheets_of(summary_xlsx(edition(busy)))["By units"]
    assert sheet.page_setup.scale >= 75
    assert not sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$2:$2", "$A:$B")
    headers = [str(cell.value)[:2] for cell in sheet[2]]
    breaks = [each.id for each in sheet.col_breaks.brk]
    assert {place for place in range(3, len(headers)) if headers[place] != headers[place - 1]} <= set(breaks)
    assert sheet.cell(row=sheet.max_row, column=1).value == "Total for the republic"


def test_units_stand_in_the_order_of_the_readers_alphabet_after_the_seal_too(busy, people):
    Unit.objects.create(id=120000000, code="150000000", level="oblast", name_kk="Әулие", name_ru="Абай")
    submission = actions.seal(campaign=busy.campaign, form="bulletin2", reason="Боран", by=people.ministry_head)
    made = actions.sealed(submission)
    for language, names in [
        ("kk", ["Ақмола облысы", "Астана қ.", "Әулие"]),
        ("ru", ["Абай", "Акмолинская область", "г. Астана"]),
    ]:
        with translation.override(language):
            assert [unit.name for unit in made.children] == names
            assert [each.called for each in made.lacking] == names


def test_a_spreadsheet_sees_numbers_as_numbers(busy, tmp_path):
    path = tmp_path / "summary.xlsx"
    path.write_bytes(summary_xlsx(edition(busy)))
    sheet = list(load_workbook(path))[2]
    row = [cell.value for cell in sheet[3]]
    assert all(isinstance(value, int | float | str) for value in row)
    assert sum(isinstance(value, int | float) for value in row) > 30
