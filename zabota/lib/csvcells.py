"""Kinds of cells in the CSV tables of a folder: how each is read, staged and written.

Reading what was written gives the same value, and writing that the same text again.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from zabota.lib import iin
from zabota.lib.secret import blind_index, seal, unseal

Words = str | Promise


class BadValue(Exception):
    """A cell that cannot be taken: what is wrong in one sentence, what to do in another."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def clean(text: str) -> str:
    """The text as it is kept: no gaps around it, lines ended in one way."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of cell: its type in the staging table, how it is read and how it is written.

    `empty` is what a blank cell means.
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
        return sorted(set(codes), key=list(self.codes).index)


@dataclass(frozen=True, kw_only=True)
class Counts(Kind):
    """How many of each code, «teachers:12;police:3», in the order of the list."""

    sql: ClassVar[str] = "jsonb"
    empty: Any = field(default_factory=dict)
    codes: Sequence[str]
    most: int

    def parse(self, text: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        for part in text.split(";"):
            found = re.fullmatch(r"\s*(\w+)\s*:\s*([0-9]{1,18})\s*", part)
            if found is None or int(found[2]) > self.most:
                raise BadValue(
                    _("This is not a list of numbers with names."),
                    _("Write it as %(code)s:12.") % {"code": self.codes[0]},
                )
            if found[1] in counts:
                raise BadValue(_("A name stands there twice."), _("Write each name once."))
            counts[one_of(found[1], self.codes)] = int(found[2])
        return counts

    def format(self, value: Any) -> str:
        counts = json.loads(value) if isinstance(value, str) else value or {}
        return ";".join(f"{code}:{counts[code]}" for code in self.codes if code in counts)

    def parts(self, value: Any) -> list[Any]:
        return [json.dumps(value)]


@dataclass(frozen=True, kw_only=True)
class Keys(Kind):
    """Keys of other rows with semicolons between them, each once, in their order."""

    sql: ClassVar[str] = "text[]"
    empty: Any = field(default_factory=list)
    key: Text

    def parse(self, text: str) -> list[str]:
        return sorted({self.key.parse(part.strip()) for part in text.split(";")} - {""})

    def format(self, value: Any) -> str:
        return ";".join(sorted(value or ()))


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
            raise BadValue(
                _("The number does not have twelve digits."), _("Write all twelve digits, zeros in front too.")
            )
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
