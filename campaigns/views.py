"""The campaign on one page, and the orders by which units enter it."""

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from campaigns.actions import register_order
from campaigns.forms import OrderFilter, OrderForm, own_units
from campaigns.models import FINAL, Campaign, Order, Round, Stage
from campaigns.states import OrderKind
from campaigns.windows import norms_order, order_giving_dates, orders_in_sight, start_orders, window_of, with_parents
from schools.access import Request, requires, signed_in
from schools.models import Document, Unit
from schools.number import ROOT
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.clock import today
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of

NORMS = ("systematic_days", "long_days", "visit_days", "measure_days", "notice_days", "answer_days")


@signed_in
def campaign(request: Request) -> HttpResponse:
    running = Campaign.objects.current()
    if running is None:
        return render(request, "campaigns/campaign.html")
    units = list({post.unit_id: post.unit for post in request.user.current_posts}.values())
    started = start_orders(units=[unit.pk for unit in units], campaign=running)
    context = {
        "campaign": running,
        "stages": _stages(running, units, started),
        "windows": [_window(unit, running) for unit in units],
        "norms": [_norm(running, name) for name in NORMS],
        "norms_order": norms_order(running),
        "rounds": [_round(each, running) for each in running.rounds],
        "final_due": running.rounds[-1].due,
        "without_order": [
            unit for unit in units if unit.pk not in started and request.user.grants.cover(P.ORDER_WRITE, unit.pk)
        ],
    }
    return render(request, "campaigns/campaign.html", context)


def _stages(running: Campaign, units: list[Unit], started: dict[int, Order]) -> list[dict[str, Any]]:
    start, *others = running.stages
    first = {"label": start.name, "first": start.first, "last": start.last, **_start_state(start, units, started)}
    return [first, *({"label": s.name, "first": s.first, "last": s.last, **_stage_state(s)} for s in others)]


def _start_state(stage: Stage, units: list[Unit], started: dict[int, Order]) -> dict[str, Any]:
    """The first stage is entered by a unit's own order, on whatever day it is registered (Guide 4.2)."""
    if len(units) == 1 and units[0].pk in started:
        order = started[units[0].pk]
        words = _("entered by order № %(number)s of %(date)s")
        return {"tone": "ok", "word": words % {"number": order.number, "date": f"{order.date:%d.%m.%Y}"}}
    if len(units) == 1 and stage.first <= today() <= stage.last:
        return {"tone": "due", "word": _("register the order of your unit"), "current": True}
    if len(units) == 1 and today() > stage.last:
        return {"tone": "late", "word": _("your unit has no order yet")}
    return _stage_state(stage)


def _stage_state(stage: Stage) -> dict[str, Any]:
    if today() < stage.first:
        return {"tone": "none", "word": _("not open yet")}
    if today() > stage.last:
        return {"tone": "none", "word": _("over")}
    return {"tone": "info", "word": _("open"), "current": True}


def _window(unit: Unit, running: Campaign) -> dict[str, Any]:
    first, last = window_of(unit_id=unit.pk, campaign=running, as_of=running.closes)
    order = order_giving_dates(unit_id=unit.pk, campaign=running)
    return {"unit": unit, "first": first, "last": last, "order": order, "own": order and order.unit_id == unit.pk}


def _norm(running: Campaign, name: str) -> dict[str, Any]:
    label = str(Campaign._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return {"label": label.capitalize(), "value": getattr(running, name)}


def _round(each: Round, running: Campaign) -> dict[str, Any]:
    nominal = running.due if each.code == FINAL else each.as_of
    if each.due < today():
        state = {"tone": "none", "word": _("over")}
    elif each == running.round_now():
        state = {"tone": "due", "word": _("next")}
    else:
        state = {"tone": "none", "word": _("later")}
    return {"name": each.name, "as_of": each.as_of, "due": each.due, "moved_from": _moved(nominal, each.due), **state}


def _moved(nominal: date, due: date) -> date | None:
    return nominal if nominal != due else None


@requires(P.ORDER_VIEW)
def orders(request: Request) -> HttpResponse:
    filters = OrderFilter(request.GET)
    rows = orders_in_sight(request.user).select_related("unit", "campaign")
    if filters.is_valid() and filters.cleaned_data["kind"]:
        rows = rows.filter(kind=filters.cleaned_data["kind"])
    page = page_of(request, rows)
    names = with_parents({row.unit_id for row in page})
    context = {
        "page": page,
        "rows": [{"order": row, "unit": names[row.unit_id]} for row in page],
        "filters": filters,
        "may_write": bool(request.user.grants.units(P.ORDER_WRITE)),
    }
    return page_or_part(request, "campaigns/orders.html", "rows", context)


@requires(P.ORDER_WRITE)
@once
def order_new(request: Request) -> HttpResponse:
    running = Campaign.objects.current()
    if running is None:
        return render(request, "campaigns/order_new.html", status=404)
    units = own_units(request.user, P.ORDER_WRITE)
    kinds = [kind for kind in OrderKind if kind != OrderKind.NORMS or any(unit.pk == ROOT for unit in units)]
    kind = request.POST.get("kind") or request.GET.get("kind") or _usual_kind(units, running)
    if kind not in kinds:
        raise Http404
    options: dict[str, Any] = {"user": request.user, "campaign": running, "kind": kind}
    form = OrderForm(request.POST or None, request.FILES or None, initial={"number": _next_number(request)}, **options)
    if request.method == "POST" and form.is_valid():
        answer = _register(request, form, running, kind)
        if answer is not None:
            return answer
    context = {
        "campaign": running,
        "form": form,
        "kind": OrderKind(kind),
        "kinds": kinds,
        "once": new_key(),
        "file_gone": bool(form.errors and request.FILES),
    }
    return render(request, "campaigns/order_new.html", context, status=422 if form.errors else 200)


def _usual_kind(units: list[Unit], running: Campaign) -> OrderKind:
    """A unit's first order of the campaign is the one that starts it."""
    started = start_orders(units=[unit.pk for unit in units], campaign=running)
    return OrderKind.DATES if started else OrderKind.START


def _next_number(request: Request) -> str:
    """The number after the unit's last one («12-н» → «13-н»); empty where it has none yet."""
    last = Order.objects.for_user(request.user, P.ORDER_WRITE).filter(
        unit_id__in=request.user.grants.units(P.ORDER_WRITE)
    )
    latest = last.order_by("-date", "-pk").first()
    found = re.fullmatch(r"(\D*)(\d{1,9})(.*)", latest.number) if latest else None
    return f"{found[1]}{int(found[2]) + 1:0{len(found[2])}d}{found[3]}" if found else ""


def _register(request: Request, form: OrderForm, running: Campaign, kind: str) -> HttpResponse | None:
    typed = dict(form.cleaned_data)
    unit = form.units[typed.pop("unit")]
    try:
        made = register_order(unit=unit, campaign=running, kind=kind, by=request.user, **typed)
    except Refused as refused:
        form.add_error(getattr(refused, "field", None), str(refused))
        return None
    messages.success(request, _("Order № %(number)s is registered.") % {"number": made.number})
    return redirect("order", pk=made.pk)


@requires(P.ORDER_VIEW)
def order(request: Request, pk: int) -> HttpResponse:
    row: Order = get_object_or_404(orders_in_sight(request.user).select_related("unit", "campaign"), pk=pk)
    scan = Document.objects.for_user(request.user, P.ORDER_VIEW).filter(pk=row.scan_id).first() if row.scan_id else None
    context = {"order": row, "unit": with_parents({row.unit_id})[row.unit_id], "scan": scan}
    return render(request, "campaigns/order.html", context)
