"""Workbooks that come in: weighed before they are opened, read in a child process, handed on cell by cell.

Three steps, each with its own refusal in words: `inspect` looks at the directory of the zip file alone; `read` lets
a child process with little memory and little time turn the sheets into rows; the `as_…` readers turn one cell into
one value or say what is wrong with it and what to do.  Nothing is lost without a word: hidden rows, columns and
sheets are read and named, a formula without a result, a merged cell, an overlong text refuses to be read, and rows
beyond a long gap are named.
"""

import io
import json
import logging
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from zabota.lib import clock, kazakh
from zabota.lib.sheets_child import ERROR, MAX_GAP, MAX_TEXT, MERGED, TOO_LONG, UNCOMPUTED, letter

log = logging.getLogger(__name__)

T = TypeVar("T")
Words = str | Promise

MAX_FILE: Final = 10 * 2**20
MAX_UNPACKED: Final = 100 * 2**20
MAX_ENTRIES: Final = 200
MAX_RATIO: Final = 100
READING_MEMORY: Final = 512 * 2**20
SECONDS: Final = 60

_ROOT = Path(__file__).resolve().parents[2]
_NEEDED = {"[Content_Types].xml", "xl/workbook.xml"}
_FORBIDDEN = re.compile(r"(^|/)(vbaProject\.bin|externalLinks/|embeddings/|activeX/)", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DIRECTORY_ENTRY = b"PK\x01\x02"


def said(words: Words, **details: object) -> Words:
    """The sentence with its details, put together in the reader's language when it is shown."""
    return lazy(lambda: str(words) % {name: str(detail) for name, detail in details.items()}, str)()


class Refused(Exception):
    """The workbook as a whole cannot be taken; the message says why and what to do."""

    def __init__(self, message: Words) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


# The file --------------------------------------------------------------------------------------------------------


def inspect(source: bytes | Path) -> None:
    """Refuse what is no plain workbook of a sane size, judging by the directory of the zip file alone.

    Sound, because Python's zipfile never unpacks more of an entry than its directory declares.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > MAX_FILE:
        raise Refused(said(_("The file is larger than %(limit)s MB. Split it into several files."), limit=10))
    data = source if isinstance(source, bytes) else source.read_bytes()
    if data.startswith(_OLE):
        raise Refused(
            _(
                "The file has a password or is in the old .xls form. "
                "Remove the password and save it as “Excel Workbook (.xlsx)”."
            )
        )
    if data.count(_DIRECTORY_ENTRY) > MAX_ENTRIES:
        raise Refused(_("The file has too many parts for a workbook."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _inspect_directory(archive.infolist())
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError) as trouble:
        raise Refused(
            _("The file is not an Excel workbook. Save it as “Excel Workbook (.xlsx)” and upload it again.")
        ) from trouble


def _inspect_directory(entries: Sequence[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused(_("The file has a password. Remove the password and upload it again."))
    if len(set(names)) != len(names) or not all(_is_plain(entry) for entry in entries):
        raise Refused(_("The file has parts with names a workbook never has."))
    if not set(names) >= _NEEDED:
        raise Refused(_("The file is not an Excel workbook. Save it as “Excel Workbook (.xlsx)” and upload it again."))
    if any(_FORBIDDEN.search(name) for name in names):
        raise Refused(
            _(
                "The workbook has macros, embedded objects or links to other files. "
                "Copy the table into a new workbook and upload that."
            )
        )
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or any(entry.file_size > MAX_RATIO * max(entry.compress_size, 1) for entry in entries):
        raise Refused(_("The workbook grows too large when it is opened. Copy the table into a new workbook."))


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    name = entry.orig_filename
    steps = name.split("/")
    return (
        not name.startswith("/")
        and ".." not in steps
        and not any(mark < " " or mark in "\\:\x7f" for mark in name)
        and entry.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    )


# Cells, rows, sheets ---------------------------------------------------------------------------------------------

Value = str | int | float | bool | datetime | None


class Cell(NamedTuple):
    """One cell of a workbook: where it stands and what it holds; `fault` says why its value cannot be trusted."""

    sheet: str
    row: int
    column: int
    value: Value
    fault: str = ""
    since_1904: bool = False

    @property
    def letter(self) -> str:
        return letter(self.column)

    @property
    def address(self) -> str:
        return f"{self.letter}{self.row}"

    @property
    def is_blank(self) -> bool:
        return not self.fault and (self.value is None or (isinstance(self.value, str) and not kazakh.tidy(self.value)))


@dataclass(frozen=True, slots=True)
class Row:
    """A row with something in it, under the number the reader of the workbook sees."""

    sheet: str
    number: int
    values: Sequence[Value]
    faults: Mapping[int, str] = field(default_factory=dict)
    since_1904: bool = False

    def cell(self, column: int) -> Cell:
        """The cell of a column counted from one; beyond the last one cells are blank."""
        value = self.values[column - 1] if 1 <= column <= len(self.values) else None
        return Cell(self.sheet, self.number, column, value, self.faults.get(column, ""), self.since_1904)

    def __iter__(self) -> Iterator[Cell]:
        return (self.cell(column) for column in range(1, len(self.values) + 1))

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's rows that hold something, and what a reader of the rows alone would not notice."""

    name: str
    rows: Sequence[Row]
    hidden: bool = False
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[str] = ()
    merged: Sequence[str] = ()
    uncomputed: Sequence[str] = ()
    unread_from: int | None = None

    def notes(self) -> list[Words]:
        """What the sender should know about the sheet, each in one sentence."""
        told: list[Words] = []
        if self.hidden:
            told.append(said(_("Sheet “%(sheet)s” is hidden; it was read like the others."), sheet=self.name))
        for places, words in (
            (self.hidden_rows, _("Sheet “%(sheet)s” has hidden rows; they were read like the others: %(places)s.")),
            (self.hidden_columns, _("Sheet “%(sheet)s” has hidden columns; they were read too: %(places)s.")),
            (self.merged, _("Sheet “%(sheet)s” has merged cells; only the first cell of each counts: %(places)s.")),
            (self.uncomputed, _("Sheet “%(sheet)s” has formulas without a result: %(places)s.")),
        ):
            if places:
                told.append(said(words, sheet=self.name, places=_listed(places)))
        if self.unread_from is not None:
            told.append(
                said(
                    _(
                        "Sheet “%(sheet)s” goes on in row %(row)s after a gap of more than %(gap)s rows; "
                        "that part was not read."
                    ),
                    sheet=self.name,
                    row=self.unread_from,
                    gap=MAX_GAP,
                )
            )
        return told


@dataclass(frozen=True, slots=True)
class Workbook:
    sheets: Sequence[Sheet]

    @property
    def notes(self) -> list[Words]:
        return [note for sheet in self.sheets for note in sheet.notes()]


def _listed(places: Sequence[object]) -> str:
    shown = ", ".join(str(place) for place in places[:10])
    return f"{shown}, …" if len(places) > 10 else shown


# Reading in a child ----------------------------------------------------------------------------------------------

_TOO_HEAVY = _("The workbook takes too much memory or time to read. Copy the table into a new workbook, or split it.")
_REASONS: Mapping[str, Words] = {
    "unreadable": _("The workbook is damaged or in an unusual form. Save it as “Excel Workbook (.xlsx)” once more."),
    "rows": _("The workbook has more than %(limit)s filled rows. Split it into several files."),
    "columns": _(
        "Sheet “%(sheet)s” has something in cell %(place)s. At most %(limit)s columns are read: "
        "clear the cells to the right of the table."
    ),
    "sheets": _("The workbook has more than %(limit)s sheets. Keep the filled ones."),
    "text": _("The workbook holds more text than a table can. Shorten the texts or split the file."),
    "merged": _("Sheet “%(sheet)s” has too many merged cells. Unmerge them."),
    "heavy": _TOO_HEAVY,
}


def read(data: bytes, *, max_rows: int = 10_000, max_columns: int = 60) -> Workbook:
    """The workbook's rows and what there is to know about them; raises `Refused`.

    `max_rows` counts the filled rows of all sheets together.
    """
    inspect(data)
    answer = in_child("read", {"rows": max_rows, "columns": max_columns}, data, memory=READING_MEMORY)
    *lines, _end = answer.splitlines()
    return Workbook(tuple(_sheets(map(json.loads, lines))))


def in_child(action: str, order: Mapping[str, object], data: bytes, *, memory: int, seconds: int = SECONDS) -> bytes:
    """What the program of `sheets_child` answers, within these bytes of memory and seconds; raises `Refused`.

    The child gets none of this process's environment: what opens strangers' files must not hold our keys.
    """
    environment = {"LC_ALL": "C.UTF-8", "OPENPYXL_LXML": "False", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        child = subprocess.run(
            [sys.executable, "-m", "zabota.lib.sheets_child", action, str(memory), str(seconds)],
            input=json.dumps(order).encode() + b"\n" + data,
            capture_output=True,
            timeout=seconds,
            cwd=_ROOT,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as trouble:
        raise Refused(_TOO_HEAVY) from trouble
    if child.stderr:
        log.warning("the child that opens workbooks says: %s", child.stderr[-2000:].decode(errors="replace"))
    if child.returncode or not child.stdout:
        raise Refused(_TOO_HEAVY)
    last_line = child.stdout.rstrip().rpartition(b"\n")[2]
    if last_line.startswith(b'{"refused":'):
        answer = json.loads(last_line)
        raise Refused(said(_REASONS[answer["refused"]], **answer["details"]))
    return child.stdout


def _sheets(lines: Iterable[Any]) -> Iterator[Sheet]:
    about: dict[str, Any] = {}
    rows: list[Row] = []
    for line in lines:
        if isinstance(line, dict):
            if about:
                yield _sheet(about, rows)
            about, rows = line, []
        else:
            number, values, faults = line
            rows.append(
                Row(
                    sheet=about["name"],
                    number=number,
                    values=tuple(_value(value) for value in values),
                    faults={int(column): fault for column, fault in faults.items()},
                    since_1904=about["since_1904"],
                )
            )
    if about:
        yield _sheet(about, rows)


def _sheet(about: Mapping[str, Any], rows: Sequence[Row]) -> Sheet:
    facts = {name: fact for name, fact in about.items() if name != "since_1904"}
    return Sheet(rows=tuple(rows), **facts)


def _value(value: Value | dict[str, str]) -> Value:
    return datetime.fromisoformat(value["date"]) if isinstance(value, dict) else value


# One cell, one value ---------------------------------------------------------------------------------------------

_FAULTS: Mapping[str, tuple[Words, Words]] = {
    UNCOMPUTED: (
        _("The formula in this cell has no result."),
        _("Open the file in Excel, save it and upload it again, or type the value itself."),
    ),
    ERROR: (_("The formula in this cell ends in an error."), _("Correct it or type the value itself.")),
    TOO_LONG: (said(_("The text is longer than %(limit)s characters."), limit=MAX_TEXT), _("Shorten it.")),
    MERGED: (_("The cell is merged with another one."), _("Unmerge the cells and fill in each of them.")),
}
_DATE_REMEDY = _("Write the date as 31.12.2015.")
_WHOLE_REMEDY = _("Write a whole number without words, for example 1200.")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[./\-]([0-9]{1,2})[./\-]([0-9]{4}|[0-9]{2})(?:\s*(?:г|г\.|ж|ж\.))?")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ][0-9:.]+)?")
_SERIAL = re.compile(r"[1-7][0-9]{4}")
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 73_050  # 1927 to 2099: smaller numbers are counts or years, not dates
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_NUMBER = re.compile(r"([+-]?[0-9]+)(?:[.,]([0-9]+))?")


class BadCell(Exception):
    """A cell whose value cannot be taken: what is wrong in one sentence, what to do in another."""

    def __init__(self, cell: Cell, message: Words, remedy: Words = "") -> None:
        super().__init__(cell, message, remedy)
        self.cell = cell
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        told = self.as_dict()
        words = _("Sheet “%(sheet)s”, row %(row)s, column %(letter)s, “%(value)s”: %(message)s %(remedy)s")
        if not told["value"]:
            words = _("Sheet “%(sheet)s”, row %(row)s, column %(letter)s: %(message)s %(remedy)s")
        return (str(words) % told).strip()

    def as_dict(self) -> dict[str, Any]:
        """Everything in words of the language now active, ready to be kept as JSON."""
        return {
            "sheet": self.cell.sheet,
            "row": self.cell.row,
            "column": self.cell.column,
            "letter": self.cell.letter,
            "value": _shown(self.cell),
            "message": str(self.message),
            "remedy": str(self.remedy),
        }


def filled(cell: Cell) -> Cell:
    """The cell itself if it holds something, for values that may not be missing: `as_date(filled(cell))`."""
    if cell.is_blank:
        raise BadCell(cell, _("The cell is empty."), _("Fill it in."))
    return cell


def as_text(cell: Cell) -> str:
    """The text in one line, gaps single, invisible characters gone; a number as its digits; blank is empty."""
    _sound(cell)
    if isinstance(cell.value, datetime):
        raise BadCell(
            cell,
            _("The spreadsheet has turned this text into a date."),
            _("Set the cell’s format to “Text” and type it again."),
        )
    return _shown(cell)


def as_name(cell: Cell) -> str:
    """A person's or a place's name: the text with Latin look-alikes in Cyrillic words put right."""
    return kazakh.repair(as_text(cell))


def as_date(cell: Cell) -> date | None:
    """A date written as one, as 31.12.2015, 31.12.15 or 2015-12-31, or as a spreadsheet's day number; blank is None.

    Two digits of a year mean the century that ends less than ten years ahead.
    """
    _sound(cell)
    if cell.is_blank:
        return None
    day = _dated(cell)
    if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise BadCell(cell, _("This is not a date."), _DATE_REMEDY)
    return day


def as_whole(cell: Cell, *, least: int = 0, most: int = 10**12) -> int | None:
    """A whole number between two bounds; «1 200», «1200,00» and a text of digits are numbers too; blank is None."""
    _sound(cell)
    if cell.is_blank:
        return None
    number = _whole(cell)
    if number is None:
        raise BadCell(cell, _("This is not a whole number."), _WHOLE_REMEDY)
    if not least <= number <= most:
        remedy = said(_("Write a number from %(least)s to %(most)s."), least=least, most=most)
        raise BadCell(cell, _("The number is out of bounds."), remedy)
    return number


def as_choice(cell: Cell, choices: Mapping[str, T]) -> T | None:
    """What the cell's word stands for, compared as search compares; blank is None.

    Give every accepted spelling in every language as a key; the first ones are named in the remedy.
    """
    text = as_text(cell)
    if not text:
        return None
    by_spelling = {kazakh.fold(spelling): meaning for spelling, meaning in choices.items()}
    wanted = kazakh.fold(text)
    if wanted not in by_spelling:
        remedy = said(_("Choose one of: %(choices)s."), choices=_listed(list(choices)))
        raise BadCell(cell, _("This word is not on the list."), remedy)
    return by_spelling[wanted]


def _sound(cell: Cell) -> None:
    if cell.fault:
        raise BadCell(cell, *_FAULTS[cell.fault])


def _shown(cell: Cell) -> str:
    match cell.value:
        case None:
            return ""
        case str(text):
            return kazakh.tidy(text)
        case datetime() as moment:
            return f"{moment:%d.%m.%Y}"
        case float(number) if number.is_integer() and abs(number) < 10**15:
            return str(int(number))
        case other:
            return str(other)


def _dated(cell: Cell) -> date | None:
    if isinstance(cell.value, datetime):
        return cell.value.date()
    text = _shown(cell)
    if _SERIAL.fullmatch(text) and not isinstance(cell.value, bool):
        return _from_serial(int(text), cell)
    if found := _DAY_FIRST.fullmatch(text):
        return _calendar_day(_full_year(found[3]), int(found[2]), int(found[1]))
    if found := _YEAR_FIRST.fullmatch(text):
        return _calendar_day(int(found[1]), int(found[2]), int(found[3]))
    return None


def _from_serial(serial: int, cell: Cell) -> date | None:
    if not _FIRST_SERIAL <= serial <= _LAST_SERIAL:
        return None
    zero = date(1904, 1, 1) if cell.since_1904 and not isinstance(cell.value, str) else date(1899, 12, 30)
    return zero + timedelta(days=serial)


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    last = clock.today().year + 9
    return last - (last - year) % 100


def _calendar_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _whole(cell: Cell) -> int | None:
    if isinstance(cell.value, bool | datetime):
        return None
    if isinstance(cell.value, int):
        return cell.value
    if isinstance(cell.value, float):
        return int(cell.value) if cell.value.is_integer() else None
    found = _NUMBER.fullmatch(_shown(cell).replace(" ", ""))
    # «1,200» is a thousand to some and one to others: three digits after the mark are not guessed at
    if not found or (found[2] and (len(found[2]) == 3 or found[2].strip("0"))):
        return None
    return int(found[1])


# Columns by their names ------------------------------------------------------------------------------------------

_BRACKETS = re.compile(r"\([^)]*\)")
_EITHER = re.compile(r"[/|\n]")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what, by the names in a header row."""

    header: Row
    at: Mapping[str, int]
    missing: Sequence[str]
    unknown: Sequence[Cell]

    def pick(self, row: Row) -> dict[str, Cell]:
        """The cells of a row under their keys."""
        return {key: row.cell(column) for key, column in self.at.items()}


def columns(header_row: Row, names: Mapping[str, Sequence[str]]) -> Columns:
    """Find the columns by any of their names in any language; a name stands twice: raises `BadCell`.

    Compared as search compares; a remark in brackets may follow the name, and «Тегі / Фамилия» has two names of
    one column.  `missing` has the keys no column was found for, `unknown` the header cells that mean nothing here.
    """
    keys = {kazakh.fold(name): key for key, spellings in names.items() for name in spellings}
    at: dict[str, int] = {}
    unknown = []
    for cell in header_row:
        if cell.is_blank or cell.fault == MERGED:
            continue
        key = _key_of(str(cell.value), keys)
        if key is None:
            unknown.append(cell)
        elif key in at:
            raise BadCell(cell, _("Two columns have this name."), _("Rename or delete one of them."))
        else:
            at[key] = cell.column
    return Columns(header_row, at, tuple(key for key in names if key not in at), tuple(unknown))


def find_header(sheet: Sheet, names: Mapping[str, Sequence[str]], *, within: int = 20) -> Columns:
    """The columns by the row among the sheet's first ones that names most of them; raises `Refused` if none does."""
    keys = {kazakh.fold(name): key for key, spellings in names.items() for name in spellings}

    def known(row: Row) -> int:
        return sum(_key_of(str(cell.value), keys) is not None for cell in row if not cell.is_blank)

    best = max(sheet.rows[:within], key=known, default=None)
    if best is None or not known(best):
        expected = _listed([spellings[0] for spellings in names.values()])
        words = _("Sheet “%(sheet)s” has no row with the names of the columns. Expected: %(names)s.")
        raise Refused(said(words, sheet=sheet.name, names=expected))
    return columns(best, names)


def _key_of(header: str, keys: Mapping[str, str]) -> str | None:
    without_remark = _BRACKETS.sub(" ", header)
    for spelling in (header, without_remark):
        if (key := keys.get(kazakh.fold(spelling))) is not None:
            return key
    found = {key for part in _EITHER.split(without_remark) if (key := keys.get(kazakh.fold(part))) is not None}
    return found.pop() if len(found) == 1 else None
