"""The campaign: a unit's hub, its calendar, and the ministry's hand on its dates and norms."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Func, IntegerField
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns import actions
from campaigns.calendar import dates_of, months_of, proposal
from campaigns.forms.campaign import CampaignForm, NormsForm
from campaigns.hub import below, owed_by, papers_of
from campaigns.models import NORMS, Campaign
from campaigns.states import WeekendRule
from campaigns.tables import UNITS_BELOW
from campaigns.timeline import standings, timeline_of
from campaigns.views import SeeOther, campaign_of, unit_of
from campaigns.windows import norms_order, order_giving_dates, start_orders, unset, window_of
from schools.access import Request, requires, signed_in
from schools.models import Unit, User
from schools.names import order_of_units
from schools.number import ROOT
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of

WEEKENDS = dict(WeekendRule.choices)


@signed_in
def campaign(request: Request) -> HttpResponse:
    """The hub: the unit's timeline, what is owed next, every paper with its state, the units below."""
    units = list({post.unit_id: post.unit for post in request.user.current_posts}.values())
    running = Campaign.objects.current()
    if running is None:
        return render(request, "campaigns/campaign.html", {"may_set": _may_set(request)})
    running = campaign_of(request)
    unit = unit_of(request, P.ORDER_VIEW) if request.user.grants.units(P.ORDER_VIEW) else units[0] if units else None
    context: dict[str, Any] = {
        "campaign": running,
        "others": Campaign.objects.exclude(pk=running.pk),
        "own_units": units,
        "unit": unit,
        "norms": [_norm(running, name) for name in NORMS],
        "norms_order": norms_order(running),
        "not_open": unset(running),
        "final_due": running.moved(running.due),
        "may_set": _may_set(request),
    }
    if unit is not None:
        context |= _of_unit(request, unit, running)
    return page_or_part(request, "campaigns/campaign.html", "below", context)


def _may_set(request: Request) -> bool:
    return request.user.grants.at(P.ORDER_WRITE, ROOT)


def _of_unit(request: Request, unit: Unit, running: Campaign) -> dict[str, Any]:
    said = standings(unit, running) if request.user.grants.cover(P.REPORT_VIEW, unit.pk) else {}
    started = start_orders(units=[unit.pk], campaign=running).get(unit.pk)
    reads = request.user.grants.cover(P.ORDER_VIEW, unit.pk)
    first, last = window_of(unit_id=unit.pk, campaign=running, as_of=running.closes)
    page = page_of(request, _below(request, unit)) if reads and not unit.is_school else None
    return {
        "timeline": timeline_of(unit, running, started, said),
        "window": {"first": first, "last": last, "order": order_giving_dates(unit_id=unit.pk, campaign=running)},
        "owed": owed_by(unit, running, said) if reads else [],
        "papers": papers_of(unit, running) if reads else [],
        "page": page,
        "below": _units_below(page, running) if page else None,
        "may_order": request.user.grants.at(P.ORDER_WRITE, unit.pk),
    }


def _below(request: Request, unit: Unit) -> Any:
    """The units directly below that are at work."""
    over = Func("pk", function="unit_above", output_field=IntegerField())
    units = Unit.objects.for_user(request.user, P.ORDER_VIEW).alias(over=over).filter(over=unit.pk, closed_on=None)
    return units.order_by(*order_of_units())


def _units_below(page: Any, running: Campaign) -> dict[str, Any]:
    where = reverse("campaign")
    rows = below(list(page), running)
    return UNITS_BELOW.on_screen(rows, href=lambda row: f"{where}?unit={row.code}&campaign={running.code}")


def _norm(running: Campaign, name: str) -> dict[str, Any]:
    label = str(Campaign._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return {"label": label.capitalize(), "value": getattr(running, name)}


@signed_in
def calendar(request: Request) -> HttpResponse:
    """All dates of the campaign on their months: which fall on a weekend, and where the rule moves them."""
    chosen = campaign_of(request)
    context = {"campaign": chosen, "dates": dates_of(chosen), "months": months_of(chosen), "stages": chosen.stages}
    return render(request, "campaigns/calendar.html", context)


@requires(P.ORDER_WRITE)
@once
def campaign_new(request: Request) -> HttpResponse:
    """A campaign after this one: next year's, or the sister campaign «Дорога в школу», with dates proposed."""
    if not _may_set(request):
        raise PermissionDenied
    proposed = proposal(sister=request.GET.get("kind") == "road")
    return _form_page(request, proposed, _add)


@requires(P.ORDER_WRITE)
@once
def campaign_edit(request: Request, code: str) -> HttpResponse:
    if not _may_set(request):
        raise PermissionDenied
    return _form_page(request, get_object_or_404(Campaign, code=code), _save)


def _add(filled: Campaign, by: User) -> str:
    names = ("code", *actions.NAMES, *actions.DATES, *actions.RULES)
    actions.add_campaign(**{name: getattr(filled, name) for name in names}, by=by)
    return _("The campaign is added. It opens when its thresholds and norms are set by order.")


def _save(filled: Campaign, by: User) -> str:
    actions.set_campaign(campaign=filled, by=by)
    return _("The campaign is saved.")


def _form_page(request: Request, base: Campaign, save: Callable[[Campaign, User], str]) -> HttpResponse:
    """The form; «Show on the calendar» shows the dates as typed and saves nothing."""
    form = CampaignForm(request.POST or None, campaign=base)
    context: dict[str, Any] = {"form": form, "campaign": base, "once": new_key(), "version": base.version}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            filled = form.filled()
            if "preview" in request.POST:
                status = 200
                context |= {"dates": dates_of(filled), "months": months_of(filled)}
            else:
                try:
                    messages.success(request, save(filled, request.user))
                    return SeeOther(f"{reverse('campaign')}?campaign={filled.code}")
                except actions.Stale as stale:
                    status = 409
                    context |= {"conflict": _versions(form, stale.stored), "version": stale.stored.version}
                except Refused as refused:
                    form.add_error(None, str(refused))
    else:
        context |= {"dates": dates_of(base), "months": months_of(base)}
    response = render(request, "campaigns/campaign_edit.html", context, status=status)
    response.nothing_done = True  # type: ignore[attr-defined]
    return response


def _versions(form: CampaignForm, stored: Campaign) -> list[dict[str, str]]:
    return [
        {
            "label": str(field.label),
            "mine": _words(form.cleaned_data.get(field.name)),
            "theirs": _words(getattr(stored, field.name)),
        }
        for field in form.visible_fields()
    ]


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_words(each) for each in value)
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(WEEKENDS.get(value, value))


@requires(P.ORDER_WRITE)
@once
def norms(request: Request, code: str) -> HttpResponse:
    """Thresholds and time norms with the ministry's order that sets them: without it nobody starts (PRODUCT 2)."""
    if not _may_set(request):
        raise PermissionDenied
    chosen = get_object_or_404(Campaign, code=code)
    form = NormsForm(request.POST or None, request.FILES or None, user=request.user, campaign=chosen)
    if request.method == "POST" and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("number", "date", "title_kk", "title_ru", "scan")}
        unit = form.units[form.cleaned_data["unit"]]
        try:
            made = actions.set_norms(campaign=chosen, norms=form.norms, unit=unit, by=request.user, **typed)
        except Refused as refused:
            form.add_error(getattr(refused, "field", None), str(refused))
        else:
            messages.success(request, _("Order № %(number)s sets the thresholds and norms.") % {"number": made.number})
            return redirect(f"{reverse('campaign')}?campaign={chosen.code}")
    context = {
        "form": form,
        "campaign": chosen,
        "once": new_key(),
        "file_gone": bool(form.errors and request.FILES),
    }
    return render(request, "campaigns/campaign_norms.html", context, status=422 if form.errors else 200)
