"""Workbooks people send: odd ones are understood, hostile ones refused, nothing is lost without a word."""

import io
import os
import struct
import time
import zipfile
from datetime import date, datetime

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import numbers
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from zabota.lib import sheets_in
from zabota.lib.sheets_in import BadCell, Refused, inspect, read

SHEET = "xl/worksheets/sheet1.xml"
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def workbook(*rows, title="Тізім", change=None):
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rezipped(data, changes):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = changes.pop(name, old.read(name))
            if change is not None:
                new.writestr(name, change(old.read(name)) if callable(change) else change)
        for name, content in changes.items():
            new.writestr(name, content)
    return stream.getvalue()


def with_sheet_xml(body, *, after="", prolog="", plain=None):
    xml = f'{prolog}<worksheet xmlns="{SPREADSHEET}"><sheetData>{body}</sheetData>{after}</worksheet>'
    return rezipped(plain or workbook(["x"]), {SHEET: xml.encode()})


def values(data, **limits):
    book = read(data, **limits)
    return [[cell.value for cell in row] for sheet in book.sheets for row in sheet.rows]


def notes(data):
    return [str(note) for note in read(data).notes]


GOOD = workbook(["Тегі", "Туған күні"], ["Әбіш", datetime(2015, 3, 2)])


class TestTheFileIsWeighedBeforeItIsOpened:
    def test_a_plain_workbook_passes_as_bytes_and_as_a_path(self, tmp_path):
        path = tmp_path / "book.xlsx"
        path.write_bytes(GOOD)
        inspect(GOOD)
        inspect(path)

    @pytest.mark.parametrize(
        "name",
        [
            "xl/vbaProject.bin",
            "xl/externalLinks/externalLink1.xml",
            "xl/embeddings/oleObject1.bin",
            "xl/activeX/activeX1.bin",
            "XL/VBAPROJECT.BIN",
            "xl/Embeddings/a.docx",
        ],
    )
    def test_macros_links_and_objects_are_refused(self, name):
        with pytest.raises(Refused, match="macros"):
            inspect(rezipped(GOOD, {name: b"x"}))

    @pytest.mark.parametrize("name", ["../evil", "xl/../../evil", "/etc/passwd", "xl\\evil.xml", "C:evil", "xl/a\nb"])
    def test_names_that_reach_outside_are_refused(self, name):
        with pytest.raises(Refused, match="names a workbook never has"):
            inspect(rezipped(GOOD, {name: b"x"}))

    def test_two_entries_of_one_name_are_refused(self):
        stream = io.BytesIO(GOOD)
        with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(stream, "a") as archive:
            archive.writestr(SHEET, b"<worksheet/>")
        with pytest.raises(Refused, match="names"):
            inspect(stream.getvalue())

    def test_a_bomb_is_refused_by_its_ratio(self):
        with pytest.raises(Refused, match="grows too large"):
            inspect(rezipped(GOOD, {"xl/media/a.xml": b" " * 3_000_000}))

    def test_a_declared_size_beyond_the_limit_is_refused_whatever_the_ratio(self):
        data = bytearray(rezipped(GOOD, {"xl/media/a.bin": os.urandom(1_200_000)}))
        entry = data.rfind(b"PK\x01\x02")
        struct.pack_into("<I", data, entry + 24, 105 * 2**20)
        with pytest.raises(Refused, match="grows too large"):
            inspect(bytes(data))

    def test_too_many_parts_are_refused(self):
        with pytest.raises(Refused, match="too many parts"):
            inspect(rezipped(GOOD, {f"xl/media/{n}": b"" for n in range(200)}))

    def test_a_file_over_ten_megabytes_is_refused(self, tmp_path):
        path = tmp_path / "big.xlsx"
        path.write_bytes(b"PK" + b"\0" * 10 * 2**20)
        with pytest.raises(Refused, match="10 MB"):
            inspect(path)

    def test_an_encrypted_entry_is_refused(self):
        data = bytearray(GOOD)
        flags = data.find(b"PK\x01\x02") + 8
        data[flags] |= 1
        with pytest.raises(Refused, match="password"):
            inspect(bytes(data))

    @pytest.mark.parametrize("part", ["[Content_Types].xml", "xl/workbook.xml"])
    def test_a_zip_without_a_workbook_in_it_is_refused(self, part):
        with pytest.raises(Refused, match="not an Excel workbook"):
            inspect(rezipped(GOOD, {part: None}))

    def test_the_old_form_is_told_apart(self):
        with pytest.raises(Refused, match=r"\.xls form"):
            inspect(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000)

    @pytest.mark.parametrize(
        "data",
        [b"", b"PK", b"a;b\n1;2\n", b"<html><table></table></html>", b"%PDF-1.7", GOOD[:-30], GOOD[: len(GOOD) // 2]],
    )
    def test_what_is_no_workbook_is_refused(self, data):
        with pytest.raises(Refused, match="not an Excel workbook"):
            inspect(data)

    @given(st.binary(max_size=300))
    def test_any_bytes_at_all_end_in_a_refusal(self, noise):
        with pytest.raises(Refused):
            inspect(noise)


class TestOddFilesAreUnderstood:
    def test_cells_keep_their_places_and_types(self):
        book = read(workbook(["Тегі", 7, 1.5, True, datetime(2015, 3, 2)], [], [None, "б"]))
        (sheet,) = book.sheets
        assert sheet.name == "Тізім"
        assert [row.number for row in sheet.rows] == [1, 3]
        assert [cell.value for cell in sheet.rows[0]] == ["Тегі", 7, 1.5, True, datetime(2015, 3, 2)]
        assert sheet.rows[1].cell(2).address == "B3"
        assert sheet.rows[1].cell(99).is_blank
        assert book.notes == []

    def test_a_wrong_dimension_hides_no_row(self):
        def lie(xml):
            return xml.replace(b'<dimension ref="A1:B3"', b'<dimension ref="A1:A1"')

        data = workbook(["a", "b"], ["c", "d"], ["e", "f"])
        assert values(rezipped(data, {SHEET: lie})) == [["a", "b"], ["c", "d"], ["e", "f"]]

    def test_hidden_rows_columns_and_sheets_are_read_and_named(self):
        def hide(book):
            book.active.row_dimensions[2].hidden = True
            book.active.column_dimensions["B"].hidden = True
            other = book.create_sheet("Жасырын")
            other.append(["x"])
            other.sheet_state = "veryHidden"

        data = workbook(["a", "b"], ["c", "d"], change=hide)
        assert values(data) == [["a", "b"], ["c", "d"], ["x"]]
        assert notes(data) == [
            "Sheet “Тізім” has hidden rows; they were read like the others: 2.",
            "Sheet “Тізім” has hidden columns; they were read too: B.",
            "Sheet “Жасырын” is hidden; it was read like the others.",
        ]

    def test_a_cell_swallowed_by_a_merge_refuses_to_be_blank(self):
        data = workbook(["7А", "a"], [None, "b"], change=lambda book: book.active.merge_cells("A1:A2"))
        (sheet,) = read(data).sheets
        assert sheets_in.as_text(sheet.rows[0].cell(1)) == "7А"
        with pytest.raises(BadCell, match="merged with another"):
            sheets_in.as_text(sheet.rows[1].cell(1))
        assert "A1:A2" in notes(data)[0]

    def test_a_formula_without_a_result_refuses_to_be_blank(self):
        data = workbook(["a", "=1+1"])
        (sheet,) = read(data).sheets
        with pytest.raises(BadCell, match="no result"):
            sheets_in.as_whole(sheet.rows[0].cell(2))
        assert notes(data) == ["Sheet “Тізім” has formulas without a result: B1."]

    def test_a_row_of_nothing_but_such_formulas_is_still_a_row(self):
        (sheet,) = read(workbook(["a"], ["=1+1"])).sheets
        assert [row.number for row in sheet.rows] == [1, 2]

    def test_a_formula_with_a_result_is_its_result(self):
        assert values(with_sheet_xml('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>')) == [[2]]

    def test_a_formula_that_ends_in_an_error_is_no_text(self):
        (sheet,) = read(with_sheet_xml('<row r="1"><c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>')).sheets
        with pytest.raises(BadCell, match="ends in an error"):
            sheets_in.as_text(sheet.rows[0].cell(1))

    def test_an_overlong_text_is_refused_not_cut(self):
        (sheet,) = read(workbook(["ы" * 501, "ы" * 500])).sheets
        with pytest.raises(BadCell, match="longer than 500"):
            sheets_in.as_text(sheet.rows[0].cell(1))
        assert len(sheets_in.as_text(sheet.rows[0].cell(2))) == 500

    def test_the_1904_calendar_gives_the_same_days(self):
        def count_from_1904(book):
            book.epoch = CALENDAR_MAC_1904
            book.active["A1"] = date(2015, 3, 2)
            book.active["A1"].number_format = numbers.FORMAT_DATE_DDMMYY
            book.active["B1"] = 40_603  # the same day as a bare number of that calendar

        (sheet,) = read(workbook(change=count_from_1904)).sheets
        assert [sheets_in.as_date(cell) for cell in sheet.rows[0]] == [date(2015, 3, 2)] * 2

    def test_rows_and_cells_without_addresses_are_counted(self):
        assert values(with_sheet_xml("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")) == [
            [1, 2],
            [3, None],
        ]

    def test_escaped_characters_are_what_they_stand_for(self):
        data = with_sheet_xml('<row r="1"><c r="A1" t="inlineStr"><is><t>a_x000D_b_x0000_c</t></is></c></row>')
        assert values(data) == [["a\rbc"]]

    def test_styled_but_empty_rows_are_no_rows(self):
        blank = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(2, 3000))
        assert values(with_sheet_xml(f'<row r="1"><c r="A1"><v>1</v></c></row>{blank}')) == [[1]]

    def test_a_row_beyond_a_long_gap_is_named(self):
        far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>2</v></c></row>'
        assert values(with_sheet_xml(far)) == [[1]]
        assert "row 1048576 after a gap" in notes(with_sheet_xml(far))[0]

    def test_a_gap_of_fifty_rows_is_crossed(self):
        near = '<row r="1"><c r="A1"><v>1</v></c></row><row r="52"><c r="A52"><v>2</v></c></row>'
        assert values(with_sheet_xml(near)) == [[1], [2]]

    def test_an_empty_workbook_has_an_empty_sheet(self):
        (sheet,) = read(workbook()).sheets
        assert sheet.rows == ()

    @settings(max_examples=12, deadline=None)
    @given(
        st.lists(
            st.lists(
                st.none()
                | st.integers(-(10**12), 10**12)
                | st.text(st.sampled_from("әғқңөұүһіАВСabc 7\u00a0«»"), min_size=1, max_size=12).filter(str.strip)
                | st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)).map(lambda day: day.replace(microsecond=0)),
                min_size=1,
                max_size=5,
            ),
            max_size=12,
        )
    )
    def test_what_was_written_is_read(self, rows):
        width = max(map(len, rows), default=0)
        padded = [row + [None] * (width - len(row)) for row in rows]
        trimmed = [row for row in padded if any(value is not None for value in row)]
        filled = max((n for row in trimmed for n, value in enumerate(row, 1) if value is not None), default=0)
        assert values(workbook(*rows)) == [row[:filled] for row in trimmed]


class TestHostileFilesAreBounded:
    def test_a_million_rows_are_refused_within_seconds(self):
        body = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 1_048_577))
        data = with_sheet_xml(body)
        begun = time.monotonic()
        with pytest.raises(Refused, match="more than 10000 filled rows"):
            read(data)
        assert time.monotonic() - begun < 10

    def test_the_limit_counts_the_rows_of_all_sheets(self):
        def second(book):
            book.create_sheet("2").append(["b"])

        data = workbook(["a"], change=second)
        assert len(values(data, max_rows=2)) == 2
        with pytest.raises(Refused, match="more than 1 filled rows"):
            read(data, max_rows=1)

    def test_a_cell_in_the_farthest_corner_is_refused_by_name(self):
        with pytest.raises(Refused, match="cell XFD1048576"):
            read(with_sheet_xml('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))

    def test_a_huge_cell_stays_a_bad_cell(self):
        text = os.urandom(2_000_000).hex()
        (sheet,) = read(with_sheet_xml(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>')).sheets
        assert sheet.rows[0].cell(1).fault == "long"
        assert len(sheet.rows[0].cell(1).value) == 500

    def test_one_text_shared_by_a_hundred_thousand_cells_is_refused(self):
        shared = f'<sst xmlns="{SPREADSHEET}"><si><t>{"ы" * 500}</t></si></sst>'
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
        book = rezipped(
            GOOD,
            {
                "xl/sharedStrings.xml": shared.encode(),
                "[Content_Types].xml": lambda xml: xml.replace(b"</Types>", part),
            },
        )
        cells = [f'<c r="{sheets_in.letter(n)}%d" t="s"><v>0</v></c>' for n in range(1, 61)]
        body = "".join("<row>" + "".join(cells).replace("%d", str(n)) + "</row>" for n in range(1, 1_000))
        with pytest.raises(Refused, match="more text than a table can"):
            read(with_sheet_xml(body, plain=book))

    @pytest.mark.parametrize(
        "prolog",
        [
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE x [<!ENTITY a "' + "b" * 100 + '"><!ENTITY c "' + "&a;" * 100 + '">]>',
            "<!DOCTYPE x>",
        ],
    )
    def test_entities_are_refused(self, prolog):
        with pytest.raises(Refused, match="damaged or in an unusual form"):
            read(with_sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>', prolog=prolog))

    @pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
    def test_entities_are_refused_in_the_other_parts_too(self, part):
        prolog = b'<!DOCTYPE x [<!ENTITY a "b">]>'
        with pytest.raises(Refused, match="damaged or in an unusual form"):
            read(
                rezipped(GOOD, {part: lambda xml: prolog + xml[xml.find(b"?>") + 2 if xml.startswith(b"<?") else 0 :]})
            )

    def test_ten_thousand_sheets_over_one_part_are_refused(self):
        def repeat(xml):
            start = xml.index(b"<sheets>") + len(b"<sheets>")
            one = xml[start : xml.index(b"</sheets>")]
            return (
                xml[:start] + b"".join(one.replace(b"\xd0", b"%d" % n) for n in range(10_000)) + b"</sheets></workbook>"
            )

        with pytest.raises(Refused, match=r"more than 50 sheets|grows too large"):
            read(rezipped(workbook(["x"], title="S"), {"xl/workbook.xml": repeat}))

    def test_a_sheet_whose_part_is_missing_is_not_passed_over(self):
        with pytest.raises(Refused, match="damaged"):
            read(rezipped(GOOD, {SHEET: None}))

    @pytest.mark.parametrize(
        "body",
        [
            '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
            '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
            '<row r="1"><c r="1A"><v>1</v></c></row>',
            '<row r="1"><c r="A1"><v>one</v></c></row>',
            '<row r="x"><c r="A1"><v>1</v></c></row>',
            '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
            '<row r="1"><c r="A1"><v>1</v></c>',
        ],
    )
    def test_a_row_the_reader_would_drop_in_silence_refuses_the_file(self, body):
        with pytest.raises(Refused, match="damaged or in an unusual form"):
            read(with_sheet_xml(body))

    def test_rows_in_a_strange_namespace_refuse_the_file(self):
        def strict(xml):
            return xml.replace(SPREADSHEET.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main")

        with pytest.raises(Refused, match="damaged or in an unusual form"):
            read(rezipped(GOOD, {SHEET: strict}))

    def test_a_merge_over_the_whole_sheet_is_bounded(self):
        rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="K{n}"><v>1</v></c></row>' for n in range(1, 9_900))
        merge = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
        with pytest.raises(Refused, match="too many merged cells"):
            read(with_sheet_xml(rows, after=merge))

    def test_a_child_without_memory_ends_in_words(self):
        large = workbook(*([n, f"{n} " + "ә" * 300] for n in range(6000)))  # what a fresh process has to spare is less
        with pytest.raises(Refused, match="too much memory or time"):
            sheets_in.in_child("read", {"rows": 10_000, "columns": 10}, large, memory=2**20)

    def test_a_child_without_time_ends_in_words(self):
        with pytest.raises(Refused, match="too much memory or time"):
            sheets_in.in_child("read", {"rows": 10, "columns": 10}, GOOD, memory=2**29, seconds=0.01)

    def test_the_child_knows_none_of_our_secrets(self, monkeypatch):
        monkeypatch.setenv("PYTHONSTARTUP", "/nonexistent")
        monkeypatch.setenv("PYTHONHOME", "/nonexistent")  # with this in its environment no Python starts
        assert values(GOOD)
