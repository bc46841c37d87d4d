"""Where a listing looks: counts by unit above the district, rows up to it and at every school (PRODUCT 1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, F, Func, IntegerField, Model, Q, Value, When
from django.db.models.functions import Mod
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from aid.tables import of_one_school
from schools.access import Request
from schools.models import Scoped, Unit, User
from schools.number import DISTRICT, OBLAST, span, subtree
from schools.rights import Permission as P
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of
from zabota.lib.tables import Table


@dataclass(frozen=True)
class Place:
    """The subtrees that a listing shows, and whether names may stand in it."""

    unit: Unit | None  # None: a person with several posts, all their units together
    units: list[int]
    names: bool

    @property
    def in_rows(self) -> bool:
        """Row by row: where names may be read, and at a single school without them."""
        return self.names or self.is_school

    @property
    def is_school(self) -> bool:
        return self.unit is not None and self.unit.is_school

    def shown(self, table: Table) -> Table:
        """Without names where they may not be read, and without the column that would say the same in every row."""
        named = table if self.names else table.without_personal()
        return of_one_school(named) if self.is_school else named


@dataclass(frozen=True)
class Listing:
    """What the lists of families, handouts and gifts tell their common page."""

    url_name: str
    model: type[Model]
    view: P
    write: P
    heading: str | Promise
    new: tuple[str, str | Promise]  # the page that adds a row, and the words of its button
    empty: str | Promise
    by_unit: Table
    counts: dict[str, Any]
    by_row: Callable[[Request, Scoped, Place], dict[str, Any]]


def listing(request: Request, kind: Listing) -> HttpResponse:
    """The page of a list: rows where they may be read, else counts of the units below, each leading further down."""
    place = _place(request, kind.view)
    rows: Scoped = kind.model.objects.for_user(request.user, kind.view).under(*place.units)  # type: ignore[attr-defined]
    named = place.unit is not None and request.GET.get("unit")
    context = {
        "kind": kind,
        "place": place,
        "crumbs": crumbs(request.user, kind, place.unit)[:-1] if place.unit and named else [],
        "clear": address(kind, place.unit) if named else reverse(kind.url_name),
        "may_write": bool(request.user.grants.units(kind.write)),
        "empty": kind.empty if place.in_rows else _("There is no school or other unit below this one yet."),
    }
    context |= kind.by_row(request, rows, place) if place.in_rows else _by_unit(request, kind, rows, place)
    return page_or_part(request, "aid/listing.html", "rows", context)


def address(kind: Listing, unit: Unit | None) -> str:
    return reverse(kind.url_name) + (f"?{urlencode({'unit': unit.code})}" if unit else "")


def crumbs(user: User, kind: Listing, unit: Unit) -> list[tuple[str, str]]:
    """The list itself, then the units below one's own on the way down to this one, which stands last."""
    line = [each for each in unit.line if user.grants.cover(kind.view, each.pk)]
    alone = len(user.grants.units(kind.view)) == 1
    return [
        (str(kind.heading), reverse(kind.url_name)),
        *((each.name, address(kind, each)) for each in line[1 if alone else 0 :]),
    ]


def _place(request: Request, permission: P) -> Place:
    """The unit of the address (`?unit=CODE`, 404 outside the user's subtrees), else the user's own units."""
    grants = request.user.grants
    seen = Unit.objects.for_user(request.user, permission)
    code, own = request.GET.get("unit"), grants.units(permission)
    unit: Unit | None = None
    if code:
        unit = get_object_or_404(seen, code=code)
    elif len(own) == 1:
        unit = seen.get(pk=own[0])
    units = [unit.pk] if unit else own
    return Place(unit, units, all(grants.cover(P.CHILD_VIEW, each) for each in units))


def _by_unit(request: Request, kind: Listing, rows: Scoped, place: Place) -> dict[str, Any]:
    """Counts of the units directly below, zeros too; totals are the database's own, so nobody is counted twice."""
    grouped = rows.order_by().annotate(below=_below(place)).values("below").annotate(**kind.counts)
    found = {row["below"]: row for row in grouped}
    page = page_of(request, _units_below(request.user, kind, place, set(found)))
    nothing = dict.fromkeys(kind.counts, 0)
    units = [{"pk": unit.pk, "code": unit.code, "name": unit.name, **found.get(unit.pk, nothing)} for unit in page]
    whole = {"name": _("In all"), **rows.order_by().aggregate(**kind.counts)}
    table = kind.by_unit.on_screen(
        units,
        href=lambda row: _way_down(kind, row, place),
        totals={number: column.text(whole) for number, column in enumerate(kind.by_unit.columns)},
    )
    return {"page": page, "table": table}


def _way_down(kind: Listing, row: dict[str, Any], place: Place) -> str:
    """What a unit keeps at itself stands in its own line, which leads nowhere."""
    is_itself = place.unit is not None and row["pk"] == place.unit.pk
    return "" if is_itself else f"{reverse(kind.url_name)}?{urlencode({'unit': row['code']})}"


def _units_below(user: User, kind: Listing, place: Place, found: set[int]) -> Any:
    """The units directly below that are at work, and whichever else has rows."""
    units = Unit.objects.for_user(user, kind.view)
    if place.unit is None:
        units = units.filter(pk__in=place.units)
    else:
        over = Func("pk", function="unit_above", output_field=IntegerField())
        units = units.alias(over=over).filter(Q(over=place.unit.pk, closed_on=None) | Q(pk__in=found))
    return units.order_by("order_ru" if get_language() == "ru" else "order_kk", "pk")


def _below(place: Place) -> Case:
    """The unit directly below the shown one to which a row belongs; of several shown units, that one of them."""
    if place.unit is None:
        spans = [(unit, *subtree(unit)) for unit in place.units]
        shown = [When(unit_id__gte=first, unit_id__lte=last, then=Value(unit)) for unit, first, last in spans]
        return Case(*shown, output_field=IntegerField())
    top = place.unit.pk
    step = DISTRICT if span(top) == OBLAST else OBLAST
    # level is not depth: schools stand directly under a city and under the ministry too
    return Case(
        When(unit_id__lt=top + DISTRICT, then=F("unit_id")),
        default=F("unit_id") - Mod(F("unit_id"), Value(step)),
        output_field=IntegerField(),
    )
