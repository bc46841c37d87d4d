"""Those who took an active part are honoured (Guide 6.1.12)."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaigns.actions.campaign import checked
from campaigns.models import Campaign, Honour
from schools.actions import touch
from schools.journal import record
from schools.models import Unit, User
from schools.rights import Permission
from schools.workflow import Refused
from zabota.lib.kazakh import tidy


class HonouredAlready(Refused):
    """The same paper of the same day; the words belong beside the name."""

    field = "name"

    def __init__(self) -> None:
        super().__init__(_("This paper of this day is on the list already."))


@transaction.atomic
def add_honour(
    *, unit: Unit, campaign: Campaign | None, date: date, name: str, kind: str, reason: str, by: User
) -> Honour:
    """A letter of thanks or a certificate.  Raises PermissionDenied outside one's own unit, HonouredAlready."""
    if not by.grants.at(Permission.EVENT_WRITE, unit.pk):
        raise PermissionDenied
    honour = Honour(unit=unit, campaign=campaign, date=date, name=tidy(name), kind=kind, reason=tidy(reason))
    if Honour.objects.filter(unit=unit, date=date, name=honour.name, kind=kind).exists():
        raise HonouredAlready
    checked(honour)
    try:
        with transaction.atomic():
            honour.save(force_insert=True)
    except IntegrityError:  # two people, one letter: the database lets one through
        raise HonouredAlready
    record(honour, "add_honour", unit=unit.pk, by=by, after=kind, note=honour.name)
    touch([unit.pk])
    return honour


@transaction.atomic
def remove_honour(*, honour: Honour, why: str, by: User) -> None:
    """Take back what was entered by mistake; the reason stays in the journal."""
    if not by.grants.at(Permission.EVENT_WRITE, honour.unit_id):
        raise PermissionDenied
    if not tidy(why):
        raise Refused(_("Give the reason."))
    record(honour, "remove_honour", unit=honour.unit_id, by=by, before=honour.kind, note=tidy(why))
    honour.delete()
    touch([honour.unit_id])
