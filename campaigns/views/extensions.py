"""More time for a report: who asked, why, who gave it, until when (PRODUCT 2)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.actions import give_extension
from campaigns.forms.papers import ExtensionForm
from campaigns.models import Campaign, Extension
from campaigns.tables import EXTENSIONS
from campaigns.views import SeeOther, as_workbook, campaign_of, choose_unit
from campaigns.windows import with_parents
from schools.access import Request, requires
from schools.models import Unit, User
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of


@requires(P.REPORT_VIEW)
def extensions(request: Request) -> HttpResponse:
    chosen = campaign_of(request)
    rows = Extension.objects.for_user(request.user, P.REPORT_VIEW).filter(campaign=chosen)
    if "xlsx" in request.GET:
        return as_workbook(EXTENSIONS, _named(rows, chosen), title=_("Extensions"), name="extensions")
    page = page_of(request, rows)
    context = {
        "campaign": chosen,
        "page": page,
        "table": EXTENSIONS.on_screen(_named(page, chosen)),
        "may_give": bool(request.user.grants.units(P.REPORT_ACCEPT)),
    }
    return page_or_part(request, "campaigns/extensions.html", "rows", context)


def _named(rows: Any, chosen: Campaign) -> list[Any]:
    """The rows with the names of their units, reports and givers."""
    kept: list[Any] = list(rows)
    units = with_parents({row.unit_id for row in kept})
    people = {user.username: user.full_name for user in User.objects.filter(username__in={r.given_by for r in kept})}
    for row in kept:
        found = chosen.round(row.round)
        row.unit_name = units[row.unit_id]
        row.round_name = found.name if found else row.round
        row.giver = people.get(row.given_by, row.given_by)
    return kept


@requires(P.REPORT_ACCEPT)
@once
def extension_new(request: Request) -> HttpResponse:
    """For a unit directly below one's own; without `?unit=` the page asks which."""
    chosen = campaign_of(request)
    if not request.GET.get("unit"):
        return _choose(request)
    unit = get_object_or_404(Unit.objects.for_user(request.user, P.REPORT_ACCEPT), code=request.GET["unit"])
    if not request.user.grants.cover_from_above(P.REPORT_ACCEPT, unit.pk):
        raise PermissionDenied
    form = ExtensionForm(request.POST or None, campaign=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            made = give_extension(unit=unit, campaign=chosen, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error("until", str(refused))
        else:
            words = _("%(unit)s has until %(day)s.") % {"unit": unit.name, "day": f"{made.until:%d.%m.%Y}"}
            messages.success(request, words)
            return SeeOther(f"{reverse('extensions')}?campaign={chosen.code}")
    context = {"form": form, "unit": unit, "campaign": chosen, "once": new_key()}
    return render(request, "campaigns/extension_new.html", context, status=422 if form.errors else 200)


def _choose(request: Request) -> HttpResponse:
    return choose_unit(
        request, P.REPORT_ACCEPT, heading=_("More time for which unit?"), to=reverse("extension_new"), directly=True
    )
