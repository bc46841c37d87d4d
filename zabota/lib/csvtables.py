"""A folder of CSV tables, declared once, brought into the database all or nothing, and written out again.

Loading goes through staging: every file is read cell by cell, copied into a temporary table of its own (`load_<name>`),
its references are looked up, its rules are checked there, and one statement a model writes its rows.  So a million rows
cost no more statements than ten, and little memory.

Nothing stops at the first mistake.  A row with a problem is set aside, rows that refer to it are set aside without a
word, and reading goes on; `Rejected` then brings all problems of all files, and the caller's transaction is undone.
"""

import csv
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from django.db import IntegrityError, connection, models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zabota.lib.csvcells import BadValue, Kind, Words, clean

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


# Declarations ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """A column of a file; `staged` is its name in the staging table where the file's own is taken there."""

    name: str
    kind: Kind
    required: bool = False
    staged: str = ""


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
            name = each.column or ""
            if name in exprs or each.generated or isinstance(each, models.AutoField):
                continue
            first = self.once.get(name)
            exprs[name] = first if isinstance(first, str) else "%s"
            if not isinstance(first, str):
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

    Without a key two rows may be alike, and the steps say which of them is which in the database.

    `known`, of a table that others refer to, selects `id` of all rows of the database and the columns by which they
    refer: the key, or `named` where that says more than the name.  `extra` are columns of the staging table that
    steps fill.  A step that is a text is a statement of SQL; it sees `load_…`.  `dump` selects all rows in a lasting
    order, a value a column.
    """

    file: str
    columns: Sequence[Column]
    key: tuple[str, ...]
    dump: str
    known: str = ""
    named: tuple[str, ...] = ()
    refs: Sequence[Ref] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    steps: Sequence[Step] = ()

    @property
    def staging(self) -> str:
        return f"load_{self.file.removesuffix('.csv')}"

    @property
    def name(self) -> tuple[str, ...]:
        return self.named or self.key

    @property
    def added(self) -> list[tuple[str, str]]:
        """Columns of the staging table that the file does not have."""
        return [*((ref.into, "bigint") for ref in self.refs), *self.extra.items()]

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
        fits = len(cells) == len(header)
        if not fits:
            words = _("The line has %(cells)s cells and the header %(names)s.")
            remedy = _("Check the commas and quotation marks of this line.")
            self._say("", "", words % {"cells": len(cells), "names": len(header)}, remedy)
            cells = [*cells, *[""] * len(header)]
        values: list[Any] = []
        for column, place in zip(self.table.columns, order, strict=True):
            text = clean(cells[place])
            try:
                value = self._value(column, text)
            except BadValue as trouble:
                value = column.kind.empty
                if fits:  # cells that have slipped aside are one problem, not ten
                    self._say(column.name, text, trouble.message, trouble.remedy)
            values += column.kind.parts(value)
        return [self.line, len(self.problems) > before, *values]

    def _value(self, column: Column, text: str) -> Any:
        if not text and column.required:
            raise BadValue(_("The cell is empty."), _("Fill it in."))
        return column.kind.parse(text) if text else column.kind.empty

    def _say(self, column: str, value: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.table.file, self.line, column, value, message, remedy))


# Loading ---------------------------------------------------------------------------------------------------------


class Loading:
    """One load of a folder: call `run` inside a transaction and let what it raises undo it."""

    def __init__(self, tables: Sequence[Table], folder: Path) -> None:
        """`tables` in an order in which nothing refers to a later one."""
        self.tables = tables
        self.folder = folder
        self.problems: list[Problem] = []

    def run(self) -> dict[str, int]:
        """Bring the folder in; returns the number of rows of each file that is there.  Raises Rejected."""
        files = self._files()
        self._execute("select pg_advisory_xact_lock(%s)", [LOCK])
        # each row of the audit is a subtransaction, and each of those walks the whole queue of deferred checks
        self._execute("set constraints all immediate")
        rows = {table.file: self._stage(table, files.get(table.file)) for table in self.tables}
        try:
            for table in self.tables:
                self._bring_in(table)
        except IntegrityError:  # a row that was set aside may have left its place to nobody: tell what is known so far
            if not self.problems:
                raise
        if self.problems:
            places = {table.file: place for place, table in enumerate(self.tables)}
            raise Rejected(sorted(self.problems, key=lambda problem: (places.get(problem.file, -1), problem.line)))
        return {file: count for file, count in rows.items() if file in files}

    def touched(self, table: Table) -> set[int]:
        """Ids of the rows of a table that the folder holds or refers to, once it is in."""
        same = " and ".join(f's."{name}" = k."{name}"' for name in table.name)
        selects = [f"select k.id from ({table.known}) k join {table.staging} s on {same}"]
        for each in self.tables:
            selects += [f"select {ref.into} from {each.staging}" for ref in each.refs if ref.to is table]
        return {row["id"] for row in self._execute(" union ".join(selects)) if row["id"] is not None}

    def _files(self) -> dict[str, Path]:
        if not self.folder.is_dir():
            words = _("There is no such folder."), _("Give the folder that holds the tables.")
            raise Rejected([Problem(str(self.folder), 0, "", "", *words)])
        known = [table.file for table in self.tables]
        files = {path.name: path for path in sorted(self.folder.iterdir()) if _is_meant(path, known)}
        remedy = _("Rename it or take it out of the folder. The tables are: %(tables)s.") % {"tables": ", ".join(known)}
        for name in files:
            if name not in known:
                self.problems.append(Problem(name, 0, "", "", _("The portal knows no table of this name."), remedy))
        return files

    def _stage(self, table: Table, path: Path | None) -> int:
        columns = [("line", "int"), ("bad", "boolean")]
        for column in table.columns:
            columns += column.kind.staged(column.staged or column.name)
        made = ", ".join(f'"{name}" {sql}' for name, sql in [*columns, *table.added])
        self._execute(f"drop table if exists {table.staging}")
        self._execute(f"create temp table {table.staging} ({made}) on commit drop")
        if path is None:
            return 0
        names = ", ".join(f'"{name}"' for name, _sql in columns)
        count = 0
        with (
            path.open("rb") as source,
            connection.cursor() as cursor,
            cursor.copy(f"copy {table.staging} ({names}) from stdin") as copy,
        ):
            for count, row in enumerate(_Reader(table, self.problems).rows(source), 1):  # noqa: B007
                copy.write_row(row)
        self._execute(f"analyze {table.staging}")
        return count

    def _bring_in(self, table: Table) -> None:
        if table.key:
            self._check(table, _each_once(table))
        for ref in table.refs:
            self._resolve(table, ref)
        for step in table.steps:
            if isinstance(step, Check):
                self._check(table, step)
            elif isinstance(step, Upsert):
                sql, params = step.statement()
                self._execute(f"{_good(table)} {sql}", params)
            else:
                self._execute(step)

    def _resolve(self, table: Table, ref: Ref) -> None:
        last = ref.columns[-1]
        pairs = list(zip(ref.columns, ref.to.name, strict=True))
        same = " and ".join(f's."{mine}" = k."{its}"' for mine, its in pairs)
        self._execute(f"update {table.staging} s set {ref.into} = k.id from ({ref.to.known}) k where {same}")
        self._execute(
            f"update {table.staging} s set bad = true"
            f" where not s.bad and exists (select from {ref.to.staging} k where k.bad and {same})"
        )
        missing = f"""select line, "{last}" as value, '{ref.to.file}' as file from s"""
        words = gettext_lazy("Neither %(file)s nor the portal has it.")
        remedy = gettext_lazy("Correct the cell or add the row to %(file)s.")
        self._check(table, Check(last, f"""{missing} where {ref.into} is null and "{last}" <> ''""", words, remedy))

    def _check(self, table: Table, check: Check) -> None:
        found = self._execute(f"{_good(table)} {check.select}")
        for details in found:
            message, remedy = str(check.message) % details, str(check.remedy) % details
            value = "" if details["value"] is None else str(details["value"])
            self.problems.append(Problem(table.file, details["line"], check.column, value, message, remedy))
        if found:
            lines = [details["line"] for details in found]
            self._execute(f"update {table.staging} set bad = true where line = any(%s)", [lines])

    @staticmethod
    def _execute(sql: str, params: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            if cursor.description is None:
                return []
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _is_meant(path: Path, known: Sequence[str]) -> bool:
    """A file that means to be a table, rightly named or not; a note about the folder may lie beside the tables."""
    return path.suffix.lower() == ".csv" or f"{path.stem}.csv" in known


def _good(table: Table) -> str:
    return f"with s as (select * from {table.staging} where not bad)"


def _each_once(table: Table) -> Check:
    names = [f'"{name}"' for name in table.key]
    said = {column.staged or column.name: column.name for column in table.columns}
    others = f"select line, {names[0]} as value, min(line) over (partition by {', '.join(names)}) as other from s"
    return Check(
        table.key[0],
        f"select *, '{', '.join(said[name] for name in table.key)}' as key from ({others}) t"
        " where line > other order by line",
        gettext_lazy("Line %(other)s has the same key (%(key)s)."),
        gettext_lazy("Leave one of the two lines."),
    )


# Writing ---------------------------------------------------------------------------------------------------------


def dump(tables: Sequence[Table], folder: Path) -> dict[str, int]:
    """Write all tables into the folder, for the eyes of its owner alone; returns the number of rows of each file.

    What is written depends on the rows and nothing else.  Call it inside a transaction that reads as of one moment.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {table.file: _write(table, folder / table.file) for table in tables}


def _write(table: Table, path: Path) -> int:
    kinds = [column.kind for column in table.columns]
    count = 0
    with (
        open(path, "w", encoding="utf-8", newline="", opener=_private) as file,
        connection.chunked_cursor() as cursor,
    ):
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(table.header)
        cursor.execute(table.dump)
        for count, row in enumerate(cursor, 1):  # noqa: B007
            lines.writerow([kind.format(value) for kind, value in zip(kinds, row, strict=True)])
    return count


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
