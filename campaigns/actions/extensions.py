"""More time for one unit and one round: given from above, and it ends by itself (PRODUCT 2)."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.actions.campaign import checked
from campaigns.models import FINAL, Campaign, Extension
from campaigns.windows import due_of
from schools.actions import touch
from schools.journal import record
from schools.models import Unit, User
from schools.rights import Permission
from schools.workflow import Refused
from zabota.lib.clock import now, today
from zabota.lib.kazakh import tidy


@transaction.atomic
def give_extension(
    *, unit: Unit, campaign: Campaign, round: str, asked_by: str, why: str, until: date, by: User
) -> Extension:
    """The unit above gives the unit time until a day, which the campaign's rule moves off a weekend like any other.

    Raises PermissionDenied for anybody but the very unit above, Refused in words for a day that gives no time.
    """
    if not by.grants.cover_from_above(Permission.REPORT_ACCEPT, unit.pk):
        raise PermissionDenied
    if campaign.round(round) is None:
        raise Refused(_("There is no such report in this campaign."))
    day = campaign.moved(until)
    troubles = [*_no_time(unit, campaign, round, day)]
    if troubles:
        raise Refused(" ".join(troubles))
    extension = Extension(
        unit=unit,
        campaign=campaign,
        round=round,
        asked_by=tidy(asked_by),
        why=tidy(why),
        until=day,
        given_by=by.username,
        given_at=now(),
    )
    checked(extension)
    extension.save(force_insert=True)
    record(extension, "give_extension", unit=unit.pk, by=by, note=f"{day:%d.%m.%Y}: {extension.why}")
    touch([unit.pk])
    return extension


def _no_time(unit: Unit, campaign: Campaign, round: str, day: date) -> list[str]:
    """What speaks against this last day, in words."""
    due = due_of(unit, campaign, round)
    end = campaign.moved(campaign.due)
    said = {"day": f"{day:%d.%m.%Y}", "due": f"{due:%d.%m.%Y}", "end": f"{end:%d.%m.%Y}"}
    troubles = []
    if day < today():
        troubles.append(_("%(day)s is over.") % said)
    elif day <= due:
        troubles.append(_("The unit has until %(due)s already; %(day)s gives no more time.") % said)
    if round == FINAL and day > end:
        troubles.append(_("The summary of the country is due on %(end)s: no report can come after it.") % said)
    return troubles
