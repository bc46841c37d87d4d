"""Workbooks the portal gives: typed, calm to read, and never a formula somebody typed."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from zabota.lib import sheets_in
from zabota.lib.sheets_in import Refused
from zabota.lib.sheets_out import DATE, TEXT, WHOLE, Formula, Mark, Sheet, mark, workbook

RED = "FFF9DEDC"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def opened(data):
    return load_workbook(io.BytesIO(data))


def one_sheet(*rows, headers=("A",), **options):
    return opened(workbook(Sheet("S", headers, rows, **options))).worksheets[0]


class TestTextIsNeverAFormula:
    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "=+", "'="])
    def test_whatever_it_begins_with(self, start):
        sheet = one_sheet([f"{start}HYPERLINK(1)"])
        assert sheet["A2"].data_type == "s"
        assert sheet["A2"].value.strip("\r\n\t") == f"{start}HYPERLINK(1)".strip("\r\n\t")

    def test_it_stays_text_when_somebody_edits_the_cell(self):
        sheet = one_sheet(["=1+1"], ["plain"])
        assert sheet["A2"].quotePrefix
        assert not sheet["A3"].quotePrefix

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), min_size=1, max_size=10))
    def test_no_text_at_all_becomes_one(self, texts):
        data = workbook(Sheet("=S", [f"={text}" for text in texts], [texts], above=texts))
        xml = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in xml
        assert b't="e"' not in xml

    def test_an_error_word_is_a_word(self):
        assert one_sheet(["#N/A"])["A2"].data_type == "s"

    def test_a_formula_of_ours_is_one(self):
        sheet = one_sheet([1], [2], totals=[Formula("=SUM(A2:A3)")])
        assert (sheet["A4"].data_type, sheet["A4"].value) == ("f", "=SUM(A2:A3)")
        assert sheet["A4"].font.bold

    def test_a_formula_must_look_like_one(self):
        with pytest.raises(ValueError, match="begins with ="):
            Formula("SUM(A1)")


class TestCells:
    def test_they_keep_their_types(self):
        row = ["Әлия", 7, 1.5, Decimal("2.25"), True, date(2026, 2, 3), None, gettext_lazy("word")]
        sheet = one_sheet(row, headers="ABCDEFGH")
        assert [cell.value for cell in sheet[2]] == [
            "Әлия",
            7,
            1.5,
            2.25,
            True,
            datetime(2026, 2, 3),
            None,
            "word",
        ]

    def test_moments_are_in_local_time(self):
        sheet = one_sheet([datetime(2026, 2, 3, 22, 30, tzinfo=UTC)])
        assert sheet["A2"].value == datetime(2026, 2, 4, 3, 30)

    @pytest.mark.parametrize("number", [10**15, 123456789012345678, float("inf"), float("nan"), Decimal("NaN")])
    def test_a_number_a_spreadsheet_would_spoil_goes_in_as_text(self, number):
        assert one_sheet([number])["A2"].value == str(number)

    def test_characters_no_workbook_may_hold_are_left_out(self):
        assert one_sheet(["a\x00\x0bb"])["A2"].value == "ab"

    def test_formats_belong_to_the_column_and_to_its_empty_cells(self):
        sheet = one_sheet(["0123", 5], headers=["IIN", "n"], number_formats=[TEXT, WHOLE])
        assert sheet["A2"].number_format == TEXT
        assert sheet["B2"].number_format == WHOLE
        assert sheet.column_dimensions["A"].number_format == TEXT

    @settings(max_examples=10, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.text(st.sampled_from("әғқңөұүһіӘҒҚҢӨҰҮҺІabc =-+@"), max_size=20).map(str.strip),
                st.integers(-(10**14), 10**14),
                st.dates(date(1930, 1, 1), date(2098, 12, 31)),
            ),
            min_size=1,
            max_size=20,
        )
    )
    def test_what_goes_out_comes_in_again(self, rows):
        (sheet,) = sheets_in.read(
            workbook(Sheet("S", ["a", "b", "c"], rows, number_formats=[TEXT, WHOLE, DATE]))
        ).sheets
        back = [
            (sheets_in.as_text(a), sheets_in.as_whole(b, least=-(10**14), most=10**14), sheets_in.as_date(c))
            for a, b, c in sheet.rows[1:]
        ]
        assert back == [(" ".join(text.split()), number, day) for text, number, day in rows]


class TestSheets:
    def test_names_of_columns_are_frozen_and_filtered_below_the_lines_above(self):
        sheet = one_sheet([1, 2], [3, 4], headers=["a", "b"], above=["Who", "When"], totals=["Σ", 6])
        assert sheet.freeze_panes == "A4"
        assert sheet.auto_filter.ref == "A3:B5"
        assert [cell.value for cell in sheet["A"]] == ["Who", "When", "a", 1, 3, "Σ"]
        assert sheet.print_title_rows == "$3:$3"
        assert sheet["A3"].font.bold

    def test_widths_are_given_or_taken_from_the_first_rows(self):
        sheet = one_sheet(["x" * 30, "y" * 500], headers=["a", "b"])
        assert sheet.column_dimensions["A"].width == 32
        assert sheet.column_dimensions["B"].width == 60
        assert one_sheet(["x"], widths=[44]).column_dimensions["A"].width == 44

    def test_a_sheet_without_rows_still_has_its_columns(self):
        sheet = one_sheet(headers=["a", "b"])
        assert [cell.value for cell in sheet[1]] == ["a", "b"]
        assert sheet.auto_filter.ref == "A1:B1"

    def test_a_row_that_does_not_fit_the_columns_is_an_error(self):
        with pytest.raises(ValueError, match="zip"):
            one_sheet([1, 2], headers=["a"])

    def test_an_export_that_fails_half_way_leaves_no_file_behind(self, tmp_path, monkeypatch):
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        with pytest.raises(ZeroDivisionError):
            workbook(Sheet("S", ["a"], ([1 / (200 - n)] for n in range(300))))
        assert list(tmp_path.iterdir()) == []

    def test_titles_become_what_a_workbook_takes(self):
        long = "Қазақстан Республикасының барлық мектептері"
        data = workbook(
            *(Sheet(title, ["a"], []) for title in ["7/А: [1]", "", long, long, "'x'", "7 а 1", "History", "_LISTS"])
        )
        titles = opened(data).sheetnames
        assert titles[:2] == ["7 А 1", "1"]
        assert titles[2] == long[:31].strip()
        assert titles[3].endswith(" 2")
        assert titles[4:6] == ["x", "7 а 1 2"]
        assert all(len(title) <= 31 for title in titles)

    def test_words_to_choose_from_come_as_a_drop_down(self):
        words = ["иә, бар", "жоқ", *(f"«{n}»" for n in range(200))]
        book = opened(workbook(Sheet("S", ["a", "b"], [["жоқ", ""]], choices={1: words, 2: words})))
        rules = book["S"].data_validations.dataValidation
        assert [(str(rule.sqref), rule.formula1) for rule in rules] == [
            ("A2:A5002", "'_lists'!$A$1:$A$202"),
            ("B2:B5002", "'_lists'!$A$1:$A$202"),
        ]
        assert book["_lists"].sheet_state == "hidden"
        assert [cell.value for cell in book["_lists"]["A"]] == words

    def test_our_own_lists_are_not_read_as_data(self):
        book = sheets_in.read(workbook(Sheet("S", ["a"], [], choices={1: ["x", "y"]})))
        assert [sheet.name for sheet in book.sheets] == ["S"]
        assert book.notes == []

    def test_rows_are_streamed(self):
        pulled = []

        def rows():
            for n in range(500):
                pulled.append(n)
                yield [n]

        workbook(Sheet("S", ["a"], rows()))
        assert pulled == list(range(500))


def received(*rows, title="Тізім", change=None):
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


class TestMarking:
    ROSTER = (["Тегі", "Туған күні"], ["Әбіш", "вчера"], ["", "02.03.2015"], ["Сәуле", "02.03.2015"])

    def test_bad_cells_are_coloured_and_each_row_has_its_remarks(self):
        marks = [
            Mark("Тізім", 2, 2, "This is not a date."),
            Mark("Тізім", 3, 1, "The cell is empty."),
            Mark("Тізім", 3, 0, "=The row stands twice."),
        ]
        sheet = opened(mark(received(*self.ROSTER), marks))["Тізім"]
        assert sheet["B2"].fill.fgColor.rgb == sheet["A3"].fill.fgColor.rgb == RED
        assert sheet["A2"].fill.fgColor.rgb != RED
        assert [cell.value for cell in sheet["C"]] == [
            "What to correct",
            "This is not a date.",
            "The cell is empty.\n=The row stands twice.",
            None,
        ]
        assert [cell.value for cell in sheet["A"]] == ["Тегі", "Әбіш", None, "Сәуле"]

    def test_a_remark_is_never_a_formula(self):
        sheet = opened(mark(received(*self.ROSTER), [Mark("Тізім", 2, 1, "=cmd|' /C calc'!A0")]))["Тізім"]
        assert sheet["C2"].data_type == "s"

    def test_a_second_marking_replaces_the_first(self):
        once = mark(received(*self.ROSTER), [Mark("Тізім", 2, 2, "first")])
        sheet = opened(mark(once, [Mark("Тізім", 4, 1, "second")]))["Тізім"]
        assert [cell.value for cell in sheet["C"]] == ["What to correct", None, None, "second"]
        assert sheet["B2"].fill.fgColor.rgb != RED
        assert sheet["A4"].fill.fgColor.rgb == RED
        assert sheet.max_column == 3

    def test_the_remarks_stand_beside_the_table_even_below_a_merged_title(self):
        def head(book):
            book.active.insert_rows(1)
            book.active["A1"] = "Список"
            book.active.merge_cells("A1:F1")

        data = mark(received(*self.ROSTER, change=head), [Mark("Тізім", 3, 2, "bad")], header_row=2)
        assert [cell.value for cell in opened(data)["Тізім"]["C"]][:3] == [None, "What to correct", "bad"]

    def test_formulas_and_other_sheets_come_back_untouched(self):
        def more(book):
            book.create_sheet("2").append(["=1+1"])

        book = opened(mark(received(*self.ROSTER, change=more), [Mark("Тізім", 2, 1, "bad"), Mark("Жоқ", 1, 1, "x")]))
        assert book["2"]["A1"].value == "=1+1"
        assert book["2"].max_column == 1

    def test_a_cell_at_the_far_end_costs_nothing(self):
        def far(book):
            book.active["A1048576"] = "x"

        sheet = opened(mark(received(*self.ROSTER, change=far), [Mark("Тізім", 2, 1, "bad")]))["Тізім"]
        assert sheet["C2"].value == "bad"

    def test_the_marked_workbook_can_be_sent_again(self):
        data = mark(received(*self.ROSTER), [Mark("Тізім", 2, 2, "bad")])
        (sheet,) = sheets_in.read(data).sheets
        found = sheets_in.columns(sheet.rows[0], {"surname": ["Тегі"], "born": ["Туған күні"]})
        assert found.at == {"surname": 1, "born": 2}

    def test_a_refused_cell_can_be_marked_as_it_stands(self):
        data = received(*self.ROSTER)
        (sheet,) = sheets_in.read(data).sheets
        with pytest.raises(sheets_in.BadCell) as caught:
            sheets_in.as_date(sheet.rows[1].cell(2))
        bad = caught.value.as_dict()
        marked = mark(data, [Mark(bad["sheet"], bad["row"], bad["column"], f"{bad['message']} {bad['remedy']}")])
        assert opened(marked)["Тізім"]["C2"].value == "This is not a date. Write the date as 31.12.2015."

    def test_what_was_never_a_workbook_is_refused(self):
        with pytest.raises(Refused, match="not an Excel workbook"):
            mark(b"a;b", [])
