"""«Телефон доверия»: the numbers that a unit offers to everybody (PRODUCT 3, 15)."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from campaigns.actions.campaign import checked
from campaigns.models import Helpline
from schools.actions import touch
from schools.journal import record
from schools.models import Unit, User
from schools.rights import Permission
from zabota.lib.kazakh import tidy


@transaction.atomic
def add_helpline(*, unit: Unit, phone: str, hours: str, language: str, by: User) -> Helpline:
    """A number that everybody may call from now on.  Raises PermissionDenied, Refused for one that stands already."""
    if not by.grants.at(Permission.EVENT_WRITE, unit.pk):
        raise PermissionDenied
    helpline = Helpline(unit=unit, phone=tidy(phone), hours=tidy(hours), language=language)
    checked(helpline)
    helpline.save(force_insert=True)
    record(helpline, "add_helpline", unit=unit.pk, by=by, note=helpline.phone)
    touch([unit.pk])
    return helpline


@transaction.atomic
def remove_helpline(*, helpline: Helpline, by: User) -> None:
    """Nobody answers this number any more.  Raises PermissionDenied."""
    if not by.grants.at(Permission.EVENT_WRITE, helpline.unit_id):
        raise PermissionDenied
    record(helpline, "remove_helpline", unit=helpline.unit_id, by=by, note=helpline.phone)
    helpline.delete()
    touch([helpline.unit_id])
