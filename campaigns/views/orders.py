"""The orders by which units enter the campaign."""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.actions import register_order
from campaigns.forms import own_units
from campaigns.forms.orders import OrderFilter, OrderForm
from campaigns.models import Campaign, Order
from campaigns.states import GIVES_DATES, OrderKind
from campaigns.tables import ORDERS
from campaigns.views import as_workbook, campaign_of, named
from campaigns.windows import start_orders, unset, with_parents
from schools.access import Request, requires
from schools.models import Document, Unit
from schools.number import ROOT, ancestors
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of


@requires(P.ORDER_VIEW)
def orders(request: Request) -> HttpResponse:
    filters = OrderFilter(request.GET)
    rows = Order.objects.in_sight(request.user, P.ORDER_VIEW).select_related("unit", "campaign")
    if filters.is_valid() and filters.cleaned_data["kind"]:
        rows = rows.filter(kind=filters.cleaned_data["kind"])
    if request.GET.get("unit"):
        place = get_object_or_404(Unit.objects.for_user(request.user, P.ORDER_VIEW), code=request.GET["unit"])
        rows = rows.filter(unit__in=ancestors(place.pk)) | rows.under(place.pk)
    if "xlsx" in request.GET:
        return as_workbook(ORDERS, named(rows), title=_("Orders"), name="orders")
    page = page_of(request, rows)
    context = {
        "page": page,
        "table": ORDERS.on_screen(named(page), href=lambda row: reverse("order", args=[row.pk])),
        "filters": filters,
        "may_write": bool(request.user.grants.units(P.ORDER_WRITE)),
    }
    return page_or_part(request, "campaigns/orders.html", "rows", context)


@requires(P.ORDER_WRITE)
@once
def order_new(request: Request) -> HttpResponse:
    if Campaign.objects.current() is None:
        return render(request, "campaigns/order_new.html", status=404)
    running = campaign_of(request)
    units = own_units(request.user, P.ORDER_WRITE)
    kinds = [kind for kind in OrderKind if kind != OrderKind.NORMS or any(unit.pk == ROOT for unit in units)]
    kind = request.POST.get("kind") or request.GET.get("kind") or _usual_kind(units, running)
    if kind not in kinds:
        raise Http404
    if kind == OrderKind.NORMS:
        return redirect("campaign_norms", code=running.code)
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
        "not_open": unset(running) if kind in GIVES_DATES else [],
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
    row: Order = get_object_or_404(
        Order.objects.in_sight(request.user, P.ORDER_VIEW).select_related("unit", "campaign"), pk=pk
    )
    scan = Document.objects.in_sight(request.user, P.ORDER_VIEW).filter(pk=row.scan_id).first()
    context = {"order": row, "unit": with_parents({row.unit_id})[row.unit_id], "scan": scan}
    return render(request, "campaigns/order.html", context)
