"""The official's desk: plans of the units directly below, many side by side, the ticked ones approved in one action."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Case, Count, Func, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from campaigns.actions import plans
from campaigns.evidence import lines_with_evidence
from campaigns.forms.plans import DeskFilter, read_of
from campaigns.guide import BY_CLAUSE, lines_for, order_of_clause, owner_of, words_of
from campaigns.models import Campaign, Committee, Plan, PlanLine, PlanRemark
from campaigns.states import PlanState
from campaigns.tables import PLANS_BELOW
from campaigns.views import as_workbook, campaign_of, unit_of
from campaigns.views.committees import PLAN_TONES, address
from schools.access import Request, requires
from schools.models import Unit, User
from schools.names import units_named
from schools.once import new_key, once
from schools.rights import Permission as P
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of

SIDE_BY_SIDE = 40
WAITING_FIRST = (PlanState.SUBMITTED, PlanState.RETURNED, None, PlanState.DRAFT, PlanState.APPROVED)


@dataclass
class Line:
    """A unit of the desk with its papers."""

    unit: Unit
    plan: Plan | None
    committee: Committee | None
    evidence: tuple[int, int] | None
    open_remarks: int

    @property
    def tone(self) -> str:
        return PLAN_TONES[PlanState(self.plan.state)] if self.plan else "due"


@requires(P.PLAN_APPROVE)
def desk(request: Request) -> HttpResponse:
    unit, campaign = unit_of(request, P.PLAN_APPROVE), campaign_of(request)
    filters = DeskFilter(request.GET)
    units = _filtered(_below(request.user, unit, campaign), filters)
    if "xlsx" in request.GET:
        rows = _lines(request.user, campaign, list(units))
        return as_workbook(PLANS_BELOW, rows, title=_("Plans"), name=f"{campaign.code}-{unit.code}-plans")
    page = page_of(request, units)
    lines = _lines(request.user, campaign, list(page))
    waiting = _below(request.user, unit, campaign).filter(plan_state=PlanState.SUBMITTED).count()
    context = {
        "unit": unit,
        "page": page,
        "filters": filters,
        "clear": address("plans", unit),
        "table": PLANS_BELOW.on_screen(lines, href=lambda row: address("plan", row.unit)),
        "waiting": waiting,
        "compare": address("plans_compare", unit),
        "own": address("plan", unit),
    }
    return page_or_part(request, "campaigns/plans.html", "rows", context)


def _below(user: User, unit: Unit, campaign: Campaign) -> "QuerySet[Unit]":
    """The units directly below that are at work, those that wait for a decision first."""
    own = Plan.objects.for_user(user, P.PLAN_APPROVE).filter(unit=OuterRef("pk"), campaign=campaign)
    over = Func("pk", function="unit_above", output_field=IntegerField())
    ranks = [When(plan_state=state, then=Value(n)) for n, state in enumerate(WAITING_FIRST) if state]
    rows = Unit.objects.for_user(user, P.PLAN_APPROVE).alias(over=over).filter(over=unit.pk, closed_on=None)
    rows = rows.annotate(plan_state=Subquery(own.values("state")))
    rank = Case(*ranks, default=Value(WAITING_FIRST.index(None)), output_field=IntegerField())
    return rows.order_by(rank, "order_ru" if get_language() == "ru" else "order_kk", "pk")


def _filtered(units: "QuerySet[Unit]", filters: DeskFilter) -> "QuerySet[Unit]":
    if not filters.is_valid():
        return units
    state = filters.cleaned_data["state"]
    if state:
        units = units.filter(plan_state=None) if state == "none" else units.filter(plan_state=state)
    return units_named(units, filters.cleaned_data["q"])


def _lines(user: User, campaign: Campaign, units: list[Unit]) -> list[Line]:
    numbers = [unit.pk for unit in units]
    rows = Plan.objects.for_user(user, P.PLAN_APPROVE).filter(campaign=campaign, unit__in=numbers)
    found = {plan.unit_id: plan for plan in rows}
    people = Committee.objects.for_user(user, P.PLAN_APPROVE).filter(campaign=campaign, unit__in=numbers)
    committees = {row.unit_id: row for row in people}
    remarks = PlanRemark.objects.for_user(user, P.PLAN_APPROVE).filter(plan__in=found.values(), ticked_at=None)
    counted = dict(remarks.order_by().values_list("unit_id").annotate(n=Count("pk")))
    proved = lines_with_evidence(list(found), campaign)
    return [
        Line(each, found.get(each.pk), committees.get(each.pk), proved.get(each.pk), counted.get(each.pk, 0))
        for each in units
    ]


# ---- side by side


@dataclass
class Differs:
    """A line of one plan that is not simply the guide's, beside the same line of last year."""

    unit: Unit
    now: dict[str, Any] | None
    before: dict[str, Any] | None
    marks: list[str]


@dataclass
class Clause:
    """One clause over all the plans: how many keep the guide's line, and those that do not."""

    clause: str
    words: str
    alike: int = 0
    differing: list[Differs] = field(default_factory=list)


@requires(P.PLAN_APPROVE)
@once
def compare(request: Request) -> HttpResponse:
    unit, campaign = unit_of(request, P.PLAN_APPROVE), campaign_of(request)
    if request.method == "POST":
        read = read_of(request.POST)
        if not read:
            return _compare_page(request, unit, campaign, text=_("Tick at least one plan."), status=422)
        decided = plans.approve_plans(read=read, by=request.user)
        _tell(request, decided)
        return redirect(address("plans_compare" if decided.moved_on else "plans", unit))
    return _compare_page(request, unit, campaign)


def _tell(request: Request, decided: plans.Decided) -> None:
    n = len(decided.approved)
    if n:
        messages.success(request, ngettext("%(n)s plan is approved.", "%(n)s plans are approved.", n) % {"n": n})
    if decided.moved_on:
        names = ", ".join(plan.unit.name for plan in decided.moved_on)
        messages.warning(request, _("Changed since you read them, not approved: %(units)s.") % {"units": names})


def _compare_page(
    request: Request, unit: Unit, campaign: Campaign, *, text: str = "", status: int = 200
) -> HttpResponse:
    units = _below(request.user, unit, campaign).exclude(plan_state=None)
    waits = units.filter(plan_state=PlanState.SUBMITTED).exists()
    state = request.GET.get("state", PlanState.SUBMITTED if waits else "")
    if state in PlanState.values:
        units = units.filter(plan_state=state)
    page = page_of(request, units, SIDE_BY_SIDE)
    shown = list(page)
    now = _plans_with_lines(request.user, campaign, shown)
    earlier = Campaign.objects.year_before(campaign)
    before = _plans_with_lines(request.user, earlier, shown) if earlier else {}
    clauses = _clauses(shown, now, before, campaign, earlier)
    context = {
        "unit": unit,
        "page": page,
        "state": state,
        "states": [("", _("all")), *PlanState.choices],
        "clauses": clauses,
        "earlier": earlier,
        "ticks": _ticks(request, shown, now, clauses),
        "text": text,
        "back": address("plans", unit),
        "tick_all": f"{address('plans_compare', unit)}&tick=all#ticks",
        "once": new_key(),
    }
    return render(request, "campaigns/plans_compare.html", context, status=status)


def _plans_with_lines(user: User, campaign: Campaign, units: list[Unit]) -> dict[int, tuple[Plan, list[PlanLine]]]:
    rows = Plan.objects.for_user(user, P.PLAN_APPROVE).filter(campaign=campaign, unit__in=[unit.pk for unit in units])
    return {plan.unit_id: (plan, list(plan.lines.all())) for plan in rows.prefetch_related("lines")}


def _clauses(
    units: list[Unit],
    now: dict[int, tuple[Plan, list[PlanLine]]],
    before: dict[int, tuple[Plan, list[PlanLine]]],
    campaign: Campaign,
    earlier: Campaign | None,
) -> list[Clause]:
    asked = {line.clause for unit in units for line in lines_for(unit.level)}
    written = {line.clause for _plan, lines in now.values() for line in lines}
    found = []
    for clause in sorted(asked | written - {""}, key=order_of_clause):
        one = Clause(clause, str(BY_CLAUSE[clause].text) if clause in BY_CLAUSE else "")
        for unit in units:
            if clause in asked and clause not in {line.clause for line in lines_for(unit.level)}:
                continue
            differs = _compared(
                unit,
                _of(now, unit, clause),
                _of(before, unit, clause),
                campaign,
                earlier if unit.pk in before else None,
            )
            if differs.marks:
                one.differing.append(differs)
            else:
                one.alike += 1
        found.append(one)
    own = Clause("", _("Lines of the units' own"))
    own.differing = [
        Differs(unit, _said(line, campaign), _namesake(line, before, unit, earlier), _own_marks(line, before, unit))
        for unit in units
        for line in _own(now, unit)
    ]
    return [*found, own] if own.differing else found


def _of(papers: dict[int, tuple[Plan, list[PlanLine]]], unit: Unit, clause: str) -> PlanLine | None:
    lines = papers[unit.pk][1] if unit.pk in papers else []
    return next((line for line in lines if line.clause == clause), None)


def _own(papers: dict[int, tuple[Plan, list[PlanLine]]], unit: Unit) -> list[PlanLine]:
    return [line for line in papers[unit.pk][1] if not line.clause] if unit.pk in papers else []


def _namesake(
    line: PlanLine, before: dict[int, tuple[Plan, list[PlanLine]]], unit: Unit, earlier: Campaign | None
) -> dict[str, Any] | None:
    found = next((each for each in _own(before, unit) if each.text == line.text), None)
    return _said(found, earlier) if found and earlier else None


def _own_marks(line: PlanLine, before: dict[int, tuple[Plan, list[PlanLine]]], unit: Unit) -> list[str]:
    texts = {each.text for each in _own(before, unit)}
    return [_("the unit's own line")] + ([_("new this year")] if unit.pk in before and line.text not in texts else [])


def _compared(
    unit: Unit, now: PlanLine | None, before: PlanLine | None, campaign: Campaign, earlier: Campaign | None
) -> Differs:
    """What marks the line: against the guide, and against the same unit's plan of last year."""
    if now is None:
        return Differs(unit, None, _said(before, earlier), [_("not in the plan")])
    marks = []
    guide = BY_CLAUSE.get(now.clause)
    if now.text:
        marks.append(_("other words than the guide's"))
    if now.owner:
        marks.append(_("other owner than usual"))
    if guide and now.due != guide.due(campaign):
        marks.append(_("other date than usual"))
    if earlier is not None:
        marks += _against_last_year(now, before, campaign, earlier)
    return Differs(unit, _said(now, campaign), _said(before, earlier), marks)


def _against_last_year(now: PlanLine, before: PlanLine | None, campaign: Campaign, earlier: Campaign) -> list[str]:
    if before is None:
        return [_("not in last year's plan")]
    a_year = campaign.opens - earlier.opens
    moved = now.due and before.due and abs(now.due - before.due - a_year) > timedelta(days=3)  # weekends move dates
    same = (now.text, now.owner) == (before.text, before.owner) and not moved
    return [] if same else [_("changed since last year")]


def _said(line: PlanLine | None, campaign: Campaign | None) -> dict[str, Any] | None:
    if line is None or campaign is None:
        return None
    return {"words": words_of(line), "owner": owner_of(line), "due": line.due}


def _ticks(
    request: Request,
    units: list[Unit],
    now: dict[int, tuple[Plan, list[PlanLine]]],
    clauses: Iterable[Clause],
) -> list[dict[str, Any]]:
    """The plans on this page that wait for this very person's decision."""
    ticked = set(request.POST.getlist("plan"))
    counts: dict[int, int] = {}
    for each in (differs for clause in clauses for differs in clause.differing):
        counts[each.unit.pk] = counts.get(each.unit.pk, 0) + 1
    rows = []
    for unit in units:
        plan, lines = now[unit.pk]
        if plan.state != PlanState.SUBMITTED or not request.user.grants.cover_from_above(P.PLAN_APPROVE, unit.pk):
            continue
        value = f"{plan.pk}:{plan.version}"
        rows.append(
            {
                "unit": unit,
                "href": address("plan", unit),
                "value": value,
                "ticked": value in ticked or request.GET.get("tick") == "all",
                "lines": len(lines),
                "differing": counts.get(unit.pk, 0),
            }
        )
    return rows
