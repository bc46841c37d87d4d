"""What the campaign's timeline is told about a unit's reports: owed, handed in, kept as they were."""

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from campaigns.timeline import STANDINGS, Standing
from reports.models import Submission
from reports.states import SubmissionState
from schools.models import Unit

OWED = (SubmissionState.DRAFT, SubmissionState.RETURNED)
FROZEN = (SubmissionState.ACCEPTED, SubmissionState.SEALED)


def standings_of(unit: Unit, campaign: Campaign) -> dict[str, Standing]:
    """Every round of the campaign, by its code: the unit's last edition, or that none is begun."""
    rows = Submission.objects.filter(unit=unit, campaign=campaign).order_by("edition")
    latest = {row.form: row for row in rows}
    return {each.code: _standing(unit, each.code, latest.get(each.code)) for each in campaign.rounds}


def _standing(unit: Unit, code: str, found: Submission | None) -> Standing:
    return Standing(
        word=found.get_state_display() if found else _("not begun"),
        tone="due" if found is None or found.state in OWED else "ok",
        href=reverse("submission", args=[unit.code, code]),
        owed=found is None or found.state in OWED,
        frozen=found is not None and found.state in FROZEN,
        remark=found.remark if found and found.state == SubmissionState.RETURNED else "",
    )


STANDINGS.append(standings_of)
