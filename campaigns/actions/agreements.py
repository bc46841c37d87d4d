"""Agreements with partners (Guide, task 7 of 2.2)."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from campaigns.actions.campaign import Stale, checked
from campaigns.models import Agreement
from schools.actions import touch
from schools.journal import record
from schools.models import User
from schools.rights import Permission
from zabota.lib.kazakh import tidy


@transaction.atomic
def save_agreement(*, agreement: Agreement, by: User) -> Agreement:
    """Enter the agreement, or correct it if nobody has since its `version`.

    Raises PermissionDenied outside one's own unit, Stale, Refused for wrong dates or an agreement entered already.
    """
    if not by.grants.at(Permission.PLAN_WRITE, agreement.unit_id):
        raise PermissionDenied
    agreement.partner, agreement.subject = tidy(agreement.partner), tidy(agreement.subject)
    if agreement.pk is None:
        checked(agreement)
        agreement.save(force_insert=True)
        record(agreement, "add_agreement", unit=agreement.unit_id, by=by, note=agreement.partner)
    else:
        stored = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk, unit=agreement.unit_id)
        if stored.version != agreement.version:
            raise Stale(stored)
        checked(agreement)
        agreement.version += 1
        agreement.save()
        record(agreement, "change_agreement", unit=agreement.unit_id, by=by, note=agreement.partner)
    touch([agreement.unit_id])
    return agreement
