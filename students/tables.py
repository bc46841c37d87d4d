"""Listings of this app: the columns once, for screen and workbook."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter, methodcaller
from typing import Any

from django.utils.translation import gettext_lazy as _

from students.models import Case
from students.states import CaseState
from zabota.lib.tables import Column, Table

DATE = "dd.mm.yyyy"


def standing_in_words(case: Case) -> str:
    """How the case stands: its state, and for a confirmed one whether the child is back."""
    if case.state == CaseState.CONFIRMED and case.is_back:
        return str(_("returned"))
    if case.state == CaseState.CONFIRMED and case.relapsed_on:
        return str(_("out again"))
    return str(case.get_state_display())


def tone_of(case: Case) -> str:
    """The tone of its badge: waits for a person, still out, back, ended."""
    if case.state == CaseState.CONFIRMED:
        return "ok" if case.is_back else "late"
    return "due" if case.state == CaseState.DRAFT else "none"


CASES = Table(
    Column(_("Case"), attrgetter("key")),
    Column(_("Child"), attrgetter("child_name"), personal=True),
    Column(_("School or unit"), attrgetter("unit.name")),
    Column(_("Kind"), methodcaller("get_kind_display")),
    Column(_("Found on"), attrgetter("found_on"), DATE),
    Column(_("How found"), methodcaller("get_source_display")),
    Column(_("State"), standing_in_words),
)


@dataclass(frozen=True)
class Header:
    """A header as components/table.html reads it."""

    label: str
    number: bool


@dataclass(frozen=True)
class Cell:
    value: str
    label: str
    number: bool = False
    tone: str = ""


@dataclass(frozen=True)
class Line:
    cells: list[Cell]
    href: str


def shown(
    table: Table, objects: Any, href: Callable[[Any], str], tone: tuple[Any, Callable[[Any], str]] | None = None
) -> dict[str, Any]:
    """A table as components/table.html reads it; `tone` is a column's value and what gives its badge a tone."""
    headers = [Header(str(column.label), column.number) for column in table.columns]
    rows = []
    for item in objects:
        cells = [
            Cell(
                _as_text(column.value(item)),
                str(column.label),
                column.number,
                tone[1](item) if tone and column.value is tone[0] else "",
            )
            for column in table.columns
        ]
        rows.append(Line(cells, href(item)))
    return {"headers": headers, "rows": rows}


def _as_text(value: Any) -> str:
    return f"{value:%d.%m.%Y}" if hasattr(value, "strftime") else str(value)
