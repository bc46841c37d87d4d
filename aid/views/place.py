"""Where a listing looks: names up to the district, counts and keys above it (PRODUCT 1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.shortcuts import get_object_or_404
from django.urls import reverse

from aid.tables import Shown, by_unit, on_screen
from campaigns.windows import with_parents
from schools.access import Request
from schools.models import Scoped, Unit
from schools.number import ROOT
from schools.rights import Level
from schools.rights import Permission as P
from zabota.lib.paging import page_of
from zabota.lib.tables import Table


@dataclass(frozen=True)
class Place:
    """The subtrees that a listing shows, and whether names may stand in it."""

    units: list[int]
    chosen: Unit | None
    names: bool

    @property
    def in_rows(self) -> bool:
        """Row by row: where names may be seen, or for one school by keys."""
        return self.names or (self.chosen is not None and self.chosen.is_school)

    @property
    def country(self) -> bool:
        """The ministry chooses an oblast first: nothing is added up over the whole country during a request."""
        return not self.in_rows and ROOT in self.units


@dataclass(frozen=True)
class UnitRow:
    """One unit of a listing that shows counts."""

    name: str
    code: str
    counts: dict[str, int]

    def __getattr__(self, name: str) -> int:
        try:
            return self.counts[name]
        except KeyError:
            raise AttributeError(name)


def place_of_request(request: Request, permission: P) -> Place:
    """The unit of the address (`?unit=CODE`, 404 outside the user's subtrees), else all the user's units."""
    code = request.GET.get("unit")
    chosen = get_object_or_404(Unit.objects.for_user(request.user, permission), code=code) if code else None
    units = [chosen.pk] if chosen else request.user.grants.units(permission)
    names = all(request.user.grants.cover(P.CHILD_VIEW, unit) for unit in units)
    return Place(units, chosen, names)


def oblasts(request: Request, permission: P, url_name: str) -> list[tuple[str, str]]:
    """Name and address of every unit directly under the ministry."""
    below = Unit.objects.for_user(request.user, permission).filter(level=Level.OBLAST)
    return [(unit.name, f"{reverse(url_name)}?{urlencode({'unit': unit.code})}") for unit in below]


def counted(
    request: Request,
    rows: Scoped,
    table: Table,
    counts: dict[str, Any],
    totals: Callable[[dict[str, int]], dict[int, str]],
) -> dict[str, Any]:
    """The listing as counts by unit, each unit a link to its rows; totals are the database's own."""
    page = page_of(request, by_unit(rows, counts))
    names = with_parents({row["unit_id"] for row in page})
    units = [UnitRow(names[row["unit_id"]], row["unit__code"], row) for row in page]
    shown: Shown = on_screen(
        table,
        units,
        href=lambda unit: f"{request.path}?{urlencode({'unit': unit.code})}",
        totals=totals(rows.order_by().aggregate(**counts)) if units else None,
    )
    return {"page": page, "table": shown}
