"""What units below have handed in and an official has not decided on yet."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Count, F, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _

from aid.models import Family
from aid.states import FamilyState
from campaigns.models import ControlVisit, Plan
from campaigns.states import PlanState
from reports.models import Submission
from reports.places import Place
from reports.states import SubmissionState
from schools.models import User
from schools.rights import Permission as P
from zabota.lib.tables import grouped


def waiting_for(user: User, place: Place) -> list[dict[str, str]]:
    """What waits for this person's decision at the unit of the place, with the names of components/task.html."""
    counts = _counts(user, place)
    unit = place.unit.code
    lines: list[tuple[str, int, str, dict[str, str]]] = [
        (
            _("Signed reports to accept: %(round)s") % {"round": each.name},
            counts.get(("submissions", each.code), 0),
            "submissions",
            {"round": each.code},
        )
        for each in place.campaign.rounds
    ]
    for label, url_name, query in (
        (_("Plans to approve"), "plans", {"unit": unit, "state": PlanState.SUBMITTED.value}),
        (_("Families to approve"), "families", {"unit": unit, "state": FamilyState.SUBMITTED.value}),
        (_("Answered findings of control visits to close"), "control", {"campaign": place.campaign.code}),
    ):
        lines.append((label, counts.get((url_name, ""), 0), url_name, query))
    return [
        {"label": label, "word": grouped(n), "tone": "due", "href": f"{reverse(url_name)}?{urlencode(query)}"}
        for label, n, url_name, query in lines
        if n
    ]


def _counts(user: User, place: Place) -> dict[tuple[str, str], int]:
    """How many wait on each page (of reports: in each round), in one question.

    An earlier report may still wait while the next is written; families come from schools directly below only.
    """
    at, unit, below = user.grants.at, place.unit.pk, {"unit__in": place.units}
    schools = [each for each in place.units if each.is_school]
    asked = []
    if at(P.REPORT_ACCEPT, unit):
        signed = Submission.objects.for_user(user, P.REPORT_ACCEPT).filter(campaign=place.campaign, **below)
        asked.append(_counted("submissions", signed.filter(state=SubmissionState.SIGNED), by=F("form")))
    if at(P.PLAN_APPROVE, unit):
        plans = Plan.objects.for_user(user, P.PLAN_APPROVE).filter(campaign=place.campaign, **below)
        asked.append(_counted("plans", plans.filter(state=PlanState.SUBMITTED)))
        visits = ControlVisit.objects.for_user(user, P.PLAN_APPROVE).filter(campaign=place.campaign, by_unit=unit)
        asked.append(_counted("control", visits.filter(closed_on=None).exclude(proof="")))
    if at(P.FAMILY_APPROVE, unit) and schools:
        families = Family.objects.for_user(user, P.FAMILY_APPROVE).filter(unit__in=schools)
        asked.append(_counted("families", families.filter(state=FamilyState.SUBMITTED)))
    if not asked:
        return {}
    return {(page, part): n for page, part, n in asked[0].union(*asked[1:], all=True)}


def _counted(page: str, rows: "QuerySet[Any]", by: Any = None) -> "QuerySet[Any]":
    named = Value(page, output_field=CharField())
    return rows.order_by().values_list(named, by or Value("", output_field=CharField())).annotate(n=Count("pk"))
