"""A listing described once: on the screen, in a workbook, with names and without."""

import io
from collections import namedtuple
from datetime import date
from operator import attrgetter

import pytest
from openpyxl import load_workbook

from zabota.lib.sheets_out import DATE, WHOLE
from zabota.lib.tables import Column, Table

Visit = namedtuple("Visit", "name on tenge")
VISITS = [Visit("Әлия", date(2026, 2, 3), 12_500), Visit("=Қанат", date(2026, 2, 4), 0)]


@pytest.fixture
def table():
    return Table(
        Column("Name", attrgetter("name"), personal=True),
        Column("Date", attrgetter("on"), DATE),
        Column("Tenge", attrgetter("tenge"), WHOLE, number=True),
    )


def test_the_screen_gets_headers_and_rows(table):
    assert table.headers == ["Name", "Date", "Tenge"]
    assert list(table.rows(VISITS)) == [["Әлия", date(2026, 2, 3), 12_500], ["=Қанат", date(2026, 2, 4), 0]]


def test_names_vanish_on_the_screen_and_in_the_file_alike(table):
    plain = table.without_personal()
    assert plain.headers == ["Date", "Tenge"]
    sheet = load_workbook(io.BytesIO(plain.to_xlsx(VISITS))).active
    assert [cell.value for cell in sheet[1]] == ["Date", "Tenge"]


def test_the_workbook_has_the_same_values_typed(table):
    sheet = load_workbook(io.BytesIO(table.to_xlsx(VISITS, title="Visits", above=["Made for nobody"]))).active
    assert sheet.title == "Visits"
    assert sheet["A1"].value == "Made for nobody"
    assert sheet["A4"].value == "=Қанат"
    assert sheet["A4"].data_type == "s"
    assert sheet["B3"].is_date
    assert sheet["B3"].number_format == DATE
    assert sheet["C3"].value == 12_500
    assert sheet["C3"].number_format == WHOLE


def test_rows_come_one_by_one(table):
    taken = []

    def visits():
        for visit in VISITS:
            taken.append(visit)
            yield visit

    next(table.rows(visits()))
    assert taken == VISITS[:1]
