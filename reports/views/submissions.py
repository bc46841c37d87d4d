"""What units report for each round: their own report, and those of the units below."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Round
from campaigns.windows import days_late, due_of
from reports import actions
from reports.editions import kept_figures
from reports.figures import Figure
from reports.forms import SendBackForm, SignForm, TextForm
from reports.gaps import Gap, gaps, nil_gaps
from reports.live import live_figures
from reports.models import Submission
from reports.places import Place, latest, place_of
from reports.states import HANDED_IN, SUBMISSION, SubmissionState
from reports.views.figure import link_to, sections_of
from reports.views.situation import TONES, called
from schools.access import Request, requires
from schools.models import Job, Unit, User
from schools.number import OBLAST, ROOT, span
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.clock import today
from zabota.lib.paging import page_of

EDITABLE = (SubmissionState.DRAFT, SubmissionState.RETURNED)


@dataclass
class Report:
    """A unit's report of a round, as its page knows it."""

    unit: Unit
    campaign: Campaign
    round: Round
    submission: Submission | None

    @property
    def editable(self) -> bool:
        return self.submission is None or self.submission.state in EDITABLE

    @property
    def url(self) -> str:
        return reverse("submission", args=[self.unit.code, self.round.code])

    @property
    def due(self) -> Any:
        return due_of(self.unit, self.campaign, self.round.code)


@requires(P.REPORT_VIEW)
def submission_list(request: Request) -> HttpResponse:
    campaign = Campaign.objects.current()
    if campaign is None:
        return render(request, "reports/submissions.html")
    round_ = campaign.round(request.GET.get("round", "")) or campaign.round_now()
    mine = Unit.objects.for_user(request.user, P.REPORT_VIEW).filter(pk__in=request.user.grants.units(P.REPORT_VIEW))
    first = mine.first()
    if first is None:
        raise Http404
    place = place_of(first, campaign, round_)
    page = page_of(request, place.units)
    phones = called([unit.pk for unit in page])
    context = {
        "campaign": campaign,
        "round": round_,
        "rounds": [_tab(each, round_) for each in campaign.rounds],
        "own": [] if first.pk == ROOT else _own_rounds(first, campaign),
        "unit": first,
        "place": place,
        "page": page,
        "rows": [_below(request.user, place, unit, phones.get(unit.pk)) for unit in page],
    }
    return render(request, "reports/submissions.html", context)


@requires(P.REPORT_VIEW)
def submission(request: Request, code: str, form: str) -> HttpResponse:
    report = _report(request.user, code, form)
    if report.unit.pk == ROOT:
        return redirect("summary_of", form=report.round.code)
    return _page(request, report)


@requires(P.REPORT_VIEW)
@once
def move(request: Request, code: str, form: str, move: str) -> HttpResponse:
    report = _report(request.user, code, form)
    if request.method != "POST":
        return redirect(report.url)
    act = {"write": _write, "sign": _sign, "accept": _accept, "send_back": _send_back}.get(move)
    if act is None:
        raise Http404
    return act(request, report)


# ---- moves


def _write(request: Request, report: Report) -> HttpResponse:
    form = TextForm(request.POST)
    if not actions.may_write(request.user, report.unit.pk):
        raise PermissionDenied
    if not form.is_valid():
        return _page(request, report, form=form, status=422)
    try:
        with transaction.atomic():
            draft = _draft(request, report)
            actions.write_text(submission=draft, text=form.cleaned_data["text"], by=request.user)
    except Refused as refusal:
        return _refused(request, report, refusal, form=form)
    messages.success(request, _("The text is saved."))
    return redirect(report.url)


def _sign(request: Request, report: Report) -> HttpResponse:
    form = SignForm(request.POST, missing=_may_be_missing(report))
    if not actions.may_sign(request.user, report.unit.pk):
        raise PermissionDenied
    if not form.is_valid():
        return _page(request, report, form=form, status=422)
    try:
        with transaction.atomic():
            job = _signed(request, report, form)
    except Refused as refusal:
        return _refused(request, report, refusal, form=form)
    if job is not None:
        return redirect("job", pk=job.pk) if job.user_id == request.user.pk else redirect(report.url)
    messages.success(request, _("The report is signed and sent."))
    return redirect(report.url)


def _signed(request: Request, report: Report, form: SignForm) -> Job | None:
    """Sign at once, or as work of its own where the count is long (an oblast, a city)."""
    draft = _draft(request, report)
    draft = actions.write_text(submission=draft, text=form.cleaned_data["text"], by=request.user)
    given = {"submission": draft, "nil": form.cleaned_data["nil"], "missing": form.reasons(), "by": request.user}
    if span(report.unit.pk) >= OBLAST:
        return actions.want_signature(**given)
    actions.sign(**given)
    return None


def _accept(request: Request, report: Report) -> HttpResponse:
    try:
        with transaction.atomic():
            actions.accept(submission=_seen(request, report), by=request.user)
    except Refused as refusal:
        return _refused(request, report, refusal)
    messages.success(request, _("The report of «%(unit)s» is accepted.") % {"unit": report.unit.name})
    return redirect(report.url)


def _send_back(request: Request, report: Report) -> HttpResponse:
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _page(request, report, back_form=form, status=422)
    try:
        with transaction.atomic():
            actions.send_back(submission=_seen(request, report), note=form.cleaned_data["note"], by=request.user)
    except Refused as refusal:
        return _refused(request, report, refusal, back_form=form)
    messages.success(request, _("The report is returned to «%(unit)s».") % {"unit": report.unit.name})
    return redirect(report.url)


def _seen(request: Request, report: Report) -> Submission:
    found = actions.seen(
        unit=report.unit, campaign=report.campaign, form=report.round.code, version=request.POST.get("version", "")
    )
    if found is None:
        raise Http404
    return found


def _draft(request: Request, report: Report) -> Submission:
    """The report that is being worked on, begun now if need be, unless it has changed since the page was opened."""
    actions.seen(
        unit=report.unit, campaign=report.campaign, form=report.round.code, version=request.POST.get("version", "")
    )
    return actions.prepare(unit=report.unit, campaign=report.campaign, form=report.round.code, by=request.user)


def _refused(request: Request, report: Report, refusal: Refused, **forms: Any) -> HttpResponse:
    if isinstance(refusal, actions.Stale):
        report.submission = refusal.current
        return _page(request, report, conflict=_conflict(forms, refusal.current), status=409, **forms)
    return _page(request, report, refusals=str(refusal).split("\n"), status=422, **forms)


def _conflict(forms: dict[str, Any], stored: Submission | None) -> list[dict[str, str]]:
    form = forms.get("form")
    typed = form.cleaned_data.get("text", "") if form else ""
    state = stored.get_state_display() if stored else _("the report is not begun")
    rows = [{"label": _("State"), "mine": "", "theirs": state}]
    if form:
        rows.append({"label": str(form.fields["text"].label), "mine": typed, "theirs": stored.text if stored else ""})
    return rows


# ---- the page of a report


def _report(user: User, code: str, form: str) -> Report:
    unit = get_object_or_404(Unit.objects.for_user(user, P.REPORT_VIEW), code=code)
    campaign = Campaign.objects.current()
    round_ = campaign.round(form) if campaign else None
    if campaign is None or round_ is None:
        raise Http404
    return Report(unit, campaign, round_, actions.current(unit, campaign, form))


def _page(
    request: Request,
    report: Report,
    *,
    form: TextForm | None = None,
    back_form: SendBackForm | None = None,
    refusals: list[str] | None = None,
    conflict: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    unit, found = report.unit, report.submission
    writes = report.editable and actions.may_write(request.user, unit.pk)
    signs = report.editable and actions.may_sign(request.user, unit.pk)
    lacking = gaps(unit, report.campaign, report.round) if report.editable else []
    figures = _figures(report)
    moves = {move.name for move in SUBMISSION.open_to(request.user, found)} if found else set()
    context = {
        "report": report,
        "unit": unit,
        "crumbs": _crumbs(request.user, report),
        "submission": found,
        "tone": TONES[SubmissionState(found.state)] if found else "none",
        "state": found.get_state_display() if found else _("the report is not begun"),
        "late": days_late(report.due) if report.editable else 0,
        "version": actions.version_of(found),
        "hard": [gap for gap in lacking if gap.hard],
        "soft": [*(gap for gap in lacking if not gap.hard), *(nil_gaps(figures, []) if report.editable else [])],
        "sections": _sections(report, figures),
        "work": actions.signing(found) if found and report.editable else None,
        "kept": not report.editable,
        "form": form or _form(report, signs, lacking),
        "writes": writes,
        "signs": signs,
        "accepts": "accept" in moves,
        "back_form": back_form or SendBackForm(),
        "sends_back": "send_back" in moves,
        "refusals": refusals or [],
        "conflict": conflict,
        "once": new_key(),
        "today": today(),
    }
    return render(request, "reports/submission.html", context, status=status)


def _form(report: Report, signs: bool, lacking: list[Gap]) -> TextForm:
    initial = {"text": report.submission.text, "nil": report.submission.nil} if report.submission else {}
    if signs:
        return SignForm(initial=initial, missing=[gap.unit for gap in lacking if gap.unit])
    return TextForm(initial=initial)


def _may_be_missing(report: Report) -> list[Unit]:
    return [gap.unit for gap in gaps(report.unit, report.campaign, report.round) if gap.unit]


def _figures(report: Report) -> dict[str, Figure]:
    """What was signed stays as it was; before that the figures of this minute."""
    kept = kept_figures(report.submission) if report.submission and not report.editable else None
    return kept or live_figures(report.campaign, [report.unit.pk])[report.unit.pk]


def _sections(report: Report, figures: dict[str, Figure]) -> list[dict[str, Any]]:
    """The figures, each a link to its rows; under a signed report those of its day."""
    signed = report.submission if not report.editable else None
    sections = sections_of(figures, link_to(report.unit, report.round.code if signed else ""))
    nil = signed.nil if signed else []
    return [{**section, "nil": section["key"] in nil} for section in sections]


def _crumbs(user: User, report: Report) -> list[tuple[str, str]]:
    crumbs = [(_("Reports"), f"{reverse('submissions')}?round={report.round.code}")]
    above = [each for each in report.unit.line[1:-1] if user.grants.cover(P.REPORT_VIEW, each.pk)]
    return crumbs + [(each.name, reverse("submission", args=[each.code, report.round.code])) for each in above]


# ---- the list


def _tab(each: Round, chosen: Round) -> dict[str, Any]:
    return {"name": each.name, "url": f"?round={each.code}", "current": each.code == chosen.code}


def _own_rounds(unit: Unit, campaign: Campaign) -> list[dict[str, Any]]:
    """The rounds of the campaign with the state of the unit's own report."""
    return [
        _own_round(unit, campaign, each, latest(campaign, each.code, [unit.pk]).get(unit.pk))
        for each in campaign.rounds
    ]


def _own_round(unit: Unit, campaign: Campaign, each: Round, found: Submission | None) -> dict[str, Any]:
    owed_by = due_of(unit, campaign, each.code)
    open_ = found is None or found.state in EDITABLE
    late = days_late(owed_by) if open_ else 0
    word, tone = _state(found, late)
    return {
        "label": each.name,
        "href": reverse("submission", args=[unit.code, each.code]),
        "tone": tone,
        "word": word,
        "hint": _("Due %(day)s") % {"day": f"{owed_by:%d.%m.%Y}"},
    }


def _state(found: Submission | None, late: int) -> tuple[str, str]:
    state = found.get_state_display() if found else _("not begun")
    if late and (found is None or found.state not in HANDED_IN):
        return _("%(state)s, %(n)s days late") % {"state": state, "n": late}, "late"
    return state, TONES[SubmissionState(found.state)] if found else "none"


def _below(user: User, place: Place, unit: Unit, person: User | None) -> dict[str, Any]:
    found = place.reports.get(unit.pk)
    word, tone = _state(found, days_late(place.dues[unit.pk]))
    moves = {move.name for move in SUBMISSION.open_to(user, found)} if found else set()
    return {
        "unit": unit,
        "url": reverse("submission", args=[unit.code, place.round.code]),
        "word": word,
        "tone": tone,
        "signed_on": found.signed_on if found else None,
        "person": person,
        "waits": "accept" in moves,
    }
