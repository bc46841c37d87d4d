"""Control visits: the one who comes writes a finding, the visited unit puts it right, the one who came closes it."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.actions.campaign import Stale, checked
from campaigns.actions.files import keep_scan
from campaigns.models import Campaign, ControlVisit
from campaigns.scans import Scan
from schools.actions import touch
from schools.journal import record
from schools.models import Unit, User
from schools.number import ancestors
from schools.rights import Permission
from schools.workflow import Refused, WrongState
from zabota.lib.clock import today
from zabota.lib.kazakh import tidy


@transaction.atomic
def record_finding(
    *, unit: Unit, by_unit: Unit, campaign: Campaign, date: date, finding: str, due: date | None, by: User
) -> ControlVisit:
    """What a visit of the unit found (Guide 4.2.2).

    Raises PermissionDenied for anybody who is not of the unit that came, or where it does not stand above the visited
    one; Refused in words for wrong dates.
    """
    if not by.grants.at(Permission.PLAN_APPROVE, by_unit.pk) or by_unit.pk not in ancestors(unit.pk)[1:]:
        raise PermissionDenied
    if date > today():
        raise Refused(_("A visit is recorded when it has taken place."))
    visit = ControlVisit(unit=unit, by_unit=by_unit, campaign=campaign, date=date, finding=tidy(finding), due=due)
    checked(visit)
    visit.save(force_insert=True)
    record(visit, "record_finding", unit=unit.pk, by=by, note=visit.finding)
    touch([unit.pk])
    return visit


@transaction.atomic
def answer_finding(
    *, visit: ControlVisit, version: int, proof: str, scan: Scan | None = None, by: User
) -> ControlVisit:
    """The visited unit says what was done, if it has not been closed and nobody has answered since `version`.

    Raises PermissionDenied outside the visited unit, Stale, WrongState, Refused for an unfit scan.
    """
    stored = ControlVisit.objects.select_for_update(of=("self",)).select_related("unit").get(pk=visit.pk)
    if not by.grants.at(Permission.PLAN_WRITE, stored.unit_id):
        raise PermissionDenied
    _still_open(stored)
    if stored.version != version:
        raise Stale(stored)
    if not tidy(proof):
        raise Refused(_("Say what was done."))
    stored.proof = tidy(proof)
    if scan:
        stored.proof_scan = keep_scan(scan, stored.unit, by)
    stored.version += 1
    checked(stored)
    stored.save(update_fields=["proof", "proof_scan", "version"])
    record(stored, "answer_finding", unit=stored.unit_id, by=by, note=stored.proof)
    return stored


@transaction.atomic
def close_finding(*, visit: ControlVisit, by: User) -> ControlVisit:
    """The one who came is satisfied with what was done.

    Raises PermissionDenied for anybody else, WrongState when it is closed, Refused while the unit has not answered.
    """
    stored = ControlVisit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if not by.grants.at(Permission.PLAN_APPROVE, stored.by_unit_id):
        raise PermissionDenied
    _still_open(stored)
    if not stored.proof:
        raise Refused(_("The visited unit has not said yet what was done."))
    stored.closed_on = today()
    stored.version += 1
    checked(stored)
    stored.save(update_fields=["closed_on", "version"])
    record(stored, "close_finding", unit=stored.unit_id, by=by)
    touch([stored.unit_id])
    return stored


def _still_open(visit: ControlVisit) -> None:
    if visit.closed_on:
        raise WrongState(_("This finding was closed on %(day)s.") % {"day": f"{visit.closed_on:%d.%m.%Y}"})
