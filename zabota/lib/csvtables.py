"""A folder of CSV tables, declared once, brought into the database all or nothing, and written out again.

Loading goes through staging: every file is read cell by cell, copied into a temporary table of its own (`load_<name>`),
its references are looked up, its rules are checked there, and one statement a model writes its rows.  So a million rows
cost no more statements than ten, and little memory.

Nothing stops at the first mistake.  A row with a problem is set aside, rows that refer to it are set aside without a
word, and reading goes on; `Rejected` then brings all problems of all files, and the caller's transaction undoes the rest.
"""

import csv
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any, ClassVar, Final

from django.db import connection, models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zabota.lib import iin
from zabota.lib.secret import blind_index, seal, unseal

Words = str | Promise
LOCK: Final = 7_214_002  # the advisory lock of whoever loads: one at a time

# Problems --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what to do, in the language that was active when it was found.

    `line` counts from one, the header being the first; zero is the file as a whole.
    """

    file: str
    line: int
    column: str
    value: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = [self.file]
        if self.line:
            place.append(_("line %(line)s") % {"line": self.line})
        if self.column:
            place.append(_("column %(column)s") % {"column": self.column})
        if self.value:
            place.append(f"«{self.value}»")
        return f"{', '.join(place)}: {self.message} {self.remedy}".strip()


class Rejected(Exception):
    """The folder cannot be loaded as it is; nothing may be kept of it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class BadValue(Exception):
    """A cell that cannot be taken: what is wrong in one sentence, what to do in another."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


# Kinds of cells --------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """The text as it is kept: no gaps around it, lines ended in one way."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of cell: its type in the staging table, how it is read and how it is written.

    `empty` is what a blank cell means.  Reading what was written gives the same text again.
    """

    sql: ClassVar[str] = "text"
    empty: Any = ""

    def parse(self, text: str) -> Any:
        """The value of a cell that is not blank; raises BadValue."""
        return text

    def format(self, value: Any) -> str:
        return "" if value is None else clean(str(value))

    def staged(self, name: str) -> list[tuple[str, str]]:
        """Names and types of the columns that hold such a cell while loading."""
        return [(name, self.sql)]

    def parts(self, value: Any) -> list[Any]:
        """The value for each of these columns."""
        return [value]


@dataclass(frozen=True, kw_only=True)
class Text(Kind):
    """A text; `pattern` says what it may look like, `remedy` says the same in words."""

    limit: int
    pattern: str = ""
    remedy: Words = ""

    def parse(self, text: str) -> str:
        if "\x00" in text:
            raise BadValue(_("The text holds a character that no text has."), _("Type the text again."))
        if len(text) > self.limit:
            raise BadValue(
                _("The text is too long: %(length)s characters.") % {"length": len(text)},
                _("Keep it within %(limit)s characters.") % {"limit": self.limit},
            )
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise BadValue(_("This does not look as it should."), str(self.remedy))
        return text


def text_of(model: type[models.Model], name: str, *, pattern: str = "", remedy: Words = "") -> Text:
    """A text as long as the model's field allows."""
    limit = model._meta.get_field(name).max_length  # type: ignore[union-attr]
    return Text(limit=limit or 0, pattern=pattern, remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class Day(Kind):
    """A date in ISO form."""

    sql: ClassVar[str] = "date"
    empty: Any = None

    def parse(self, text: str) -> date:
        try:
            day = date.fromisoformat(text) if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
        except ValueError:
            day = None
        if day is None:
            raise BadValue(_("This is not a date."), _("Write the date as 2027-01-31."))
        if not 1900 <= day.year <= 2099:
            raise BadValue(_("The year cannot be right."), _("Write a date from 1900 to 2099."))
        return day

    def format(self, value: Any) -> str:
        return "" if value is None else value.isoformat()


@dataclass(frozen=True, kw_only=True)
class Whole(Kind):
    """A whole number between two bounds, both included."""

    sql: ClassVar[str] = "bigint"
    empty: Any = None
    least: int = 0
    most: int = 32767

    def parse(self, text: str) -> int:
        number = int(text) if re.fullmatch("-?[0-9]{1,18}", text) else None
        if number is None:
            raise BadValue(_("This is not a whole number."), _("Write digits only, for example 1200."))
        if not self.least <= number <= self.most:
            raise BadValue(
                _("The number is out of bounds."),
                _("Write a number from %(least)s to %(most)s.") % {"least": self.least, "most": self.most},
            )
        return number


@dataclass(frozen=True, kw_only=True)
class Flag(Kind):
    """Yes or no, written 1 and 0."""

    sql: ClassVar[str] = "boolean"
    empty: Any = False

    def parse(self, text: str) -> bool:
        if text not in ("0", "1"):
            raise BadValue(_("This is neither 0 nor 1."), _("Write 1 for yes or 0 for no."))
        return text == "1"

    def format(self, value: Any) -> str:
        return "1" if value else "0"


@dataclass(frozen=True, kw_only=True)
class Code(Kind):
    """One code of a list; the codes never change meaning."""

    codes: Sequence[str]

    def parse(self, text: str) -> str:
        return one_of(text, self.codes)


@dataclass(frozen=True, kw_only=True)
class Codes(Kind):
    """Several codes with semicolons between them, each once, in the order of the list."""

    sql: ClassVar[str] = "text[]"
    empty: Any = field(default_factory=list)
    codes: Sequence[str]

    def parse(self, text: str) -> list[str]:
        return self._ordered(one_of(part.strip(), self.codes) for part in text.split(";"))

    def format(self, value: Any) -> str:
        return ";".join(self._ordered(str(code) for code in value or ()))

    def _ordered(self, codes: Iterable[str]) -> list[str]:
        return sorted(set(codes), key=lambda code: (code not in self.codes, [*self.codes, code].index(code), code))


@dataclass(frozen=True, kw_only=True)
class Ranges(Kind):
    """Small numbers as «7», «1-4» or «0-4;11»; written with a run of numbers as a range."""

    sql: ClassVar[str] = "smallint[]"
    empty: Any = field(default_factory=list)
    most: int

    def parse(self, text: str) -> list[int]:
        numbers: set[int] = set()
        for part in text.split(";"):
            found = re.fullmatch(r"\s*([0-9]{1,2})(?:\s*[-–]\s*([0-9]{1,2}))?\s*", part)
            first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
            if not first <= last <= self.most:
                raise BadValue(
                    _("This is not a list of numbers from 0 to %(most)s.") % {"most": self.most},
                    _("Write it as 7, as 1-4 or as 0-4;11."),
                )
            numbers.update(range(first, last + 1))
        return sorted(numbers)

    def format(self, value: Any) -> str:
        runs: list[list[int]] = []
        for number in sorted(set(value or ())):
            if runs and runs[-1][1] == number - 1:
                runs[-1][1] = number
            else:
                runs.append([number, number])
        return ";".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


@dataclass(frozen=True, kw_only=True)
class Secret(Kind):
    """Twelve digits that the database cannot read: staged sealed, with `<name>_index` to compare by.

    With `checked` the last digit must be the check digit of an IIN or BIN.
    """

    checked: bool = True

    def parse(self, text: str) -> str:
        if not re.fullmatch("[0-9]{12}", text):
            raise BadValue(_("The number does not have twelve digits."), _("Write all twelve digits, zeros in front too."))
        if self.checked and not iin.check(text):
            raise BadValue(_("The check digit of the number is wrong."), _("Compare the number with the document."))
        return text

    def format(self, value: Any) -> str:
        return unseal(value or "")

    def staged(self, name: str) -> list[tuple[str, str]]:
        return [(name, "text"), (f"{name}_index", "text")]

    def parts(self, value: Any) -> list[Any]:
        return [seal(value), blind_index(value)]


def one_of(text: str, codes: Sequence[str]) -> str:
    if text not in codes:
        raise BadValue(_("There is no such code."), _("Write one of: %(codes)s.") % {"codes": ", ".join(codes)})
    return text


# Declarations ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind
    required: bool = False


@dataclass(frozen=True)
class Ref:
    """The columns name a row of another table by its key; the staging table gets that row's id in `into`.

    Where the last of the columns is blank there is nothing to look up.
    """

    columns: tuple[str, ...]
    to: "Table"
    into: str


@dataclass(frozen=True)
class Check:
    """A rule over the rows `s` that have no problem so far.

    `select` gives `line`, `value` and whatever the message names; each row it gives is a problem.
    """

    column: str
    select: str
    message: Words
    remedy: Words


@dataclass(frozen=True)
class Upsert:
    """Write the rows of `source` (`s` unless told) into a model: new ones are added, the rest brought up to date.

    `values` are SQL for each field's column, `once` is what only a new row gets (SQL, or a callable that gives the
    value).  Fields named in neither get their default.  A row that says nothing new is not written, so it leaves no
    trace in the audit; a changed one gets the next version.  `sealed` are columns whose stored text differs each
    time, with the column that says whether the value does.
    """

    model: type[models.Model]
    key: tuple[str, ...]
    values: Mapping[str, str]
    source: str = "s"
    once: Mapping[str, str | Callable[[], Any]] = field(default_factory=dict)
    sealed: Mapping[str, str] = field(default_factory=dict)

    def statement(self) -> tuple[str, list[Any]]:
        """The SQL that follows `with s as (…)`, and its parameters."""
        exprs: dict[str, str] = {**self.values}
        params: list[Any] = []
        for each in self.model._meta.local_concrete_fields:
            if each.column in exprs or each.generated or isinstance(each, models.AutoField):
                continue
            first = self.once.get(each.column)
            if isinstance(first, str):
                exprs[each.column] = first
            else:
                exprs[each.column] = "%s"
                value = first() if first else each.get_default()
                params.append(each.get_db_prep_save(value, connection))
        names = ", ".join(f'"{name}"' for name in exprs)
        select = f"select {', '.join(exprs.values())} from {self.source}"
        table = self.model._meta.db_table
        return f'insert into "{table}" as t ({names}) {select} {self._on_conflict()}', params

    def _on_conflict(self) -> str:
        key = ", ".join(f'"{name}"' for name in self.key)
        changing = [name for name in self.values if name not in self.key]
        if not changing:
            return f"on conflict ({key}) do nothing"
        sets = [f'"{name}" = {self._new(name)}' for name in changing]
        if any(each.name == "version" for each in self.model._meta.local_concrete_fields):
            sets.append('"version" = t."version" + 1')
        differs = " or ".join(f't."{n}" is distinct from excluded."{n}"' for n in changing if n not in self.sealed)
        return f"on conflict ({key}) do update set {', '.join(sets)} where {differs}"

    def _new(self, name: str) -> str:
        told_by = self.sealed.get(name)
        if told_by is None:
            return f'excluded."{name}"'
        return f'case when t."{told_by}" = excluded."{told_by}" then t."{name}" else excluded."{name}" end'


Step = Check | Upsert | str


@dataclass(frozen=True, kw_only=True)
class Table:
    """One file: its columns in their order, the columns that are its key, and the way of its rows into the database.

    `known` selects `id` and the key columns of all rows of the database, for those who refer to them.  `extra` are
    columns of the staging table that steps fill.  A step that is a text is a statement of SQL; it sees `load_…`.
    `dump` selects all rows in a lasting order, a value for each column.
    """

    file: str
    columns: Sequence[Column]
    key: tuple[str, ...]
    known: str
    dump: str
    refs: Sequence[Ref] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    steps: Sequence[Step] = ()

    @property
    def staging(self) -> str:
        return f"load_{self.file.removesuffix('.csv')}"

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns]


# Reading a file --------------------------------------------------------------------------------------------------


class _Reader:
    """The rows of one file, value by value; what cannot be read goes to `problems`."""

    def __init__(self, table: Table, problems: list[Problem]) -> None:
        self.table = table
        self.problems = problems
        self.line = 0

    def rows(self, source: IO[bytes]) -> Iterator[list[Any]]:
        """`line`, `bad` and the staged values of each row."""
        lines = csv.reader(self._decoded(source), strict=True)
        try:
            header = [clean(cell) for cell in next(lines, [])]
            order = self._order(header)
            if order is None:
                return
            self.line = lines.line_num + 1
            for cells in lines:
                if any(cells):
                    yield self._row(cells, header, order)
                self.line = lines.line_num + 1
        except UnicodeDecodeError:
            self._say("", "", _("The file is not in UTF-8."), _("Save it as “CSV UTF-8”."))
        except csv.Error:
            words = _("The quotation marks of this line do not fit together.")
            self._say("", "", words, _("Put a text with commas in quotation marks, and double those inside it."))

    def _decoded(self, source: IO[bytes]) -> Iterator[str]:
        for number, raw in enumerate(source, 1):
            try:
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                self.line = number
                raise

    def _order(self, header: list[str]) -> list[int] | None:
        """Where each column stands in the file; None, with the problems told, if the header is not the table's."""
        self.line = 1
        remedy = _("The first line must be: %(header)s.") % {"header": ",".join(self.table.header)}
        before = len(self.problems)
        if not any(header):
            self._say("", "", _("The file has no header."), remedy)
            return None
        for name in dict.fromkeys(header):
            if name not in self.table.header:
                self._say(name, "", _("The table has no such column."), remedy)
            elif header.count(name) > 1:
                self._say(name, "", _("The column stands there twice."), remedy)
        for name in self.table.header:
            if name not in header:
                self._say(name, "", _("The column is missing."), remedy)
        return [header.index(name) for name in self.table.header] if len(self.problems) == before else None

    def _row(self, cells: list[str], header: list[str], order: list[int]) -> list[Any]:
        before = len(self.problems)
        if len(cells) != len(header):
            words = _("The line has %(cells)s cells and the header %(names)s.")
            remedy = _("Check the commas and quotation marks of this line.")
            self._say("", "", words % {"cells": len(cells), "names": len(header)}, remedy)
            cells = [*cells, *[""] * len(header)]
        values: list[Any] = []
        for column, place in zip(self.table.columns, order, strict=True):
            values += column.kind.parts(self._value(column, clean(cells[place]), quiet=len(self.problems) > before and not values))
        return [self.line, len(self.problems) > before, *values]

    def _value(self, column: Column, text: str, quiet: bool) -> Any:
        try:
            if text:
                return column.kind.parse(text)
            if column.required and not quiet:
                raise BadValue(_("The cell is empty."), _("Fill it in."))
        except BadValue as trouble:
            self._say(column.name, text, trouble.message, trouble.remedy)
        return column.kind.empty

    def _say(self, column: str, value: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.table.file, self.line, column, value, message, remedy))


# Loading ---------------------------------------------------------------------------------------------------------


