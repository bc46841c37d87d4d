"""Minutes of a unit: the list, one paper, entering and correcting it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.actions.campaign import Stale
from campaigns.actions.minutes import change_minutes, write_minutes
from campaigns.forms.minutes import MinutesFilter, MinutesForm
from campaigns.models import Minutes
from campaigns.tables import MINUTES
from campaigns.views import as_workbook, campaign_of, unit_of
from campaigns.views.committees import address
from schools.access import Request, requires
from schools.models import Document, Scoped
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of


@requires(P.ORDER_VIEW)
def minutes_list(request: Request) -> HttpResponse:
    unit, campaign = unit_of(request, P.ORDER_VIEW), campaign_of(request)
    filters = MinutesFilter(request.GET)
    rows = _seen(request).filter(unit=unit, campaign=campaign)
    if filters.is_valid() and filters.cleaned_data["kind"]:
        rows = rows.filter(kind=filters.cleaned_data["kind"])
    if "xlsx" in request.GET:
        return as_workbook(MINUTES, rows, title=_("Minutes"), name=f"{campaign.code}-{unit.code}-minutes")
    page = page_of(request, rows)
    context = {
        "unit": unit,
        "page": page,
        "table": MINUTES.on_screen(page, href=lambda row: reverse("minutes", args=[row.pk])),
        "filters": filters,
        "clear": address("minutes_list", unit),
        "new": address("minutes_new", unit) if request.user.grants.at(P.PLAN_WRITE, unit.pk) else "",
    }
    return page_or_part(request, "campaigns/minutes_list.html", "rows", context)


@requires(P.ORDER_VIEW)
def minutes(request: Request, pk: int) -> HttpResponse:
    row: Minutes = get_object_or_404(_seen(request), pk=pk)
    scan = Document.objects.for_user(request.user, P.ORDER_VIEW).filter(pk=row.scan_id).first()
    context = {
        "minutes": row,
        "scan": scan,
        "back": address("minutes_list", row.unit),
        "may_change": request.user.grants.at(P.PLAN_WRITE, row.unit_id),
    }
    return render(request, "campaigns/minutes.html", context)


@requires(P.PLAN_WRITE)
@once
def minutes_new(request: Request) -> HttpResponse:
    unit, campaign = unit_of(request, P.PLAN_WRITE), campaign_of(request)
    initial = {"kind": request.GET.get("kind", "")}
    form = MinutesForm(request.POST or None, request.FILES or None, unit=unit, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        try:
            made = write_minutes(unit=unit, campaign=campaign, by=request.user, **typed)
        except Refused as refused:
            form.add_error(getattr(refused, "field", None), str(refused))
        else:
            messages.success(request, _("Minutes № %(number)s are entered.") % {"number": made.number})
            return redirect("minutes", pk=made.pk)
    return _form_page(request, form, {"unit": unit, "back": address("minutes_list", unit)})


@requires(P.PLAN_WRITE)
@once
def minutes_change(request: Request, pk: int) -> HttpResponse:
    rows = Minutes.objects.for_user(request.user, P.PLAN_WRITE).select_related("unit")
    row: Minutes = get_object_or_404(rows, pk=pk)
    form = MinutesForm(request.POST or None, request.FILES or None, unit=row.unit, minutes=row)
    more: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        typed = {**form.cleaned_data, "version": form.cleaned_data["version"] or 0}
        try:
            change_minutes(minutes=row, by=request.user, **typed)
        except Stale as stale:
            form, more = _conflict(request, form, stale.stored)
        except Refused as refused:
            form.add_error(getattr(refused, "field", None), str(refused))
        else:
            messages.success(request, _("The minutes are saved."))
            return redirect("minutes", pk=pk)
    context = {"unit": row.unit, "minutes": row, "back": reverse("minutes", args=[pk]), **more}
    return _form_page(request, form, context)


def _conflict(request: Request, form: MinutesForm, stored: Minutes) -> tuple[MinutesForm, dict[str, Any]]:
    """Both versions side by side; the form keeps what was typed and is based on the stored version now."""
    rows = [
        {"label": field.label, "mine": _text(form.cleaned_data[name]), "theirs": _text(getattr(stored, name))}
        for name, field in form.fields.items()
        if name not in ("version", "scan")
    ]
    data = request.POST.copy()
    data["version"] = str(stored.version)
    return MinutesForm(data, unit=stored.unit, minutes=stored), {"conflict": rows}


def _text(value: Any) -> str:
    return f"{value:%d.%m.%Y}" if hasattr(value, "strftime") else str(value or "")


def _form_page(request: Request, form: MinutesForm, context: dict[str, Any]) -> HttpResponse:
    status = 409 if "conflict" in context else 422 if form.errors else 200
    gone = bool((form.errors or "conflict" in context) and request.FILES)
    context = {"form": form, "once": new_key(), "file_gone": gone, **context}
    return render(request, "campaigns/minutes_form.html", context, status=status)


def _seen(request: Request) -> Scoped:
    rows: Scoped = Minutes.objects.for_user(request.user, P.ORDER_VIEW).select_related("unit", "campaign")
    return rows
