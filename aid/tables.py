"""Listings of aid, described once for the screen and for files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter, methodcaller
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from aid.models import Donation, Handout
from aid.money import grouped
from aid.states import FamilyState
from schools.models import Scoped
from zabota.lib.sheets_out import DATE, WHOLE
from zabota.lib.tables import Column, Table


@dataclass(frozen=True, slots=True)
class State(Column):
    """A column whose words carry a shape and a colour (components/state_badge.html)."""

    tone: Callable[[Any], str] = str


FAMILY_TONES = {
    FamilyState.DRAFT: "none",
    FamilyState.SUBMITTED: "due",
    FamilyState.APPROVED: "ok",
    FamilyState.REMOVED: "none",
}


def family_tone(family: Any) -> str:
    return FAMILY_TONES[family.state]


def gift_state(gift: Donation) -> str:
    """Pledged → received → given: how far the gift has come."""
    if gift.received_on is None:
        return str(_("pledged"))
    pieces_left = gift.quantity - (gift.given or 0)  # type: ignore[attr-defined]
    sum_left = gift.tenge - (gift.given_tenge or 0)  # type: ignore[attr-defined]
    spent = sum_left <= 0 if gift.kind == "money" else pieces_left <= 0
    return str(_("given")) if spent else str(_("received"))


def gift_tone(gift: Donation) -> str:
    if gift.received_on is None:
        return "due"
    return "ok" if gift_state(gift) == str(_("given")) else "info"


def proof_state(handout: Handout) -> str:
    if handout.proof_due is None:
        return "–"
    if handout.proof_on is not None:
        return str(_("handed in %(day)s") % {"day": f"{handout.proof_on:%d.%m.%Y}"})
    return str(_("due %(day)s") % {"day": f"{handout.proof_due:%d.%m.%Y}"})


FAMILIES = Table(
    Column(_("Family"), attrgetter("name"), personal=True),
    Column(_("Key"), attrgetter("key")),
    Column(_("School"), attrgetter("unit.name")),
    Column(_("Children"), attrgetter("children"), WHOLE, number=True),
    State(_("State"), methodcaller("get_state_display"), tone=family_tone),
    Column(_("Approved on"), attrgetter("approved_on"), DATE),
)

FAMILIES_BY_SCHOOL = Table(
    Column(_("School"), attrgetter("name")),
    Column(_("Approved"), attrgetter("approved"), WHOLE, number=True),
    Column(_("Waiting for the district"), attrgetter("waiting"), WHOLE, number=True),
    Column(_("Drafts"), attrgetter("drafts"), WHOLE, number=True),
    Column(_("Removed"), attrgetter("removed"), WHOLE, number=True),
)

HANDOUTS = Table(
    Column(_("Child"), attrgetter("pupil.full_name"), personal=True),
    Column(_("Date"), attrgetter("date"), DATE),
    Column(_("School"), attrgetter("unit.name")),
    Column(_("Source"), methodcaller("get_source_display")),
    Column(_("Kind of aid"), methodcaller("get_kind_display")),
    Column(_("Size"), attrgetter("size")),
    Column(_("Pieces"), attrgetter("quantity"), WHOLE, number=True),
    Column(_("Sum, ₸"), attrgetter("tenge"), WHOLE, number=True),
    Column(_("Proof of purchase"), proof_state),
)

HANDOUTS_BY_SCHOOL = Table(
    Column(_("School"), attrgetter("name")),
    Column(_("Children helped"), attrgetter("children"), WHOLE, number=True),
    Column(_("Handouts"), attrgetter("handouts"), WHOLE, number=True),
    Column(_("Sum, ₸"), attrgetter("tenge"), WHOLE, number=True),
)

DONATIONS = Table(
    Column(_("Donor"), attrgetter("donor.name")),
    Column(_("Unit"), attrgetter("unit.name")),
    Column(_("Kind of aid"), methodcaller("get_kind_display")),
    Column(_("Size"), attrgetter("size")),
    Column(_("Pieces"), attrgetter("quantity"), WHOLE, number=True),
    Column(_("Given, pieces"), lambda gift: gift.given or 0, WHOLE, number=True),
    Column(_("Sum, ₸"), attrgetter("tenge"), WHOLE, number=True),
    Column(_("Given, ₸"), lambda gift: gift.given_tenge or 0, WHOLE, number=True),
    State(_("State"), gift_state, tone=gift_tone),
)

DONATIONS_BY_UNIT = Table(
    Column(_("Unit"), attrgetter("name")),
    Column(_("Gifts"), attrgetter("gifts"), WHOLE, number=True),
    Column(_("Pledged, ₸"), attrgetter("pledged"), WHOLE, number=True),
    Column(_("Received, ₸"), attrgetter("received"), WHOLE, number=True),
)

# what the database counts for one unit of the tables above
FAMILY_COUNTS = {
    "approved": Count("pk", filter=Q(state=FamilyState.APPROVED)),
    "waiting": Count("pk", filter=Q(state=FamilyState.SUBMITTED)),
    "drafts": Count("pk", filter=Q(state=FamilyState.DRAFT)),
    "removed": Count("pk", filter=Q(state=FamilyState.REMOVED)),
}
HANDOUT_COUNTS = {
    "children": Count("pupil", distinct=True),
    "handouts": Count("pk"),
    "tenge": Sum("tenge", default=0),
}
DONATION_COUNTS = {
    "gifts": Count("pk"),
    "pledged": Sum("tenge", default=0),
    "received": Sum("tenge", default=0, filter=Q(received_on__isnull=False)),
}


def by_unit(rows: Scoped, counts: dict[str, Any]) -> Scoped:
    """The rows counted per unit by the database, in the order of the tree."""
    names = ("unit__code", "unit__name_kk", "unit__name_ru")
    grouped_rows: Scoped = rows.order_by().values("unit_id", *names).annotate(**counts).order_by("unit_id")
    return grouped_rows


@dataclass(frozen=True)
class Shown:
    """A table as components/table.html takes it."""

    headers: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    foot: dict[str, Any] | None = None


def on_screen(
    table: Table, objects: Iterable[Any], href: Callable[[Any], str] | None = None, totals: dict[int, str] | None = None
) -> Shown:
    """The table for the page; `totals` are ready texts by the number of the column."""
    headers = [{"label": column.label, "number": column.number} for column in table.columns]
    rows = [
        {"href": href(item) if href else "", "cells": [_cell(column, item) for column in table.columns]}
        for item in objects
    ]
    foot = None
    if totals:
        foot = {
            "cells": [
                {
                    "value": totals.get(place, ""),
                    "number": column.number,
                    "label": column.label if place in totals else "",
                }
                for place, column in enumerate(table.columns)
            ]
        }
    return Shown(headers, rows, foot)


def place_of(table: Table, label: Any) -> int:
    """The number of the column with this name."""
    return next(place for place, column in enumerate(table.columns) if column.label == label)


def _cell(column: Column, item: Any) -> dict[str, Any]:
    value = column.value(item)
    if isinstance(value, date):
        value = f"{value:%d.%m.%Y}"
    elif column.number:
        value = grouped(value)
    tone = column.tone(item) if isinstance(column, State) else ""
    return {
        "value": "–" if value in (None, "") else value,
        "label": column.label,
        "number": column.number,
        "tone": tone,
    }
