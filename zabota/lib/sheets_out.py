"""Workbooks that go out: typed cells, frozen names of columns, filters, drop-downs; text is never a formula.

Rows are streamed, so a hundred thousand of them cost little memory.  `mark` gives a received workbook back with the
wrong cells coloured and a remark beside each row.
"""

import io
import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from zabota.lib.sheets_child import LISTS, letter
from zabota.lib.sheets_in import in_child, inspect

Words = str | Promise

TEXT: Final = "@"
DATE: Final = "dd.mm.yyyy"
WHOLE: Final = "#,##0"
SHARE: Final = "0.0%"
GENERAL: Final = "General"

MARKING_MEMORY: Final = 1024 * 2**20
_RISKY = tuple("=+-@\t\r\n＝＋－＠")
_FORBIDDEN_IN_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_TITLE, _LONGEST_TEXT = 31, 32_767
_PEEK = 50
_NARROWEST, _WIDEST = 8, 60
_DROP_DOWN_ROWS = 5_000
_EXACT_DIGITS = 15
_PAGE_WIDTH = 140  # characters of the usual size across A4 on its long side

_BOLD = Font(bold=True)
_TINT = PatternFill("solid", fgColor="FFE6F4F8")
_LINE = Border(bottom=Side(style="thin", color="FF0A5C7A"))
_WRAPPED = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of ours, for totals of a sheet people go on filling; nothing a user typed may come near it."""

    text: str

    def __post_init__(self) -> None:
        if not self.text.startswith("="):
            raise ValueError("a formula begins with =")


Value = str | int | float | bool | Decimal | date | datetime | time | Promise | Formula | None


@dataclass(frozen=True)
class Sheet:
    """One sheet: lines of text above, the names of the columns, the rows, the totals.

    `widths` and `number_formats` go by column; a missing width is taken from the first rows.  A column in the format
    `TEXT` stays text in its empty cells too, so that what people type keeps its zeros.  `choices` gives a column,
    counted from one, the words of its drop-down list.  `wrapped` text goes on in the next line of its cell.

    A printed sheet is as wide as the paper; with `page_breaks` (the last column of each page, counted from one) it
    takes several pages, and the `repeated_columns` at the left stand on every one.
    """

    title: Words
    headers: Sequence[Words]
    rows: Iterable[Sequence[Value]]
    widths: Sequence[float | None] = ()
    number_formats: Sequence[str] = ()
    above: Sequence[Words] = ()
    totals: Sequence[Value] = ()
    choices: Mapping[int, Sequence[Words]] = field(default_factory=dict)
    freeze: bool = True
    autofilter: bool = True
    hidden: bool = False
    wrapped: bool = False
    repeated_columns: int = 0
    page_breaks: Sequence[int] = ()


class Mark(NamedTuple):
    """A remark on a received workbook; column 0 means the row as a whole."""

    sheet: str
    row: int
    column: int
    text: str


def workbook(*sheets: Sheet) -> bytes:
    """The sheets as an XLSX file."""
    book = Workbook(write_only=True)
    try:
        _fill(book, sheets)
        stream = io.BytesIO()
        book.save(stream)
    except BaseException:
        _throw_away(book)
        raise
    return stream.getvalue()


def mark(original: bytes, errors: Iterable[Mark], *, header_row: int = 1, most_columns: int = 60) -> bytes:
    """The same workbook back, wrong cells coloured, with a column of remarks to the right; raises `Refused`.

    Marking a workbook marked before takes away its old colours and remarks first.  Done in a child process like
    reading, because the file is a stranger's.
    """
    inspect(original)
    marks: dict[str, list[tuple[int, int, str]]] = {}
    for error in errors:
        marks.setdefault(error.sheet, []).append((error.row, error.column, error.text))
    order = {"marks": marks, "label": _("What to correct"), "header_row": header_row, "columns": most_columns}
    return in_child("mark", order, original, memory=MARKING_MEMORY)


def _fill(book: Workbook, sheets: Iterable[Sheet]) -> None:
    titles: list[str] = []
    lists: list[list[str]] = []
    for sheet in sheets:
        titles.append(_title(str(sheet.title), titles))
        _write(book.create_sheet(titles[-1]), sheet, lists)
    if lists:
        _write_lists(book.create_sheet(LISTS), lists)


def _throw_away(book: Workbook) -> None:
    """End the streams of a workbook that failed half-way; the rows in its temporary files may name people."""
    for sheet in book.worksheets:
        if sheet._writer is not None and not sheet.closed:
            sheet.close()
            sheet._writer.cleanup()


def _write(target: WriteOnlyWorksheet, sheet: Sheet, lists: list[list[str]]) -> None:
    rows = iter(sheet.rows)
    first_rows = list(itertools.islice(rows, _PEEK))
    header = len(sheet.above) + 1
    _lay_out(target, sheet, first_rows, header)
    for line in sheet.above:
        target.append([_cell(target, line, GENERAL)])
    target.append([_header_cell(target, words) for words in sheet.headers])
    formats = _formats(sheet)
    last = header
    for last, row in enumerate(itertools.chain(first_rows, rows), header + 1):  # noqa: B007 - the last number counts
        cells = [_cell(target, value, kind) for value, kind in zip(row, formats, strict=True)]
        if sheet.wrapped:
            _wrap(cells)
        target.append(cells)
    if sheet.totals:
        target.append([_total_cell(target, value, kind) for value, kind in zip(sheet.totals, formats, strict=True)])
    if sheet.autofilter and sheet.headers:
        target.auto_filter.ref = f"A{header}:{letter(len(sheet.headers))}{last}"
    for column, words in sheet.choices.items():
        _drop_down(target, column, header + 1, last + _DROP_DOWN_ROWS, [str(word) for word in words], lists)


def _lay_out(target: WriteOnlyWorksheet, sheet: Sheet, first_rows: Sequence[Sequence[Value]], header: int) -> None:
    """All that the file says before its first row."""
    target.sheet_state = "hidden" if sheet.hidden else "visible"
    if sheet.freeze:
        target.freeze_panes = f"A{header + 1}"
    target.print_title_rows = f"{header}:{header}"
    target.page_setup.orientation = "landscape"
    target.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    target.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    given = [*sheet.widths, *itertools.repeat(None, len(sheet.headers) - len(sheet.widths))]
    for place, (words, width, kind) in enumerate(zip(sheet.headers, given, _formats(sheet), strict=True)):
        dimension = target.column_dimensions[letter(place + 1)]
        dimension.width = width or _width(str(words), [row[place] for row in first_rows])
        if kind != GENERAL:
            dimension.number_format = kind
    _break_pages(target, sheet)


def _break_pages(target: WriteOnlyWorksheet, sheet: Sheet) -> None:
    """As wide as one page, or cut into pages at a scale at which the widest of them fits."""
    if not sheet.page_breaks:
        target.page_setup.fitToHeight = 0
        target.sheet_properties.pageSetUpPr.fitToPage = True
        return
    widths = [target.column_dimensions[letter(place + 1)].width for place in range(len(sheet.headers))]
    names = sum(widths[: sheet.repeated_columns])
    starts = [sheet.repeated_columns, *sheet.page_breaks]
    widest = max(sum(widths[first:last]) for first, last in itertools.pairwise([*starts, len(widths)]))
    target.page_setup.scale = min(100, int(100 * _PAGE_WIDTH / (names + widest)))
    if sheet.repeated_columns:
        target.print_title_cols = f"A:{letter(sheet.repeated_columns)}"
    for column in sheet.page_breaks:
        target.col_breaks.append(Break(id=column))


def _formats(sheet: Sheet) -> list[str]:
    return [*sheet.number_formats, *itertools.repeat(GENERAL, len(sheet.headers) - len(sheet.number_formats))]


def _width(header: str, values: Iterable[Value]) -> int:
    longest_word = max((len(word) for word in header.split()), default=0)
    longest = max(
        (10 if isinstance(value, date) else len(str(value)) for value in values if value is not None), default=0
    )
    return min(max(longest_word, longest, _NARROWEST) + 2, _WIDEST)


def _cell(target: WriteOnlyWorksheet, value: Value, number_format: str) -> Cell | None:
    """One cell; whatever is no number, date or formula of ours goes in as text."""
    if value is None:
        return None
    cell = WriteOnlyCell(target)
    if isinstance(value, Formula):
        cell.value = value.text
    elif isinstance(value, bool | date | time):
        cell.value = timezone.make_naive(value) if isinstance(value, datetime) and value.tzinfo else value
    elif isinstance(value, int | float | Decimal) and _is_exact(value):
        cell.value = value
    else:
        _fill_text(cell, str(value))
    if number_format != GENERAL:
        cell.number_format = number_format
    return cell


def _wrap(cells: Iterable[Cell | None]) -> None:
    for cell in cells:
        if cell is not None:
            cell.alignment = _WRAPPED


def _is_exact(number: float | Decimal) -> bool:
    """A spreadsheet keeps fifteen digits and knows no infinity; what it would spoil goes in as text."""
    return math.isfinite(number) and abs(number) < 10**_EXACT_DIGITS


def _fill_text(cell: Cell, text: str) -> None:
    clean = ILLEGAL_CHARACTERS_RE.sub("", text)[:_LONGEST_TEXT]
    cell.value = clean
    cell.data_type = "s"
    if clean.startswith(_RISKY):
        cell.quotePrefix = True  # stays text even when somebody edits the cell


def _header_cell(target: WriteOnlyWorksheet, words: Words) -> Cell:
    cell = WriteOnlyCell(target)
    _fill_text(cell, str(words))
    cell.font, cell.fill, cell.border, cell.alignment = _BOLD, _TINT, _LINE, _WRAPPED
    return cell


def _total_cell(target: WriteOnlyWorksheet, value: Value, number_format: str) -> Cell | None:
    cell = _cell(target, value, number_format)
    if cell is not None:
        cell.font = _BOLD
    return cell


def _drop_down(
    target: WriteOnlyWorksheet, column: int, first: int, last: int, words: list[str], lists: list[list[str]]
) -> None:
    """A list in a cell range: written into the cell's own rule it could hold no comma and 255 characters at most."""
    if words not in lists:
        lists.append(words)
    source = letter(lists.index(words) + 1)
    rule = DataValidation(type="list", formula1=f"'{LISTS}'!${source}$1:${source}${len(words)}", allow_blank=True)
    rule.errorTitle, rule.error = _("Not on the list"), _("Choose one of the words on the list.")
    rule.showErrorMessage = True
    rule.add(f"{letter(column)}{first}:{letter(column)}{last}")
    target.data_validations.append(rule)


def _write_lists(target: WriteOnlyWorksheet, lists: Sequence[Sequence[str]]) -> None:
    target.sheet_state = "hidden"
    for words in itertools.zip_longest(*lists):
        target.append([_cell(target, word, GENERAL) for word in words])


def _title(wanted: str, taken: Sequence[str]) -> str:
    """A title Excel takes: at most 31 characters, none of []:*?/\\, not empty, unlike the others whatever the case."""
    plain = " ".join(_FORBIDDEN_IN_TITLE.sub(" ", wanted).split()).strip("'")[:_LONGEST_TITLE].strip(" '") or "1"
    names = {title.casefold() for title in (*taken, LISTS)}
    title, number = plain, 1
    while title.casefold() in names:
        number += 1
        title = f"{plain[: _LONGEST_TITLE - len(str(number)) - 1]} {number}"
    return title
