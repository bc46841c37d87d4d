"""Minutes: what a meeting heard and decided, shortcomings and the ways to remove them (Guide 6.1.11, 6.3.2)."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaigns.actions.campaign import Stale, checked
from campaigns.actions.files import keep_scan
from campaigns.models import Campaign, Minutes
from campaigns.scans import Scan
from campaigns.states import MinutesKind
from schools.actions import touch
from schools.journal import record
from schools.models import Unit, User
from schools.rights import Permission
from schools.workflow import Refused
from zabota.lib.clock import today
from zabota.lib.kazakh import tidy


class Unclear(Refused):
    """What was typed cannot be so; `field` says beside which field of the form the words belong."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@transaction.atomic
def write_minutes(
    *,
    unit: Unit,
    campaign: Campaign,
    kind: str,
    number: str,
    date: date,
    decided: str,
    heard: str = "",
    shortcomings: str = "",
    remedies: str = "",
    owner: str = "",
    due: date | None = None,
    scan: Scan | None = None,
    by: User,
) -> Minutes:
    """«Протокол» of the unit is entered; the shortcomings and ways to remove them feed the summary.

    Raises PermissionDenied outside one's own unit, Refused in words for a used number, a day to come, an unfit scan.
    """
    if not by.grants.at(Permission.PLAN_WRITE, unit.pk):
        raise PermissionDenied
    minutes = Minutes(unit=unit, campaign=campaign, kind=kind)
    _fill(minutes, number, date, heard, decided, shortcomings, remedies, owner, due)
    minutes.scan = keep_scan(scan, unit, by) if scan else None
    _stored(minutes)
    record(minutes, "write_minutes", unit=unit.pk, by=by, after=minutes.kind, note=f"№ {minutes.number}")
    touch([unit.pk])
    return minutes


@transaction.atomic
def change_minutes(
    *,
    minutes: Minutes,
    version: int,
    number: str,
    date: date,
    decided: str,
    heard: str = "",
    shortcomings: str = "",
    remedies: str = "",
    owner: str = "",
    due: date | None = None,
    scan: Scan | None = None,
    by: User,
) -> Minutes:
    """Corrected; whose meeting it was stays.  Without a new scan the old one stays.  Raises Stale and as above."""
    rows = Minutes.objects.select_for_update(of=("self",)).select_related("unit")
    stored: Minutes = rows.get(pk=minutes.pk)
    if not by.grants.at(Permission.PLAN_WRITE, stored.unit_id):
        raise PermissionDenied
    if stored.version != version:
        raise Stale(stored)
    _fill(stored, number, date, heard, decided, shortcomings, remedies, owner, due)
    stored.scan = keep_scan(scan, stored.unit, by) if scan else stored.scan
    stored.version += 1
    _stored(stored)
    record(stored, "change_minutes", unit=stored.unit_id, by=by, note=f"№ {stored.number}")
    touch([stored.unit_id])
    return stored


def _fill(
    minutes: Minutes,
    number: str,
    day: date,
    heard: str,
    decided: str,
    shortcomings: str,
    remedies: str,
    owner: str,
    due: date | None,
) -> None:
    if day > today():
        raise Unclear("date", _("The meeting has not taken place yet: the date lies ahead."))
    if due and due < day:
        raise Unclear("due", _("Nothing can be removed before it was found: the date lies before the meeting."))
    if remedies.strip() and not shortcomings.strip():
        raise Unclear("shortcomings", _("Say which shortcomings are to be removed."))
    minutes.number, minutes.date, minutes.owner, minutes.due = tidy(number), day, tidy(owner), due
    minutes.heard, minutes.decided = heard.strip(), decided.strip()
    minutes.shortcomings, minutes.remedies = shortcomings.strip(), remedies.strip()
    same = Minutes.objects.filter(
        unit_id=minutes.unit_id, campaign_id=minutes.campaign_id, kind=minutes.kind, number=minutes.number
    )
    if same.exclude(pk=minutes.pk).exists():
        raise _number_taken()


def _stored(minutes: Minutes) -> None:
    """Two people may enter the same number at the same moment: the database lets one through."""
    checked(minutes)
    try:
        with transaction.atomic():
            minutes.save()
    except IntegrityError as wrong:
        if "minutes_number_once" not in str(wrong):
            raise
        raise _number_taken()


def _number_taken() -> Unclear:
    return Unclear("number", _("There are minutes with this number already."))


def minutes_of_committee(*, unit: Unit, campaign: Campaign, number: str, date: date, decided: str, by: User) -> Minutes:
    """The committee's minutes with this number, entered now if they are not there yet."""
    known = Minutes.objects.filter(
        unit=unit, campaign=campaign, kind=MinutesKind.COMMITTEE, number=tidy(number), date=date
    ).first()
    return known or write_minutes(
        unit=unit, campaign=campaign, kind=MinutesKind.COMMITTEE, number=number, date=date, decided=decided, by=by
    )
