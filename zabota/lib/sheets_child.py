"""The program that opens strangers' workbooks: a process of its own with little memory, little time and no secrets.

`python -m zabota.lib.sheets_child read|mark MEMORY SECONDS`: on standard input one line of JSON with the order, then
the workbook; on standard output the answer.  It knows no Django, so it starts in a quarter of a second; what it
refuses it names by a short code, which `sheets_in` puts into words.

Two looks at every sheet: a scan of its XML finds what openpyxl's reading mode hides (merged cells, hidden rows and
columns, formulas without a result) and which rows are filled; then openpyxl reads the values.  Rows that only the
scan has seen would be lost in silence, so the file is refused.
"""

import io
import json
import re
import resource
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import IO, Any, Final
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.packaging.workbook import ChildSheet
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles import Alignment, PatternFill
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

MAX_SHEETS: Final = 50
MAX_TEXT: Final = 500
MAX_TEXT_IN_ALL: Final = 20_000_000
MAX_GAP: Final = 50
MAX_COVERED: Final = 100_000
MAX_LISTED: Final = 1_000
LISTS: Final = "_lists"
"""The hidden sheet our own workbooks keep their drop-down lists on; it is never read as data."""

UNCOMPUTED, TOO_LONG, ERROR, MERGED = "formula", "long", "error", "merged"

_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PALE_RED = "FFF9DEDC"


class Refusal(Exception):
    """The workbook cannot be taken; carries the code of the reason and what the sentence needs."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code, details)


def fence(memory: int, seconds: int) -> None:
    """From here on this process gets no more than these bytes and seconds of the processor, and leaves no dump."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# The scan --------------------------------------------------------------------------------------------------------


@dataclass
class Scan:
    """What a sheet's XML says about itself; rows and columns count from one."""

    filled: list[int] = field(default_factory=list)
    widest: tuple[int, int] = (0, 0)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    uncomputed: set[tuple[int, int]] = field(default_factory=set)

    def last_row(self) -> int:
        """The last filled row before a gap of more than `MAX_GAP` rows."""
        last = 0
        for row in self.filled:
            if last and row - last > MAX_GAP + 1:
                break
            last = row
        return last


class _Scanner:
    """Walks through a sheet's XML with expat; elements are told by their local names, whatever the prefix."""

    def __init__(self, rows_left: int, most_rows: int) -> None:
        self.scan = Scan()
        self.rows_left, self.most_rows = rows_left, most_rows
        self.row = self.column = 0
        self.in_value = self.has_formula = self.has_value = False
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def run(self, source: IO[bytes]) -> Scan:
        self.parser.ParseFile(source)
        return self.scan

    def _doctype(self, *_ignored: object) -> None:
        raise Refusal("unreadable")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(" ")[2]:
            case "row":
                self._start_row(attributes)
            case "c":
                self._start_cell(attributes)
            case "f":
                self.has_formula = True
            case "v" | "t":
                self.in_value = True
            case "col" if _is_true(attributes.get("hidden")):
                first, last = int(attributes["min"]), int(attributes["max"])
                self.scan.hidden_columns += range(first, min(last, first + MAX_LISTED) + 1)
            case "mergeCell":
                self.scan.merged.append(area(attributes["ref"]))

    def _start_row(self, attributes: dict[str, str]) -> None:
        row = int(attributes.get("r", self.row + 1))
        if row <= self.row:  # openpyxl would drop a row that comes twice or too late
            raise Refusal("unreadable")
        self.row, self.column = row, 0
        if _is_true(attributes.get("hidden")) and len(self.scan.hidden_rows) < MAX_LISTED:
            self.scan.hidden_rows.append(self.row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        column = place(attributes["r"])[1] if "r" in attributes else self.column + 1
        if column <= self.column:
            raise Refusal("unreadable")
        self.column = column
        self.has_formula = self.has_value = False

    def _text(self, text: str) -> None:
        if self.in_value and text.strip():
            self.has_value = True

    def _end(self, tag: str) -> None:
        match tag.rpartition(" ")[2]:
            case "v" | "t":
                self.in_value = False
            case "c" if self.has_value or self.has_formula:
                self._keep_cell()

    def _keep_cell(self) -> None:
        scan = self.scan
        if self.has_formula and not self.has_value:
            scan.uncomputed.add((self.row, self.column))
        if not scan.filled or scan.filled[-1] != self.row:
            scan.filled.append(self.row)
            if len(scan.filled) > self.rows_left:
                raise Refusal("rows", limit=self.most_rows)
        if self.column > scan.widest[1]:
            scan.widest = (self.row, self.column)


def _is_true(flag: str | None) -> bool:
    return flag in {"1", "true"}


def place(address: str) -> tuple[int, int]:
    """Row and column of an address: «B12» is (12, 2)."""
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise Refusal("unreadable")
    column = 0
    for mark in found[1]:
        column = column * 26 + ord(mark) - ord("A") + 1
    return int(found[2]), column


def area(ref: str) -> tuple[int, int, int, int]:
    """First row, first column, last row, last column of «B2:C4»."""
    first, _, last = ref.partition(":")
    return (*place(first), *place(last or first))


def letter(column: int) -> str:
    """The letters of a column counted from one: 1 is A, 28 is AB."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


# Reading ---------------------------------------------------------------------------------------------------------


class _Page(ReadOnlyWorksheet):
    """A sheet whose declared size is never asked for: it may lie, and looking for a missing one reads everything."""

    def _get_size(self) -> None:
        pass


def read(order: Mapping[str, Any], data: bytes) -> Iterator[Any]:
    """For every sheet one object about it and then its rows, each [number, values, faults by column]."""
    reader = ExcelReader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    parts = _parts(reader)
    scans = list(_scans(reader, parts, order["rows"], order["columns"]))
    reader.read_strings()
    apply_stylesheet(reader.archive, reader.wb)
    text_left = MAX_TEXT_IN_ALL
    for (declared, path), scan in zip(parts, scans, strict=True):
        sheet = _Page(reader.wb, declared.name, path, reader.shared_strings)
        yield _about(declared, scan, since_1904=reader.wb.epoch.year == 1904)
        for line in _rows(sheet, scan):
            text_left -= sum(len(value) for value in line[1] if isinstance(value, str))
            if text_left < 0:
                raise Refusal("text")
            yield line
    yield {"read": True}


def _parts(reader: ExcelReader) -> list[tuple[ChildSheet, str]]:
    """The sheets of cells as the workbook declares them, and where each lies in the archive."""
    if len(reader.parser.sheets) > MAX_SHEETS:
        raise Refusal("sheets", limit=MAX_SHEETS)
    found = list(reader.parser.find_sheets())
    if len(found) != len(reader.parser.sheets):
        raise Refusal("unreadable")
    parts = []
    for sheet, relation in found:
        if relation.target not in reader.valid_files:
            raise Refusal("unreadable")
        if "chartsheet" not in relation.Type and sheet.name != LISTS:
            parts.append((sheet, relation.target))
    return parts


def _scans(
    reader: ExcelReader, parts: list[tuple[ChildSheet, str]], most_rows: int, most_columns: int
) -> Iterator[Scan]:
    rows_left = most_rows
    for declared, path in parts:
        with reader.archive.open(path) as source:
            scan = _Scanner(rows_left, most_rows).run(source)
        rows_left -= len(scan.filled)
        row, column = scan.widest
        if column > most_columns:
            raise Refusal("columns", sheet=declared.name, place=f"{letter(column)}{row}", limit=most_columns)
        yield scan


def _about(sheet: ChildSheet, scan: Scan, *, since_1904: bool) -> dict[str, Any]:
    last = scan.last_row()
    wide = [column for column in scan.hidden_columns if column <= scan.widest[1]]
    return {
        "name": sheet.name,
        "hidden": sheet.state != "visible",
        "hidden_rows": [row for row in scan.hidden_rows if row <= last],
        "hidden_columns": [letter(column) for column in wide],
        "merged": [
            f"{letter(left)}{top}:{letter(right)}{bottom}"
            for top, left, bottom, right in scan.merged[:MAX_LISTED]
            if top <= last
        ],
        "uncomputed": [f"{letter(column)}{row}" for row, column in sorted(scan.uncomputed)[:MAX_LISTED]],
        "unread_from": next((row for row in scan.filled if row > last), None),
        "since_1904": since_1904,
    }


def _rows(sheet: ReadOnlyWorksheet, scan: Scan) -> Iterator[list[Any]]:
    last, width = scan.last_row(), scan.widest[1]
    faults = _faults(sheet.title, scan, last, width)
    seen = set()
    if last:
        for number, cells in enumerate(sheet.iter_rows(min_row=1, max_row=last, max_col=width), 1):
            if all(cell.value is None for cell in cells) and number not in faults:
                continue
            seen.add(number)
            wrong = dict(faults.get(number, {}))
            values = [_plain(cell, column, wrong) for column, cell in enumerate(cells, 1)]
            if any(value is not None for value in values) or UNCOMPUTED in wrong.values():
                yield [number, values, wrong]
    if not seen.issuperset(row for row in scan.filled if row <= last):
        raise Refusal("unreadable")


def _faults(title: str, scan: Scan, last: int, width: int) -> dict[int, dict[int, str]]:
    faults: dict[int, dict[int, str]] = {}
    covered = 0
    for top, left, bottom, right in scan.merged:
        bottom, right = min(bottom, last), min(right, width)
        covered += max(bottom - top + 1, 0) * max(right - left + 1, 0)
        if covered > MAX_COVERED:
            raise Refusal("merged", sheet=title)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    faults.setdefault(row, {})[column] = MERGED
    for row, column in scan.uncomputed:
        faults.setdefault(row, {})[column] = UNCOMPUTED
    return faults


def _plain(cell: ReadOnlyCell | EmptyCell, column: int, wrong: dict[int, str]) -> object:
    """The value as JSON can say it; what is wrong with it is added to the row's faults."""
    value = cell.value
    if isinstance(value, str):
        value = _ESCAPED.sub(_unescaped, value)
        if cell.data_type == "e":
            wrong[column] = ERROR
        elif len(value) > MAX_TEXT:
            wrong[column] = TOO_LONG
            value = value[:MAX_TEXT]
        return value or None
    if isinstance(value, datetime):
        return {"date": value.isoformat()}
    if isinstance(value, date):
        return {"date": datetime.combine(value, time()).isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    return value


def _unescaped(found: re.Match[str]) -> str:
    """The character Excel writes as «_x000D_»; one that no text may hold is left out."""
    character = chr(int(found[1], 16))
    return character if character.isprintable() or character in "\t\r\n\xa0" else ""


# Marking ---------------------------------------------------------------------------------------------------------


def mark(order: Mapping[str, Any], data: bytes) -> bytes:
    """The same workbook with the named cells coloured and the remarks in one more column of each of their sheets."""

    book = load_workbook(io.BytesIO(data), keep_links=False)
    red, wrapped = PatternFill("solid", fgColor=_PALE_RED), Alignment(wrap_text=True, vertical="top")
    for sheet in book.worksheets:
        marks = order["marks"].get(sheet.title, ())
        if not marks:
            continue
        _wash(sheet)
        remark_column = _remark_column(sheet, order["header_row"], order["label"], order["columns"])
        remarks: dict[int, list[str]] = {}
        for row, column, text in marks:
            if column:
                sheet.cell(row, column).fill = red
            remarks.setdefault(row, []).append(text)
        for row, texts in remarks.items():
            cell = sheet.cell(row, remark_column)
            write_text(cell, "\n".join(dict.fromkeys(texts)))
            cell.fill, cell.alignment = red, wrapped
    answer = io.BytesIO()
    book.save(answer)
    return answer.getvalue()


def write_text(cell: Cell, text: str) -> None:
    """Put the text into the cell as text, whatever it begins with."""

    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"


def _wash(sheet: Worksheet) -> None:
    """Take away the colour of an earlier marking: what was corrected since must not stay red."""

    for cell in _cells(sheet):
        if cell.has_style and cell.fill.fgColor.rgb == _PALE_RED:
            cell.fill = PatternFill()


def _remark_column(sheet: Worksheet, header: int, label: str, most_columns: int) -> int:
    """The column of an earlier marking, emptied, or a new one to the right of the table."""
    filled = [cell for cell in _cells(sheet) if cell.value is not None]
    earlier = next((cell.column for cell in filled if cell.row == header and cell.value == label), None)
    if earlier:
        for cell in filled:
            if cell.column == earlier and cell.row > header:
                cell.value = None
        return int(earlier)
    column = 1 + max((cell.column for cell in filled if cell.column <= most_columns), default=0)
    for ref in [ref for ref in sheet.merged_cells.ranges if ref.min_col <= column <= ref.max_col]:
        sheet.unmerge_cells(str(ref))
    write_text(sheet.cell(header, column), label)
    sheet.column_dimensions[letter(column)].width = 60
    return column


def _cells(sheet: Worksheet) -> list[Cell]:
    """The cells the file names; iterating over rows would make the million in between as well."""
    return list(sheet._cells.values())


# The program -----------------------------------------------------------------------------------------------------


def _answer_read(order: Mapping[str, Any], data: bytes) -> None:
    for line in read(order, data):
        sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _answer_mark(order: Mapping[str, Any], data: bytes) -> None:
    sys.stdout.buffer.write(mark(order, data))


def main(action: str, memory: str, seconds: str) -> None:
    fence(int(memory), int(seconds))
    warnings.simplefilter("ignore")
    answer: Callable[[Mapping[str, Any], bytes], None] = {"read": _answer_read, "mark": _answer_mark}[action]
    order = json.loads(sys.stdin.buffer.readline())
    try:
        answer(order, sys.stdin.buffer.read())
    except Refusal as refusal:
        _refuse(*refusal.args)
    except Exception as trouble:  # a stranger's file can fail in any way; the parent needs one answer
        sys.stderr.write(f"{type(trouble).__name__}: {trouble}\n")
        _refuse("heavy" if _is_lack_of_memory(trouble) else "unreadable", {})


def _refuse(code: str, details: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps({"refused": code, "details": details}) + "\n")


def _is_lack_of_memory(trouble: Exception) -> bool:
    """Whoever ran out of it says it in its own way: Python, zlib (Z_MEM_ERROR) or expat (XML_ERROR_NO_MEMORY)."""
    return isinstance(trouble, MemoryError) or "Error -4" in str(trouble) or getattr(trouble, "code", None) == 1


if __name__ == "__main__":
    main(*sys.argv[1:])
