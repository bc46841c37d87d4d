"""The campaign itself: it is added, its dates are set, they move (Guide 4.1, PRODUCT 2)."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from campaigns.models import NORMS, Campaign
from schools.actions import touch_days
from schools.journal import record
from schools.models import Unit, User
from schools.number import ROOT
from schools.rights import Permission
from schools.workflow import Refused
from zabota.lib.clock import today

DATES = ("opens", "closes", "due")
RULES = ("weekend_rule", "holidays", "school_step", "district_step", "oblast_step")
NAMES = ("name_kk", "name_ru", "name_en")


class Stale(Refused):
    """Somebody saved the record after this page was opened; `stored` is the version that stands now."""

    def __init__(self, stored: Any) -> None:
        super().__init__(_("Somebody saved this record while you were writing."))
        self.stored = stored


@transaction.atomic
def add_campaign(
    *,
    code: str,
    name_kk: str,
    name_ru: str,
    name_en: str,
    opens: date,
    closes: date,
    due: date,
    systematic_days: int | None = None,
    long_days: int | None = None,
    visit_days: int | None = None,
    measure_days: int | None = None,
    notice_days: int | None = None,
    answer_days: int | None = None,
    by: User,
    **rules: Any,
) -> Campaign:
    """A new campaign; thresholds and norms in school days, empty until an order sets them (PRODUCT 2).

    `rules` say where a weekend moves a date, what the public holidays are, and the steps of the deadlines.
    """
    if not by.grants.at(Permission.ORDER_WRITE, ROOT):
        raise PermissionDenied
    campaign = Campaign(
        code=code,
        name_kk=name_kk,
        name_ru=name_ru,
        name_en=name_en,
        opens=opens,
        closes=closes,
        due=due,
        systematic_days=systematic_days,
        long_days=long_days,
        visit_days=visit_days,
        measure_days=measure_days,
        notice_days=notice_days,
        answer_days=answer_days,
        **rules,
    )
    checked(campaign)
    campaign.save(force_insert=True)
    record(campaign, "add_campaign", unit=ROOT, by=by, note=code)
    return campaign


@transaction.atomic
def set_campaign(*, campaign: Campaign, by: User) -> Campaign:
    """Save the names, dates, weekend rule and steps of the campaign, if nobody has since its `version`.

    Raises PermissionDenied, Stale, and Refused for dates out of order and for a campaign that is over.
    """
    if not by.grants.at(Permission.ORDER_WRITE, ROOT):
        raise PermissionDenied
    stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if stored.version != campaign.version:
        raise Stale(stored)
    if stored.moved(stored.due) < today():
        raise Refused(_("The campaign is over: its reports stand on these dates."))
    changed = [name for name in (*NAMES, *DATES, *RULES) if getattr(stored, name) != getattr(campaign, name)]
    if not changed:
        return stored
    checked(campaign)
    campaign.version += 1
    campaign.save(update_fields=[*changed, "version"])
    record(campaign, "set_campaign", unit=ROOT, by=by, note=dates_in_words(campaign))
    if {*DATES, *RULES} & set(changed):
        touch_days(Unit.objects.values_list("pk", flat=True))
    return campaign


@transaction.atomic
def write_norms(*, campaign: Campaign, norms: dict[str, int], by: User) -> Campaign:
    """Thresholds and time norms as an order sets them; raises PermissionDenied, and Refused when one is missing."""
    if not by.grants.at(Permission.ORDER_WRITE, ROOT):
        raise PermissionDenied
    if set(norms) != set(NORMS) or not all(norms.values()):
        raise Refused(_("An order sets all thresholds and time norms together, each at least one school day."))
    stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if stored.version != campaign.version:
        raise Stale(stored)
    if stored.moved(stored.due) < today():
        raise Refused(_("The campaign is over: its reports stand on these dates."))
    for name, days in norms.items():
        setattr(stored, name, days)
    checked(stored)
    stored.version += 1
    stored.save(update_fields=[*norms, "version"])
    touch_days(Unit.objects.schools().values_list("pk", flat=True))
    return stored


def dates_in_words(campaign: Campaign) -> str:
    """«10.01.2027 – 10.02.2027 – 20.02.2027» for the journal."""
    return " – ".join(f"{getattr(campaign, name):%d.%m.%Y}" for name in DATES)


def checked(row: models.Model) -> None:
    """The model's own rules, answered in words.  Raises Refused."""
    try:
        row.full_clean()
    except ValidationError as wrong:
        raise Refused(" ".join(wrong.messages))
