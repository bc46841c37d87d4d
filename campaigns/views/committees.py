"""The organising committee of a unit, and the path on which it stands: committee, plan, minutes, approval."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.actions import committees, register_order
from campaigns.actions.campaign import Stale
from campaigns.forms.committees import MemberForm, PaperForm
from campaigns.forms.orders import drafts
from campaigns.models import Campaign, Committee, Member, Order, Plan
from campaigns.states import COMMITTEE, CommitteeRole, CommitteeState, OrderKind, PlanState
from campaigns.tables import MEMBERS
from campaigns.views import as_workbook, campaign_of, unit_of
from schools.access import Request, requires
from schools.models import Unit, User
from schools.number import ROOT
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused, WrongState
from zabota.lib.clock import today
from zabota.lib.kazakh import tidy

PLAN_TONES = {
    PlanState.DRAFT: "none",
    PlanState.SUBMITTED: "info",
    PlanState.RETURNED: "late",
    PlanState.APPROVED: "ok",
}


def address(page: str, unit: Unit, *args: Any) -> str:
    return f"{reverse(page, args=args)}?{urlencode({'unit': unit.code})}"


def path_of(unit: Unit, committee: Committee | None, plan: Plan | None) -> list[dict[str, Any]]:
    """The way from nothing to an approved plan, each step with what is missing (Guide 6.1.1, 6.2.1, 6.2.2)."""
    return [_committee_step(unit, committee), *_plan_steps(unit, plan)]


def _committee_step(unit: Unit, committee: Committee | None) -> dict[str, Any]:
    step = {"label": _("1. The committee"), "href": address("committee", unit), "tone": "due", "hint": ""}
    if committee is not None and committee.state == CommitteeState.APPROVED and committee.order:
        number = committee.order.number
        return {**step, "tone": "ok", "word": _("approved by order № %(number)s") % {"number": number}}
    missing = committees.gaps(committee)
    return {**step, "word": _("not approved yet"), "hint": " ".join(missing or [_("Give the number of the order.")])}


def _plan_steps(unit: Unit, plan: Plan | None) -> list[dict[str, Any]]:
    href = address("plan", unit)
    state = plan.state if plan else ""
    written = {"label": _("2. The lines of the plan"), "href": href, "tone": "due", "word": _("not begun")}
    if plan is not None:
        written |= {"tone": "ok", "word": _("filled with the lines of the guide")}
    sent = {"label": _("3. Adopted by the committee and sent"), "href": f"{href}#send", "tone": "none", "word": "–"}
    sent["word"] = _("needs the number of the minutes")
    if plan is not None and plan.adopted and state != PlanState.RETURNED:
        sent |= {"tone": "ok", "word": _("minutes № %(number)s") % {"number": plan.adopted.number}}
    elif state == PlanState.RETURNED:
        sent |= {"tone": "late", "word": _("answer the remarks and send it again")}
    if unit.pk == ROOT:
        return [written, sent]
    decided = {"label": _("4. Approved by the unit above"), "tone": "none", "word": _("not sent yet")}
    if plan is not None and state != PlanState.DRAFT:
        decided |= {"tone": PLAN_TONES[PlanState(state)], "word": plan.get_state_display()}
    return [written, sent, decided]


@requires(P.ORDER_VIEW)
def committee(request: Request) -> HttpResponse:
    unit, campaign = unit_of(request, P.ORDER_VIEW), campaign_of(request)
    if "xlsx" in request.GET:
        title = _("Organising committee")
        return as_workbook(
            MEMBERS, _members(request.user, unit, campaign), title=title, name=f"{campaign.code}-{unit.code}-committee"
        )
    return _page(request, unit, campaign)


@requires(P.ORDER_WRITE)
@once
def move(request: Request, move: str) -> HttpResponse:
    """Carry over, approve by order, change: the buttons of the page."""
    unit, campaign = unit_of(request, P.ORDER_VIEW), campaign_of(request)
    act = {"carry_over": _carry_over, "approve": _approve, "amend": _amend}.get(move)
    if request.method != "POST" or act is None:
        raise Http404
    try:
        with transaction.atomic():
            return act(request, unit, campaign)
    except Refused as refused:
        status = 409 if isinstance(refused, Stale | WrongState) else 422
        form = PaperForm(request.POST) if move == "approve" else None
        return _page(request, unit, campaign, form=form, refused=str(refused), status=status)


def _carry_over(request: Request, unit: Unit, campaign: Campaign) -> HttpResponse:
    begun = committees.begin_committee(unit=unit, campaign=campaign, by=request.user)
    n = committees.carry_over(committee=begun, by=request.user)
    words = ngettext("%(n)s person is carried over.", "%(n)s people are carried over.", n)
    messages.success(request, words % {"n": n})
    return redirect(address("committee", unit))


def _approve(request: Request, unit: Unit, campaign: Campaign) -> HttpResponse:
    form = PaperForm(request.POST)
    found = get_object_or_404(Committee.objects.for_user(request.user, P.ORDER_VIEW), unit=unit, campaign=campaign)
    if not form.is_valid():
        return _page(request, unit, campaign, form=form, status=422)
    if found.version != form.cleaned_data["version"]:
        raise Stale(found)
    order = _order(request, unit, campaign, form.cleaned_data)
    committees.approve_committee(committee=found, order=order, by=request.user)
    messages.success(request, _("The committee is approved. Next: the plan."))
    return redirect(address("plan", unit))


def _order(request: Request, unit: Unit, campaign: Campaign, typed: dict[str, Any]) -> Order:
    """The unit's order on the committee with this number, registered now with the usual titles if it is not there."""
    own = Order.objects.for_user(request.user, P.ORDER_WRITE).filter(
        unit=unit, campaign=campaign, kind=OrderKind.COMMITTEE, number=tidy(typed["number"])
    )
    found: Order | None = own.first()
    titles: dict[str, Any] = drafts(OrderKind.COMMITTEE, campaign)
    return found or register_order(
        unit=unit,
        campaign=campaign,
        number=typed["number"],
        date=typed["date"],
        kind=OrderKind.COMMITTEE,
        by=request.user,
        **titles,
    )


def _amend(request: Request, unit: Unit, campaign: Campaign) -> HttpResponse:
    found = get_object_or_404(Committee.objects.for_user(request.user, P.ORDER_VIEW), unit=unit, campaign=campaign)
    committees.amend_committee(committee=found, by=request.user)
    messages.success(request, _("Change the people, then give the number of the new order."))
    return redirect(address("committee", unit))


@requires(P.ORDER_WRITE)
@once
def member(request: Request, pk: int | None = None) -> HttpResponse:
    """A person comes into the committee, is described anew, or leaves it."""
    unit, campaign = unit_of(request, P.ORDER_WRITE), campaign_of(request)
    row = None
    if pk is not None:
        rows = Member.objects.for_user(request.user, P.ORDER_WRITE).select_related("committee", "unit")
        row = get_object_or_404(rows, pk=pk)
        unit, campaign = row.unit, Campaign.objects.get(pk=row.committee.campaign_id)
    found = row.committee if row else _committee_of(request.user, unit, campaign)
    has_chair = bool(found) and found.members.filter(role=CommitteeRole.CHAIR).exists()  # type: ignore[union-attr]
    version = found.version if found else 1
    form = MemberForm(request.POST or None, member=row, has_chair=has_chair, version=version)
    more: dict[str, Any] = {}
    if request.method == "POST":
        try:
            with transaction.atomic():
                answer = _save_member(request, unit, campaign, row, form)
            if answer is not None:
                return answer
        except Stale as stale:
            form, more = _member_conflict(request, form, row, stale.stored)
        except Refused as refused:
            form.add_error(None, str(refused))
    status = 409 if more else 422 if form.errors else 200
    context = {"unit": unit, "member": row, "form": form, "back": address("committee", unit), "once": new_key(), **more}
    return render(request, "campaigns/committee_member.html", context, status=status)


def _save_member(
    request: Request, unit: Unit, campaign: Campaign, row: Member | None, form: MemberForm
) -> HttpResponse | None:
    if row is not None and "remove" in request.POST:
        committees.remove_member(member=row, by=request.user)
        messages.success(request, _("The person is out of the committee."))
        return redirect(address("committee", unit))
    if not form.is_valid():
        return None
    found = committees.begin_committee(unit=unit, campaign=campaign, by=request.user)
    made = committees.save_member(committee=found, member=row, by=request.user, **form.cleaned_data)
    messages.success(request, _("%(name)s is in the committee.") % {"name": f"{made.surname} {made.name}"})
    return redirect(address("member_new" if "more" in request.POST else "committee", unit))


def _member_conflict(
    request: Request, form: MemberForm, row: Member | None, stored: Member | None
) -> tuple[MemberForm, dict[str, Any]]:
    """Both versions side by side; the form keeps what was typed and is based on the stored version now."""
    found = get_object_or_404(Committee.objects.for_user(request.user, P.ORDER_WRITE), pk=row and row.committee_id)
    names = [name for name in form.fields if name != "version"]
    rows = [
        {"label": form.fields[name].label, "mine": _shown(form, name, form.cleaned_data[name]), "theirs": ""}
        for name in names
    ]
    for name, each in zip(names, rows, strict=True):
        each["theirs"] = _shown(form, name, getattr(stored, name)) if stored else _("no longer in the committee")
    data = request.POST.copy()
    data["version"] = str(found.version)
    return MemberForm(data, member=row, has_chair=True, version=found.version), {"conflict": rows}


def _shown(form: MemberForm, name: str, value: str) -> str:
    choices = dict(getattr(form.fields[name], "choices", ()))
    return str(choices.get(value, value))


def _committee_of(user: User, unit: Unit, campaign: Campaign) -> Committee | None:
    rows = Committee.objects.for_user(user, P.ORDER_VIEW).select_related("order", "unit")
    found: Committee | None = rows.filter(unit=unit, campaign=campaign).first()
    return found


def _members(user: User, unit: Unit, campaign: Campaign) -> list[Member]:
    rows = Member.objects.for_user(user, P.ORDER_VIEW).filter(committee__unit=unit, committee__campaign=campaign)
    ranks = {role: place for place, role in enumerate(CommitteeRole.values)}
    return sorted(rows, key=lambda each: (ranks[each.role], each.surname, each.name))


def _page(
    request: Request,
    unit: Unit,
    campaign: Campaign,
    *,
    form: PaperForm | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    found = _committee_of(request.user, unit, campaign)
    plans = Plan.objects.for_user(request.user, P.ORDER_VIEW).select_related("adopted")
    people = _members(request.user, unit, campaign)
    at_home = request.user.grants.at(P.ORDER_WRITE, unit.pk)
    may_change = at_home and (found is None or found.state == CommitteeState.DRAFT)
    moves = {each.name for each in COMMITTEE.open_to(request.user, found)} if found else set()
    before = committees.committee_before(unit.pk, campaign) if may_change else None
    context = {
        "unit": unit,
        "campaign": campaign,
        "committee": found,
        "steps": path_of(unit, found, plans.filter(unit=unit, campaign=campaign).first()),
        "table": MEMBERS.on_screen(people, href=_way_to_member if may_change else None),
        "n": len(people),
        "may_change": may_change,
        "before": before,
        "gaps": committees.gaps(found),
        "hints": committees.hints(found) if found else [],
        "approves": "approve" in moves,
        "amends": "amend" in moves,
        "form": form or _form(request.user, unit, campaign, found),
        "text": refused,
        "urls": _urls(unit),
        "once": new_key(),
    }
    return render(request, "campaigns/committee.html", context, status=status)


def _urls(unit: Unit) -> dict[str, str]:
    moves = {name: address("committee_move", unit, name) for name in ("carry_over", "approve", "amend")}
    return moves | {"new": address("member_new", unit), "xlsx": f"{address('committee', unit)}&xlsx=1"}


def _way_to_member(member: Member) -> str:
    return reverse("committee_member", args=[member.pk])


def _form(user: User, unit: Unit, campaign: Campaign, found: Committee | None) -> PaperForm:
    """The order on the committee that is registered already, if there is one that approves nothing yet."""
    orders = Order.objects.for_user(user, P.ORDER_VIEW).filter(
        unit=unit, campaign=campaign, kind=OrderKind.COMMITTEE, committees=None
    )
    order = orders.order_by("-date", "-pk").first()
    number, date = (order.number, order.date) if order else ("", today())
    return PaperForm(initial={"number": number, "date": date, "version": found.version if found else 1})
