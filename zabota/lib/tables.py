"""A listing is described once and shown three times: on the screen, in a workbook, on paper."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise

from zabota.lib import sheets_out

GAP = "\u202f"  # narrow and unbreakable


def grouped(number: int | None) -> str:
    """«45 000»."""
    return f"{number or 0:,}".replace(",", GAP)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, how to get its value from an object, how a spreadsheet shows it.

    `personal` columns name people and vanish for those who may not see names; `number` columns stand to the right.
    On the screen `tone` makes the words a state badge and `href` a link; an empty answer makes them neither.
    """

    label: str | Promise
    value: Callable[[Any], Any]
    number_format: str = sheets_out.GENERAL
    personal: bool = False
    number: bool = False
    tone: Callable[[Any], str] | None = None
    href: Callable[[Any], str] | None = None

    def text(self, item: Any) -> str:
        """The value as people read it."""
        value = self.value(item)
        if value in (None, ""):
            return "–"
        if isinstance(value, date):
            return f"{value:%d.%m.%Y}"
        if self.number_format == sheets_out.SHARE:
            return f"{value:.0%}"
        return grouped(value) if self.number and isinstance(value, int) else str(value)

    def cell(self, item: Any) -> dict[str, Any]:
        return {
            "value": self.text(item),
            "label": str(self.label),
            "number": self.number,
            "tone": self.tone(item) if self.tone else "",
            "href": self.href(item) if self.href else "",
        }


class Table:
    """Columns in their order."""

    def __init__(self, *columns: Column) -> None:
        self.columns = columns

    def without_personal(self) -> "Table":
        """The same table without names of people."""
        return Table(*(column for column in self.columns if not column.personal))

    @property
    def headers(self) -> list[str]:
        """The names of the columns in the language now active."""
        return [str(column.label) for column in self.columns]

    def rows(self, objects: Iterable[Any]) -> Iterator[list[Any]]:
        """The values of each object, one row at a time."""
        for item in objects:
            yield [column.value(item) for column in self.columns]

    def on_screen(
        self, objects: Iterable[Any], href: Callable[[Any], str] | None = None, totals: dict[int, str] | None = None
    ) -> dict[str, Any]:
        """As components/table.html reads it; `href` is the row's, `totals` are ready texts by number of the column."""
        headers = [{"label": str(column.label), "number": column.number} for column in self.columns]
        rows = [
            {"href": href(item) if href else "", "cells": [column.cell(item) for column in self.columns]}
            for item in objects
        ]
        return {"headers": headers, "rows": rows, "foot": {"cells": self._foot(totals)} if totals else None}

    def _foot(self, totals: dict[int, str]) -> list[dict[str, Any]]:
        return [
            {"value": totals.get(place, ""), "number": column.number, "label": column.label if place in totals else ""}
            for place, column in enumerate(self.columns)
        ]

    def place_of(self, label: str | Promise) -> int:
        """The number of the column with this name."""
        return next(place for place, column in enumerate(self.columns) if column.label == label)

    def to_sheet(
        self, objects: Iterable[Any], *, title: str | Promise, above: Iterable[str | Promise] = ()
    ) -> sheets_out.Sheet:
        """The rows as a sheet of a workbook, with lines of text above them (who, when, why)."""
        return sheets_out.Sheet(
            title=title,
            headers=self.headers,
            rows=self.rows(objects),
            number_formats=[column.number_format for column in self.columns],
            above=tuple(above),
        )

    def to_xlsx(
        self, objects: Iterable[Any], *, title: str | Promise = "1", above: Iterable[str | Promise] = ()
    ) -> bytes:
        """The rows as a workbook of one sheet."""
        return sheets_out.workbook(self.to_sheet(objects, title=title, above=above))
