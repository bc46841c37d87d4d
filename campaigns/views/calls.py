"""The log of the hot line: topic → answered or forwarded → closed, without names."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.actions.calls import LooksPersonal, close_call, forward_call, take_call
from campaigns.forms import own_units
from campaigns.forms.calls import CallFilter, CallForm, CloseForm, ForwardForm, ImpersonalForm
from campaigns.models import Call
from campaigns.states import CALL, CallState
from campaigns.tables import CALLS, tone_of_call
from campaigns.views import SeeOther, as_workbook, named, unit_of
from campaigns.views.events import is_too_wide
from schools.access import Request, requires
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of


@requires(P.EVENT_VIEW)
def calls(request: Request) -> HttpResponse:
    place = unit_of(request, P.EVENT_VIEW)
    filters = CallFilter(request.GET, user=request.user, place=place)
    rows = Call.objects.for_user(request.user, P.EVENT_VIEW)
    waits = is_too_wide(place, filters)
    rows = filters.apply(rows.filter(unit=place) if waits else rows.under(place.pk))
    if "xlsx" in request.GET:
        return as_workbook(CALLS, named(rows), title=_("Hot line"), name="calls")
    page = page_of(request, rows)
    table = CALLS.on_screen(named(page), href=lambda call: reverse("call", args=[call.pk]))
    context = {
        "place": place,
        "filters": filters,
        "waits": waits,
        "page": page,
        "table": table,
        "may_write": bool(request.user.grants.units(P.EVENT_WRITE)),
    }
    return page_or_part(request, "campaigns/calls.html", "rows", context)


@requires(P.EVENT_VIEW)
def call(request: Request, pk: int) -> HttpResponse:
    row = _find(request, pk, P.EVENT_VIEW)
    facts = [
        (_("Unit"), row.unit.full_name),
        (_("When"), f"{timezone.localtime(row.at):%d.%m.%Y %H:%M}"),
        (_("Forwarded to"), row.forwarded_to),
        (_("Answer"), row.answer),
    ]
    context = {
        "call": row,
        "tone": tone_of_call(row),
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "moves": CALL.open_to(request.user, row),
    }
    return render(request, "campaigns/call.html", context)


def _find(request: Request, pk: int, permission: P) -> Call:
    return get_object_or_404(Call.objects.for_user(request.user, permission).select_related("unit"), pk=pk)


@requires(P.EVENT_WRITE)
@once
def call_new(request: Request) -> HttpResponse:
    form = CallForm(request.POST or None, units=own_units(request.user, P.EVENT_WRITE))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = take_call(
                unit=form.units[data["unit"]],
                at=form.at,
                topic=data["topic"],
                answer=data["answer"],
                is_checked=data["is_checked"],
                by=request.user,
            )
        except Refused as refused:
            form.add_error(getattr(refused, "field", None), str(refused))
            return _form_page(request, form, refused)
        is_closed = made.state == CallState.CLOSED
        messages.success(
            request, _("The call is written down and closed.") if is_closed else _("The call is written down.")
        )
        return SeeOther(reverse("call", args=[made.pk]))
    return _form_page(request, form)


@requires(P.EVENT_WRITE)
@once
def call_move(request: Request, pk: int, move: str) -> HttpResponse:
    """Forward or close: one page for one decision."""
    steps: dict[str, tuple[type[ImpersonalForm], Callable[..., Call], str]] = {
        "forward": (ForwardForm, forward_call, _("The call is forwarded.")),
        "close": (CloseForm, close_call, _("The call is closed.")),
    }
    if move not in steps:
        raise Http404
    row = _find(request, pk, P.EVENT_WRITE)
    form_class, action, done = steps[move]
    form = form_class(request.POST or None)
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            action(call=row, by=request.user, **form.cleaned_data)
        except Refused as refused:
            refusal = refused
            form.add_error(getattr(refused, "field", None), str(refused))
        else:
            messages.success(request, done)
            return SeeOther(reverse("call", args=[pk]))
    return _form_page(request, form, refusal, row=row, label=str(CALL.moves[move].label))


def _form_page(request: Request, form: ImpersonalForm, refusal: Refused | None = None, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "asks_again": isinstance(refusal, LooksPersonal),
        "once": new_key(),
        **more,
    }
    return render(request, "campaigns/call_form.html", context, status=422 if form.errors else 200)
