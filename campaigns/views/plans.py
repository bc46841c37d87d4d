"""The plan of a unit: its lines beside what proves them, sending, answering remarks, deciding."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.actions import plans
from campaigns.actions.campaign import Stale
from campaigns.evidence import Evidence, evidence_of, is_proved
from campaigns.forms.committees import PaperForm
from campaigns.forms.plans import AnswerForm, ExplainForm, LineForm, remarks_of
from campaigns.guide import lines_for, owner_of, words_of
from campaigns.models import Campaign, Committee, Plan, PlanLine, PlanRemark
from campaigns.states import PLAN, PlanState
from campaigns.tables import PLAN_LINES
from campaigns.views import as_workbook, campaign_of, unit_of
from campaigns.views.committees import PLAN_TONES, address, path_of
from schools.access import Request, requires
from schools.models import Scoped, Unit, User
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused, WrongState
from zabota.lib.clock import today


@requires(P.ORDER_VIEW)
def plan(request: Request) -> HttpResponse:
    unit, campaign = unit_of(request, P.ORDER_VIEW), campaign_of(request)
    found = _plans(request.user).filter(unit=unit, campaign=campaign).first()
    if "xlsx" in request.GET:
        rows = _rows(found, evidence_of([unit.pk], campaign)[unit.pk], {}, request.user) if found else []
        return as_workbook(PLAN_LINES, rows, title=_("Plan of measures"), name=f"{campaign.code}-{unit.code}-plan")
    return _page(request, unit, campaign, found)


@requires(P.PLAN_WRITE)
@once
def begin(request: Request) -> HttpResponse:
    unit, campaign = unit_of(request, P.PLAN_WRITE), campaign_of(request)
    if request.method != "POST":
        return redirect(address("plan", unit))
    plans.begin_plan(unit=unit, campaign=campaign, by=request.user)
    messages.success(request, _("The plan is filled with the lines of the guide. Read them and change what differs."))
    return redirect(address("plan", unit))


# ---- moves of the whole plan


@requires(P.PLAN_WRITE, P.PLAN_APPROVE)
@once
def move(request: Request, pk: int, move: str) -> HttpResponse:
    found = get_object_or_404(_plans(request.user), pk=pk)
    act = {"send": _send, "approve": _approve, "send_back": _send_back, "put_back": _put_back}.get(move)
    if request.method != "POST" or act is None:
        raise Http404
    forms: dict[str, Any] = {"form": PaperForm(request.POST)} if move == "send" else {}
    if move == "send_back":
        lines = list(PlanLine.objects.for_user(request.user, P.ORDER_VIEW).filter(plan=found))
        forms = {"said": remarks_of(request.POST, [line.pk for line in lines])}
    try:
        with transaction.atomic():
            return act(request, found, forms)
    except Refused as refused:
        again = get_object_or_404(_plans(request.user), pk=pk)
        status = 409 if isinstance(refused, Stale | WrongState) else 422
        conflict = _plan_conflict(forms, again) if isinstance(refused, Stale) and "form" in forms else None
        text = [] if conflict else str(refused).split("\n")
        return _page(
            request, found.unit, found.campaign, again, refusals=text, conflict=conflict, status=status, **forms
        )


def _version(request: Request) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() else 0


def _send(request: Request, found: Plan, forms: dict[str, Any]) -> HttpResponse:
    form = forms["form"]
    if not form.is_valid():
        return _page(request, found.unit, found.campaign, found, form=form, status=422)
    sent = plans.send_plan(plan=found, by=request.user, **form.cleaned_data)
    done = _("The plan is adopted and sent for approval.")
    messages.success(request, done if sent.state == PlanState.SUBMITTED else _("The plan is adopted and holds."))
    return redirect(address("plan", found.unit))


def _approve(request: Request, found: Plan, forms: dict[str, Any]) -> HttpResponse:
    plans.approve_plan(plan=found, version=_version(request), by=request.user)
    messages.success(request, _("The plan of «%(unit)s» is approved.") % {"unit": found.unit.name})
    return redirect(address("plan", found.unit))


def _send_back(request: Request, found: Plan, forms: dict[str, Any]) -> HttpResponse:
    plans.return_plan(plan=found, version=_version(request), remarks=forms["said"], by=request.user)
    messages.success(request, _("The plan is returned to «%(unit)s» with your remarks.") % {"unit": found.unit.name})
    return redirect(address("plan", found.unit))


def _put_back(request: Request, found: Plan, forms: dict[str, Any]) -> HttpResponse:
    n = plans.put_back_lines(plan=found, version=_version(request), by=request.user)
    words = ngettext("%(n)s line of the guide is back.", "%(n)s lines of the guide are back.", n)
    messages.success(request, words % {"n": n})
    return redirect(address("plan", found.unit))


def _plan_conflict(forms: dict[str, Any], stored: Plan) -> list[dict[str, str]]:
    typed = forms["form"].cleaned_data
    adopted = stored.adopted
    theirs = {"number": adopted.number if adopted else "", "date": f"{adopted.date:%d.%m.%Y}" if adopted else ""}
    mine = {"number": typed["number"], "date": f"{typed['date']:%d.%m.%Y}"}
    labels = {"number": _("Minutes"), "date": _("Date")}
    rows = [{"label": labels[name], "mine": mine[name], "theirs": theirs[name]} for name in labels]
    return [{"label": _("State"), "mine": "", "theirs": stored.get_state_display()}, *rows]


@requires(P.PLAN_WRITE)
@once
def remark(request: Request, pk: int) -> HttpResponse:
    """The unit ticks a remark off, saying what was done."""
    rows = PlanRemark.objects.for_user(request.user, P.ORDER_VIEW).select_related("plan__unit", "plan__campaign")
    row: PlanRemark = get_object_or_404(rows, pk=pk)
    if request.method != "POST":
        return redirect(address("plan", row.plan.unit))
    form = AnswerForm(request.POST)
    try:
        with transaction.atomic():
            plans.tick_remark(remark=row, answer=request.POST.get("answer", ""), by=request.user)
    except Refused as refused:
        status = 409 if isinstance(refused, WrongState) else 422
        again = get_object_or_404(_plans(request.user), pk=row.plan_id)
        typed = {row.pk: (form.data.get("answer", ""), str(refused))}
        return _page(request, row.plan.unit, row.plan.campaign, again, answers=typed, status=status)
    messages.success(request, _("The remark is ticked off."))
    return redirect(f"{address('plan', row.plan.unit)}#remarks")


# ---- one line


@requires(P.PLAN_WRITE)
@once
def line(request: Request, pk: int) -> HttpResponse:
    """A line is written anew, moved, taken out, or explained where nothing proves it."""
    rows = PlanLine.objects.for_user(request.user, P.PLAN_WRITE)
    row: PlanLine = get_object_or_404(rows.select_related("plan__unit", "plan__campaign"), pk=pk)
    return _line_page(request, row.plan, row)


@requires(P.PLAN_WRITE)
@once
def line_new(request: Request) -> HttpResponse:
    unit, campaign = unit_of(request, P.PLAN_WRITE), campaign_of(request)
    return _line_page(request, get_object_or_404(_plans(request.user), unit=unit, campaign=campaign), None)


def _line_page(request: Request, found: Plan, row: PlanLine | None) -> HttpResponse:
    editable = found.state in plans.EDITABLE and request.user.grants.at(P.PLAN_WRITE, found.unit_id)
    form = LineForm(request.POST if _saves(request) else None, line=row, version=found.version)
    explain = ExplainForm(request.POST if "explain" in request.POST else None, initial={"remark": row and row.remark})
    more: dict[str, Any] = {}
    text = ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                answer = _change_line(request, found, row, form, explain)
            if answer is not None:
                return answer
        except Stale as stale:
            found = get_object_or_404(_plans(request.user), pk=found.pk)
            form, more = _line_conflict(request, found, row, stale.stored)
        except Refused as refused:
            text = str(refused)
    status = 409 if more else 422 if form.errors or explain.errors or text else 200
    evidence = evidence_of([found.unit_id], found.campaign, {row.clause})[found.unit_id][row.clause] if row else []
    context = {
        "plan": found,
        "line": row,
        "words": words_of(row) if row else "",
        "owner": owner_of(row) if row else "",
        "editable": editable,
        "form": form,
        "explain": explain,
        "evidence": [_shown(each, found.unit, request.user) for each in evidence],
        "text": text,
        "back": address("plan", found.unit),
        "once": new_key(),
        **more,
    }
    return render(request, "campaigns/plan_line.html", context, status=status)


def _saves(request: Request) -> bool:
    return request.method == "POST" and not {"explain", "up", "down", "remove"} & set(request.POST)


def _change_line(
    request: Request, found: Plan, row: PlanLine | None, form: LineForm, explain: ExplainForm
) -> HttpResponse | None:
    home = address("plan", found.unit)
    if row is not None and "remove" in request.POST:
        plans.remove_line(line=row, version=_version(request), by=request.user)
        messages.success(request, _("The line is taken out of the plan."))
        return redirect(home)
    if row is not None and ("up" in request.POST or "down" in request.POST):
        plans.move_line(line=row, up="up" in request.POST, version=_version(request), by=request.user)
        return redirect(f"{home}#line-{row.pk}")
    if row is not None and "explain" in request.POST:
        if not explain.is_valid():
            return None
        plans.explain_line(line=row, remark=explain.cleaned_data["remark"], by=request.user)
        messages.success(request, _("The remark is saved."))
        return redirect(f"{home}#line-{row.pk}")
    if not form.is_valid():
        return None
    saved = plans.save_line(plan=found, line=row, by=request.user, **form.cleaned_data)
    messages.success(request, _("The line is saved."))
    return redirect(f"{home}#line-{saved.pk}")


def _line_conflict(request: Request, found: Plan, row: PlanLine | None, stored: Any) -> tuple[LineForm, dict[str, Any]]:
    """Both versions side by side; the form keeps what was typed and is based on the stored version now."""
    data = request.POST.copy()
    data["version"] = str(found.version)
    form = LineForm(data if _saves(request) else None, line=row, version=found.version)
    is_line = isinstance(stored, PlanLine)
    theirs = [words_of(stored), owner_of(stored), _day(stored.due)] if is_line else [_("no longer in the plan")] * 3
    mine = [data.get(name, "") for name in ("text", "owner", "due")]
    if _saves(request) and form.is_valid():
        mine[2] = _day(form.cleaned_data["due"])
    labels = [form.fields[name].label for name in ("text", "owner", "due")]
    rows = [{"label": label, "mine": m, "theirs": t} for label, m, t in zip(labels, mine, theirs, strict=True)]
    return form, {"conflict": rows}


def _day(day: Any) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


# ---- the page


def _plans(user: User) -> Scoped:
    rows: Scoped = Plan.objects.for_user(user, P.ORDER_VIEW).select_related("unit", "campaign", "adopted")
    return rows


def _page(
    request: Request,
    unit: Unit,
    campaign: Campaign,
    found: Plan | None,
    *,
    form: PaperForm | None = None,
    said: dict[int | None, str] | None = None,
    answers: dict[int, tuple[str, str]] | None = None,
    refusals: list[str] | None = None,
    conflict: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = request.user
    committees = Committee.objects.for_user(user, P.ORDER_VIEW).select_related("order", "unit")
    committee = committees.filter(unit=unit, campaign=campaign).first()
    evidence = evidence_of([unit.pk], campaign, {line.clause for line in lines_for(unit.level)})[unit.pk]
    rows = _rows(found, evidence, said or {}, user) if found else []
    at_home = user.grants.at(P.PLAN_WRITE, unit.pk)
    moves = {each.name for each in PLAN.open_to(user, found)} if found else set()
    context = {
        "unit": unit,
        "campaign": campaign,
        "plan": found,
        "steps": path_of(unit, committee, found),
        "state": found.get_state_display() if found else _("not begun"),
        "tone": PLAN_TONES[PlanState(found.state)] if found else "none",
        "rows": rows,
        "proved": sum(row["proved"] for row in rows),
        "owes_remarks": [row for row in rows if not row["proved"] and not row["line"].remark],
        "is_over": today() > campaign.closes,
        "at_home": at_home,
        "editable": at_home and found is not None and found.state in plans.EDITABLE,
        "lacking": len(lines_for(unit.level)) - len({row["line"].clause for row in rows} - {""}),
        "remarks": _remarks(found, answers or {}) if found else [],
        "gaps": plans.gaps(found) if found and at_home and found.state in plans.EDITABLE else [],
        "sends": bool(moves & {"submit", "adopt"}),
        "approves": "approve" in moves,
        "returns": "send_back" in moves,
        "said": (said or {}).get(None, ""),
        "form": form or _form(found),
        "refusals": refusals or [],
        "conflict": conflict,
        "shown_version": found.version if found else 1,
        "urls": _urls(unit, found),
        "below": address("plans", unit) if not unit.is_school and user.grants.cover(P.PLAN_APPROVE, unit.pk) else "",
        "once": new_key(),
    }
    return render(request, "campaigns/plan.html", context, status=status)


def _urls(unit: Unit, found: Plan | None) -> dict[str, str]:
    moves = {name: reverse("plan_move", args=[found.pk, name]) for name in MOVES} if found else {}
    more = {"begin": address("plan_begin", unit), "new": address("plan_line_new", unit)}
    return {**moves, **more, "xlsx": f"{address('plan', unit)}&xlsx=1"}


MOVES = ("send", "approve", "send_back", "put_back")


def _form(found: Plan | None) -> PaperForm:
    adopted = found.adopted if found else None
    number, date = (adopted.number, adopted.date) if adopted else ("", today())
    return PaperForm(initial={"number": number, "date": date, "version": found.version if found else 1})


def _rows(
    found: Plan, evidence: dict[str, list[Evidence]], said: dict[int | None, str], user: User
) -> list[dict[str, Any]]:
    """The lines with what proves each; the number is the place in the list, not the clause."""
    return [
        {
            "n": n,
            "line": each,
            "words": words_of(each),
            "owner": owner_of(each),
            "evidence": [_shown(one, found.unit, user) for one in evidence.get(each.clause, [])],
            "proved": is_proved(evidence.get(each.clause, [])),
            "said": said.get(each.pk, ""),
        }
        for n, each in enumerate(found.lines.all(), 1)
    ]


def _shown(each: Evidence, unit: Unit, user: User) -> dict[str, str]:
    return {"words": each.words, "tone": "ok" if each.met else "none", "href": _way(each.page, unit, user)}


def _way(page: str, unit: Unit, user: User) -> str:
    """The page where the evidence stands, if there is one and this reader may open it."""
    try:
        url = address(page, unit) if page else ""
    except NoReverseMatch:
        return ""
    asked = getattr(resolve(url.partition("?")[0]).func, "requires", ()) if url else ()
    return url if not asked or any(user.grants.units(right) for right in asked) else ""


def _remarks(found: Plan, answers: dict[int, tuple[str, str]]) -> list[dict[str, Any]]:
    lines = {each.pk: n for n, each in enumerate(found.lines.all(), 1)}
    people = {
        person.username: person.short_name
        for person in User.objects.filter(username__in=found.remarks.values_list("by", flat=True))
    }
    return [
        {
            "remark": each,
            "who": people.get(each.by, each.by),
            "line": lines.get(each.line_id) if each.line_id else None,
            "typed": answers.get(each.pk, ("", ""))[0],
            "error": answers.get(each.pk, ("", ""))[1],
        }
        for each in found.remarks.all()
    ]
