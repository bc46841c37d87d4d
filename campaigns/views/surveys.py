"""Surveys: links and their QR codes, answers without an account, paper questionnaires, results (Guide 6.3.1)."""

import uuid
from typing import Any
from urllib.parse import urlencode

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.db.models import Func, IntegerField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from campaigns.actions.campaign import Stale
from campaigns.actions.surveys import (
    Asked,
    answer_survey,
    asked_through,
    close_survey,
    open_surveys,
    reopen_survey,
    save_tally,
)
from campaigns.forms.surveys import QuestionnaireForm, TallyForm
from campaigns.models import Campaign, SurveyCount, SurveyLink
from campaigns.qr import qr_of
from campaigns.states import Audience
from campaigns.survey_results import Answered, Tally, about_help, answers_of, by_unit_below
from campaigns.tables import SURVEY_ANSWERS, SURVEY_IN_FILE, SURVEY_LINKS, SURVEY_UNITS
from campaigns.views import SeeOther, as_workbook, campaign_of, unit_of
from schools.access import Request, public, requires
from schools.models import Scoped, Unit
from schools.names import order_of_units
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.paging import page_of

# ---- a unit's surveys


@requires(P.EVENT_VIEW)
@once
def surveys(request: Request) -> HttpResponse:
    """The four questionnaires of a unit, and how those below it stand."""
    place, running = unit_of(request, P.EVENT_VIEW), campaign_of(request)
    if request.method == "POST":
        open_surveys(unit=place, campaign=running, by=request.user)
        messages.success(request, _("The survey is open: hand out the addresses or the sheets with the square code."))
        return SeeOther(_of_place("surveys", place, running))
    links = SurveyLink.objects.for_user(request.user, P.EVENT_VIEW).filter(unit=place, campaign=running)
    by_audience = {link.audience: link for link in links}
    tallies = about_help(_counts(request, place, running))
    context = {
        "place": place,
        "campaign": running,
        "table": SURVEY_LINKS.on_screen(
            [_Line(audience, by_audience.get(audience), tallies[audience]) for audience in Audience],
            href=lambda line: line.href,
        ),
        "may_open": request.user.grants.at(P.EVENT_WRITE, place.pk) and len(by_audience) < len(Audience),
        "results": _of_place("survey_results", place, running),
        "once": new_key(),
        **_units_below(request, place, running),
    }
    return render(request, "campaigns/surveys.html", context)


class _Line:
    """One audience of the unit as the table shows it."""

    def __init__(self, audience: Audience, link: SurveyLink | None, tally: Tally) -> None:
        self.audience, self.state = str(audience.label).capitalize(), _state(link)
        self.href = reverse("survey", args=[link.pk]) if link else ""
        self.answered, self.paper, self.satisfied = tally.answered, tally.paper, tally.satisfied


def _state(link: SurveyLink | None) -> str:
    if link is None:
        return _("not opened")
    return _("closed on %(day)s") % {"day": f"{link.closed_on:%d.%m.%Y}"} if link.closed_on else _("open")


def _counts(request: Request, place: Unit, running: Campaign) -> Scoped:
    return SurveyCount.objects.for_user(request.user, P.EVENT_VIEW).under(place.pk).filter(campaign=running)


def _of_place(page: str, place: Unit, running: Campaign, **more: str) -> str:
    return f"{reverse(page)}?{urlencode({'unit': place.code, 'campaign': running.code, **more})}"


def _units_below(request: Request, place: Unit, running: Campaign) -> dict[str, Any]:
    """How the units directly below stand: who answered, and how many say that help reached those who need it."""
    if place.is_school:
        return {}
    over = Func("pk", function="unit_above", output_field=IntegerField())
    units = Unit.objects.for_user(request.user, P.EVENT_VIEW).alias(over=over).filter(over=place.pk, closed_on=None)
    page = page_of(request, units.order_by(*order_of_units()))
    tallies = by_unit_below(_counts(request, place, running), place.pk)
    for unit in page:
        tally = tallies.get(unit.pk, Tally())
        unit.answered, unit.satisfied = tally.answered, tally.satisfied
    below = SURVEY_UNITS.on_screen(page, href=lambda unit: _of_place("surveys", unit, running))
    return {"page": page, "below": below}


@requires(P.EVENT_VIEW)
@once
def survey(request: Request, key: uuid.UUID) -> HttpResponse:
    """One questionnaire: its address, its code, its counts; it is closed and opened again here."""
    link = _find(request, key)
    if request.method == "POST":
        act = close_survey if "close" in request.POST else reopen_survey
        try:
            act(link=link, by=request.user)
        except Refused as refused:
            messages.warning(request, str(refused))
        return SeeOther(reverse("survey", args=[key]))
    address = _address(request, link)
    context = {
        "link": link,
        "state": _state(link),
        "address": address,
        "qr": qr_of(address),
        "back": _of_place("surveys", link.unit, link.campaign),
        "results": _of_place("survey_results", link.unit, link.campaign, audience=link.audience),
        "may_write": request.user.grants.at(P.EVENT_WRITE, link.unit_id),
        "once": new_key(),
    }
    return render(request, "campaigns/survey.html", context)


def _find(request: Request, key: uuid.UUID) -> SurveyLink:
    links = SurveyLink.objects.for_user(request.user, P.EVENT_VIEW).select_related("unit", "campaign")
    return get_object_or_404(links, pk=key)


def _address(request: HttpRequest, link: SurveyLink, language: str = "") -> str:
    path = reverse("survey_answer", args=[link.pk])
    return request.build_absolute_uri(f"{path}?lang={language}" if language else path)


@requires(P.EVENT_VIEW)
def survey_sheet(request: Request, key: uuid.UUID) -> HttpResponse:
    """A sheet to be printed and put up: the invitation and the code in Kazakh and in Russian."""
    link = _find(request, key)
    sides = [_side(request, link, language) for language in ("kk", "ru")]
    return render(request, "campaigns/survey_sheet.html", {"link": link, "sides": sides})


def _side(request: Request, link: SurveyLink, language: str) -> dict[str, Any]:
    address = _address(request, link, language)
    with translation.override(language):
        return {
            "language": language,
            "campaign": link.campaign.name,
            "unit": link.unit.full_name,
            "audience": str(link.get_audience_display()).capitalize(),
            "invitation": _("Tell what you think: the survey is anonymous and takes two minutes."),
            "how": _("Point the camera of your phone at the square, or type the address."),
            "address": address,
            "qr": qr_of(address),
        }


@requires(P.EVENT_WRITE)
@once
def survey_tally(request: Request, key: uuid.UUID) -> HttpResponse:
    """Questionnaires filled in on paper, counted by hand."""
    link = _find(request, key)
    if not request.user.grants.at(P.EVENT_WRITE, link.unit_id):
        raise Http404
    form = TallyForm(request.POST or None, link=link, stored=_on_paper(request, link))
    conflict: list[dict[str, str]] = []
    shown_version: Any = form["version"].value()
    if request.method == "POST" and form.is_valid():
        link.version = form.cleaned_data["version"]
        try:
            save_tally(link=link, counts=form.counts, by=request.user)
        except Stale as stale:
            conflict = _differences(form, _on_paper(request, link))
            shown_version = stale.stored.version
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The paper questionnaires are counted."))
            return SeeOther(reverse("survey", args=[key]))
    status = 409 if conflict else 422 if form.errors else 200
    context = {"link": link, "form": form, "conflict": conflict, "shown_version": shown_version, "once": new_key()}
    return render(request, "campaigns/survey_tally.html", context, status=status)


def _on_paper(request: Request, link: SurveyLink) -> dict[tuple[str, str], int]:
    rows = SurveyCount.objects.for_user(request.user, P.EVENT_VIEW).filter(
        unit=link.unit_id, campaign=link.campaign_id, audience=link.audience
    )
    return {(row.question, row.answer): row.paper for row in rows}


def _differences(form: TallyForm, stored: dict[tuple[str, str], int]) -> list[dict[str, str]]:
    mine = form.counts
    return [
        {
            "label": f"{question.text} {words}",
            "mine": str(mine[question.code, answer]),
            "theirs": str(stored.get((question.code, answer), 0)),
        }
        for question in form.questions
        for answer, words in question.answers
        if mine[question.code, answer] != stored.get((question.code, answer), 0)
    ]


# ---- results


@requires(P.EVENT_VIEW)
def survey_results(request: Request) -> HttpResponse:
    """Answers of one audience at a unit and everywhere below it: a bar and a share for every answer."""
    place, running = unit_of(request, P.EVENT_VIEW), campaign_of(request)
    rows = _counts(request, place, running)
    if "xlsx" in request.GET:
        lines = [each for audience in Audience for q in answers_of(rows, audience) for each in q.answers]
        return as_workbook(SURVEY_IN_FILE, lines, title=_("Survey"), name="survey")
    chosen = request.GET.get("audience", "")
    audience = Audience(chosen) if chosen in Audience.values else Audience.PARENTS
    context = {
        "place": place,
        "campaign": running,
        "audience": audience,
        "audiences": [(each, _of_place("survey_results", place, running, audience=each)) for each in Audience],
        "questions": [_shown(number, each) for number, each in enumerate(answers_of(rows, audience), 1)],
        "back": _of_place("surveys", place, running),
        "file": _of_place("survey_results", place, running, xlsx="1"),
    }
    return render(request, "campaigns/survey_results.html", context)


def _shown(number: int, answered: Answered) -> dict[str, Any]:
    bars = [
        {
            "label": answer.words,
            "value": f"{answer.total} · {answer.share:.0%}" if answer.share is not None else "0",
            "percent": round((answer.share or 0) * 100, 1),
        }
        for answer in answered.answers
    ]
    return {
        "id": f"answers-{number}",
        "text": answered.question.text,
        "total": answered.total,
        "bars": bars,
        "table": SURVEY_ANSWERS.on_screen(answered.answers),
    }


# ---- without an account


@public
def survey_answer(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The questionnaire: Kazakh until the reader chooses; a code on paper chooses by `?lang=`."""
    wanted = request.GET.get("lang", "")
    if wanted in dict(settings.LANGUAGES):
        return _in_language(SeeOther(request.path), wanted)
    with translation.override(_language_of(request)):
        asked = asked_through(key)
        if asked is None:
            raise Http404
        return _questionnaire(request, key, asked)


@public
def survey_thanks(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    with translation.override(_language_of(request)):
        asked = asked_through(key)
        if asked is None:
            raise Http404
        return render(request, "campaigns/survey_thanks.html", {"asked": asked})


def _language_of(request: HttpRequest) -> str:
    """What the reader chose here before; the browser is not asked, since half of them are set up in Russian."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _in_language(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


def _questionnaire(request: HttpRequest, key: uuid.UUID, asked: Asked) -> HttpResponse:
    form = QuestionnaireForm(request.POST or None, audience=asked.audience, initial={"token": uuid.uuid4()})
    status, trouble = 200, ""
    if request.method == "POST" and not ratelimit.consume(request, action="survey"):
        status, trouble = 429, _("Very many answers come from here at this moment. Wait a minute and send it again.")
    elif request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                answer_survey(key=key, token=form.cleaned_data["token"], answers=form.answers)
            except Refused as refused:
                trouble = str(refused)
            else:
                return SeeOther(reverse("survey_thanks", args=[key]))
    context = {
        "asked": asked,
        "form": form,
        "token": form["token"].value() if "token" not in form.errors else uuid.uuid4(),
        "trouble": trouble,
    }
    return render(request, "campaigns/survey_answer.html", context, status=status)
