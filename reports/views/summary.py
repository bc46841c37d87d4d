"""The summary of the country: as it would read now, then as it was sealed."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.models import FINAL, Campaign, Round
from reports import actions
from reports.editions import Edition, Missing
from reports.forms import SealForm, TextForm
from reports.indicators import CATALOGUE
from reports.papers.pages import total_name
from reports.places import children, stored_figures
from reports.states import SubmissionState
from reports.tables import SHOWN
from reports.views.figure import link_to
from reports.views.situation import cells_of
from reports.words import sentences
from schools.access import Request, requires
from schools.models import Unit
from schools.number import ROOT
from schools.once import new_key, once
from schools.rights import Level
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.clock import now, today


@requires(P.SUMMARY_VIEW)
def summary(request: Request, form: str = FINAL) -> HttpResponse:
    campaign, round_ = _round(request, form)
    return _page(request, campaign, round_)


@requires(P.SUMMARY_SEAL)
@once
def seal(request: Request, form: str) -> HttpResponse:
    """What is missing is read before it is sealed; a seal without it, or before its day, needs a reason."""
    campaign, round_ = _round(request, form)
    if actions.sealed_submission(campaign, form):
        return redirect("summary_of", form=form)
    asked = actions.asks_for_reason(campaign, round_)
    sealing = SealForm(request.POST or None, is_asked=bool(asked))
    refusals: list[str] = []
    if request.method == "POST" and sealing.is_valid():
        try:
            job = actions.want_seal(
                campaign=campaign, form=form, reason=sealing.cleaned_data.get("reason", ""), by=request.user
            )
        except Refused as refusal:
            refusals = str(refusal).split("\n")
        else:
            mine = job.user_id == request.user.pk  # of somebody else's work the summary itself tells how far it is
            return redirect("job", pk=job.pk) if mine else redirect("summary_of", form=form)
    context = {
        "campaign": campaign,
        "round": round_,
        "crumbs": [(round_.name, reverse("summary_of", args=[form]))],
        "not_yet": actions.why_not_sealed(campaign, round_),
        "asked": asked,
        "missing": [_missing(each, round_) for each in actions.missing_reports(campaign, form)],
        "form": sealing,
        "refusals": refusals,
        "once": new_key(),
    }
    return render(request, "reports/seal.html", context, status=200 if request.method == "GET" else 422)


def _round(request: Request, form: str) -> tuple[Campaign, Round]:
    """The summary is the ministry's own: nobody below sees it here."""
    campaign = Campaign.objects.current()
    round_ = campaign.round(form) if campaign else None
    if campaign is None or round_ is None:
        raise Http404
    return campaign, round_


def _page(request: Request, campaign: Campaign, round_: Round) -> HttpResponse:
    ministry = Unit.objects.for_user(request.user, P.FIGURES_VIEW).get(pk=ROOT)
    units = children(ministry)
    own = actions.current(ministry, campaign, round_.code)
    sealed = own if own and own.state == SubmissionState.SEALED else None
    edition = (
        actions.sealed(sealed, [unit.pk for unit in units])
        if sealed
        else _living(request, campaign, round_, ministry, units)
    )
    context = {
        "campaign": campaign,
        "round": round_,
        "rounds": [_tab(each, round_) for each in campaign.rounds],
        "edition": edition,
        "sealed": sealed,
        "papers": sealed.papers.select_related("document").order_by("-format", "language") if sealed else [],
        "sealing": actions.sealing(campaign, round_.code),
        "code": " ".join(edition.code[start : start + 4] for start in range(0, len(edition.code), 4)),
        "sentences": sentences(edition),
        "headers": _headers(),
        "rows": [
            {**_row(unit.name, unit, edition, round_), "href": reverse("situation_of", args=[unit.code])}
            for unit in edition.children
        ],
        "foot": _row(total_name(ministry), ministry, edition, round_),
        "missing": [_missing(each, round_) for each in edition.lacking],
        "may_seal": request.user.grants.cover(P.SUMMARY_SEAL, ROOT) and sealed is None,
        "writes": sealed is None and actions.may_write(request.user, ROOT),
        "form": TextForm(initial={"text": own.text if own else ""}),
        "write_url": reverse("submission_move", args=[ministry.code, round_.code, "write"]),
        "version": actions.version_of(own),
        "once": new_key(),
        "now": now(),
    }
    return render(request, "reports/summary.html", context)


def _living(request: Request, campaign: Campaign, round_: Round, ministry: Unit, units: list[Unit]) -> Edition:
    figures, _counted_at = stored_figures(campaign, ROOT, [unit.pk for unit in units])
    schools = Unit.objects.for_user(request.user, P.FIGURES_VIEW).filter(level=Level.SCHOOL).count()
    return Edition(
        campaign=campaign,
        unit=ministry,
        as_of=today(),
        figures=figures,
        units=[ministry, *units],
        form=round_.code,
        missing=actions.missing_reports(campaign, round_.code),
        school_count=schools,
    )


def _tab(each: Round, chosen: Round) -> dict[str, Any]:
    return {"name": each.name, "url": reverse("summary_of", args=[each.code]), "current": each.code == chosen.code}


def _headers() -> list[dict[str, Any]]:
    return [{"label": _("Unit")}, *({"label": CATALOGUE[code].label, "number": True} for code in SHOWN)]


def _row(name: str, unit: Unit, edition: Edition, round_: Round) -> dict[str, Any]:
    link = link_to(unit, round_.code if edition.sealed_at else "")
    return {"cells": [{"value": name}, *cells_of(edition.figures[unit.pk], link)]}


def _missing(each: Missing, round_: Round) -> dict[str, Any]:
    return {
        "label": each.called,
        "href": reverse("submission", args=[each.code, round_.code]),
        "word": dict(SubmissionState.choices).get(each.state, _("the report is not begun")),
        "tone": "late" if each.state == SubmissionState.RETURNED else "info" if each.state else "none",
        "hint": each.why,
    }
