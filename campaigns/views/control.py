"""Control visits: findings, what was done about them, and their closing (Guide 4.2.2)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.actions import Stale, answer_finding, close_finding, record_finding
from campaigns.forms import own_units
from campaigns.forms.papers import AnswerForm, FindingForm, OpenFilter
from campaigns.models import ControlVisit
from campaigns.tables import FINDINGS, standing_of_finding, tone_of_finding
from campaigns.views import SeeOther, as_workbook, campaign_of, choose_unit, named
from campaigns.windows import with_parents
from schools.access import Request, requires
from schools.models import Document, Unit
from schools.number import ancestors
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of


@requires(P.ORDER_VIEW)
def control(request: Request) -> HttpResponse:
    """The findings of one's units and the units below: those still open, or all."""
    chosen, filters = campaign_of(request), OpenFilter(request.GET)
    rows = ControlVisit.objects.for_user(request.user, P.ORDER_VIEW).filter(campaign=chosen).select_related("by_unit")
    if request.GET.get("unit"):
        place = get_object_or_404(Unit.objects.for_user(request.user, P.ORDER_VIEW), code=request.GET["unit"])
        rows = rows.under(place.pk)
    if not (filters.is_valid() and filters.cleaned_data["all"]):
        rows = rows.filter(closed_on=None)
    if "xlsx" in request.GET:
        return as_workbook(FINDINGS, named(rows), title=_("Control visits"), name="control")
    page = page_of(request, rows)
    context = {
        "campaign": chosen,
        "filters": filters,
        "page": page,
        "table": FINDINGS.on_screen(
            named(page),
            href=lambda visit: reverse("control_visit", args=[visit.pk]),
        ),
        "may_visit": any(not unit.is_school for unit in own_units(request.user, P.PLAN_APPROVE)),
    }
    return page_or_part(request, "campaigns/control.html", "rows", context)


@requires(P.PLAN_APPROVE)
@once
def control_new(request: Request) -> HttpResponse:
    """A finding of a visit; without `?unit=` the page asks which unit was visited."""
    chosen = campaign_of(request)
    if not request.GET.get("unit"):
        return choose_unit(request, P.PLAN_APPROVE, heading=_("Which unit was visited?"), to=reverse("control_new"))
    unit = get_object_or_404(Unit.objects.for_user(request.user, P.PLAN_APPROVE), code=request.GET["unit"])
    line = set(ancestors(unit.pk)[1:])
    by_unit = next((own for own in own_units(request.user, P.PLAN_APPROVE) if own.pk in line), None)
    form = FindingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            visit = record_finding(
                unit=unit, by_unit=by_unit or unit, campaign=chosen, by=request.user, **form.cleaned_data
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The finding is recorded; it stands in the work of %(unit)s.") % _name(unit))
            return SeeOther(reverse("control_visit", args=[visit.pk]))
    context = {
        "form": form,
        "unit": with_parents({unit.pk})[unit.pk],
        "by_unit": by_unit,
        "campaign": chosen,
        "once": new_key(),
    }
    return render(request, "campaigns/control_new.html", context, status=422 if form.errors else 200)


def _name(unit: Unit) -> dict[str, str]:
    return {"unit": unit.name}


@requires(P.ORDER_VIEW)
@once
def control_visit(request: Request, pk: int) -> HttpResponse:
    """One finding: its answer by the visited unit, its closing by the one who came."""
    visit = _find(request, pk)
    form = AnswerForm(request.POST or None, request.FILES or None, initial=_stored(visit))
    if request.method == "POST" and form.is_valid():
        typed = dict(form.cleaned_data)
        try:
            answer_finding(visit=visit, by=request.user, **typed)
        except Stale as stale:
            return _page(request, stale.stored, form, status=409)
        except Refused as refused:
            form.add_error(getattr(refused, "field", None), str(refused))
        else:
            messages.success(request, _("The answer is sent; the one who came closes the finding."))
            return SeeOther(reverse("control_visit", args=[pk]))
    return _page(request, visit, form, status=422 if form.errors else 200)


def _find(request: Request, pk: int) -> ControlVisit:
    rows = ControlVisit.objects.for_user(request.user, P.ORDER_VIEW).select_related("unit", "by_unit", "campaign")
    return get_object_or_404(rows, pk=pk)


def _stored(visit: ControlVisit) -> dict[str, Any]:
    return {"proof": visit.proof, "version": visit.version}


def _page(request: Request, visit: ControlVisit, form: AnswerForm, status: int) -> HttpResponse:
    conflict = []
    if status == 409:
        label = str(form.fields["proof"].label)
        conflict = [{"label": label, "mine": form.cleaned_data["proof"], "theirs": visit.proof}]
    is_open = visit.closed_on is None
    context = {
        "visit": visit,
        "unit": with_parents({visit.unit_id})[visit.unit_id],
        "tone": tone_of_finding(visit),
        "word": standing_of_finding(visit),
        "proof": Document.objects.open_to(request.user).filter(pk=visit.proof_scan_id).first(),
        "form": form,
        "conflict": conflict,
        "may_answer": is_open and request.user.grants.at(P.PLAN_WRITE, visit.unit_id),
        "may_close": is_open and bool(visit.proof) and request.user.grants.at(P.PLAN_APPROVE, visit.by_unit_id),
        "once": new_key(),
        "file_gone": bool(form.errors and request.FILES),
    }
    return render(request, "campaigns/control_visit.html", context, status=status)


@requires(P.PLAN_APPROVE)
@require_POST
@once
def control_close(request: Request, pk: int) -> HttpResponse:
    """The button of the one who came."""
    visit = _find(request, pk)
    try:
        close_finding(visit=visit, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The finding is closed."))
    return SeeOther(reverse("control_visit", args=[pk]))
