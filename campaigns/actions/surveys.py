"""Surveys of a unit: links handed out, answers that come in, paper questionnaires counted by hand (Guide 6.3.1)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from campaigns.actions.campaign import Stale
from campaigns.models import Campaign, SurveyCount, SurveyLink
from campaigns.states import Audience
from campaigns.survey import questions_of
from schools.actions import touch
from schools.journal import record
from schools.models import Unit, User
from schools.rights import Permission
from schools.workflow import Refused, WrongState
from zabota.lib.clock import today

MOST_ON_PAPER = 100_000


@dataclass(frozen=True)
class Asked:
    """What somebody without an account may know of a link: whose it is, who answers, whether it is open."""

    unit: Unit
    campaign: Campaign
    audience: Audience
    is_open: bool


@transaction.atomic
def open_surveys(*, unit: Unit, campaign: Campaign, by: User) -> list[SurveyLink]:
    """A link for every audience; those that stand already stay as they are."""
    _check_right(by, unit.pk)
    made = [
        SurveyLink.objects.get_or_create(unit=unit, campaign=campaign, audience=audience)[1] for audience in Audience
    ]
    links = list(SurveyLink.objects.filter(unit=unit, campaign=campaign).order_by("audience"))
    if any(made):
        record(links[0], "open_survey", unit=unit.pk, by=by, note=campaign.code)
    return links


@transaction.atomic
def close_survey(*, link: SurveyLink, by: User) -> SurveyLink:
    """No more answers through the link; paper may still be counted.  Raises WrongState when it is closed."""
    stored = _locked(link, by)
    if stored.closed_on:
        raise WrongState(_("This survey was closed on %(day)s.") % {"day": f"{stored.closed_on:%d.%m.%Y}"})
    stored.closed_on = today()
    stored.save(update_fields=["closed_on"])
    record(stored, "close_survey", unit=stored.unit_id, by=by, note=stored.get_audience_display())
    return stored


@transaction.atomic
def reopen_survey(*, link: SurveyLink, by: User) -> SurveyLink:
    stored = _locked(link, by)
    if not stored.closed_on:
        raise WrongState(_("This survey is open."))
    stored.closed_on = None
    stored.save(update_fields=["closed_on"])
    record(stored, "reopen_survey", unit=stored.unit_id, by=by, note=stored.get_audience_display())
    return stored


@transaction.atomic
def save_tally(*, link: SurveyLink, counts: Mapping[tuple[str, str], int], by: User) -> SurveyLink:
    """How often each answer was ticked on paper, by question and answer; answers left out become none.

    Raises PermissionDenied outside one's own unit, Stale when somebody has counted since the link's `version`,
    Refused for answers that the questionnaire does not offer.
    """
    stored = _locked(link, by)
    if stored.version != link.version:
        raise Stale(stored)
    offered = [(q.code, answer) for q in questions_of(stored.audience) for answer, _words in q.answers]
    if not set(counts) <= set(offered) or any(not 0 <= n <= MOST_ON_PAPER for n in counts.values()):
        raise Refused(_("There is no such answer, or the number is not a count."))
    whose: dict[str, Any] = {"unit_id": stored.unit_id, "campaign_id": stored.campaign_id, "audience": stored.audience}
    # in the order in which answers through the link take these rows, so that nobody waits for each other
    held = SurveyCount.objects.filter(**whose).order_by("question").select_for_update(no_key=True)
    rows = {(row.question, row.answer): row for row in held}
    for question, answer in offered:
        paper, row = counts.get((question, answer), 0), rows.get((question, answer))
        if row is None and paper:
            # an answer through the link may write the same row at this moment
            row = SurveyCount.objects.get_or_create(**whose, question=question, answer=answer)[0]
        if row is not None and row.paper != paper:
            row.paper = paper
            row.save(update_fields=["paper"])
    stored.version += 1
    stored.save(update_fields=["version"])
    record(stored, "count_paper", unit=stored.unit_id, by=by, note=stored.get_audience_display())
    touch([stored.unit_id])
    return stored


# ---- without an account: both go through functions that see one link and nothing else


def asked_through(key: uuid.UUID) -> Asked | None:
    """The survey behind an address that was handed out; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("select unit_id, campaign_id, audience, closed_on from survey_behind(%s)", [key])
        row = cursor.fetchone()
    if row is None:
        return None
    return Asked(Unit.objects.get(pk=row[0]), Campaign.objects.get(pk=row[1]), Audience(row[2]), row[3] is None)


@transaction.atomic
def answer_survey(*, key: uuid.UUID, token: uuid.UUID, answers: Mapping[str, str]) -> None:
    """Count one questionnaire; the same token again changes nothing.  Its author is nobody the portal knows.

    Raises Refused for a closed link, for answers that were not offered and for a questionnaire without any.
    """
    asked = asked_through(key)
    if asked is None or not asked.is_open:
        raise Refused(_("This survey is closed. Thank you for your wish to answer."))
    offered = {(q.code, answer) for q in questions_of(asked.audience) for answer, _words in q.answers}
    if not answers or not set(answers.items()) <= offered:
        raise Refused(_("Answer at least one question."))
    with connection.cursor() as cursor:
        cursor.execute("select answer_survey(%s, %s, %s, %s)", [key, token, list(answers), list(answers.values())])


def _locked(link: SurveyLink, by: User) -> SurveyLink:
    _check_right(by, link.unit_id)
    return SurveyLink.objects.select_for_update(of=("self",), no_key=True).get(pk=link.pk, unit=link.unit_id)


def _check_right(by: User, unit: int) -> None:
    if not by.grants.at(Permission.EVENT_WRITE, unit):
        raise PermissionDenied
