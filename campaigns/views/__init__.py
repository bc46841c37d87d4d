"""Pages of the campaign.  What several of them share stands here."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Func, IntegerField
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404

from campaigns.models import Campaign
from campaigns.windows import with_parents
from schools.access import Request
from schools.forms import UnitSearch
from schools.models import Unit
from schools.names import labels_of, order_of_units, units_named
from schools.rights import Permission
from zabota.lib.clock import today
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of
from zabota.lib.tables import Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SeeOther(HttpResponseRedirect):
    """After a POST that did something: look there now (303 is followed by a GET whatever came before)."""

    status_code = 303


def unit_of(request: Request, permission: Permission) -> Unit:
    """The unit of the address (`?unit=CODE`, 404 outside the user's subtrees), else the user's own first unit."""
    units = Unit.objects.for_user(request.user, permission)
    code = request.GET.get("unit")
    if code:
        return get_object_or_404(units, code=code)
    own = units.filter(pk__in=request.user.grants.units(permission)).first()
    if own is None:
        raise Http404
    return own


def campaign_of(request: Request) -> Campaign:
    """The campaign of the address (`?campaign=CODE`), else the one that people mean today; 404 where there is none."""
    code = request.GET.get("campaign")
    found = Campaign.objects.filter(code=code).first() if code else Campaign.objects.current()
    if found is None:
        raise Http404
    return found


def named(rows: Iterable[Any]) -> list[Any]:
    """The rows with `unit_name`, one query for all of them."""
    kept = list(rows)
    names = with_parents({row.unit_id for row in kept})
    for row in kept:
        row.unit_name = names[row.unit_id]
    return kept


def as_workbook(table: Table, rows: Iterable[Any], *, title: str, name: str) -> HttpResponse:
    """A listing as a workbook to be saved, never shown inside the page."""
    response = HttpResponse(table.to_xlsx(rows, title=title), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}-{today():%Y-%m-%d}.xlsx"'
    return response


def choose_unit(
    request: Request, permission: Permission, *, heading: str, to: str, directly: bool = False
) -> HttpResponse:
    """Which unit below: those directly below one's own, or any that is searched for; each leads on with `?unit=`."""
    own = request.user.grants.units(permission)
    units = Unit.objects.for_user(request.user, permission).filter(closed_on=None).exclude(pk__in=own)
    search = UnitSearch(request.GET)
    words = search.cleaned_data["unit_words"] if search.is_valid() else ""
    if directly or not words.strip():
        over = Func("pk", function="unit_above", output_field=IntegerField())
        units = units.alias(over=over).filter(over__in=own)
    page = page_of(request, units_named(units, words).order_by(*order_of_units()))
    labels = labels_of(list(page))
    context = {
        "heading": heading,
        "search": search,
        "page": page,
        "units": [(f"{to}?{urlencode({'unit': unit.code})}", labels[unit.pk]) for unit in page],
    }
    return page_or_part(request, "campaigns/choose_unit.html", "rows", context)
