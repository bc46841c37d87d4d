"""The library of normative and report documents that a level hands down (Guide 4.2.2)."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from campaigns.actions.campaign import checked
from campaigns.actions.files import keep_scan
from campaigns.models import Campaign, LibraryItem, ReadMark
from campaigns.scans import Scan
from schools.journal import record
from schools.models import Unit, User
from schools.number import ancestors
from schools.rights import Permission
from zabota.lib.clock import now
from zabota.lib.kazakh import tidy


@transaction.atomic
def hand_down(*, unit: Unit, campaign: Campaign, title_kk: str, title_ru: str, scan: Scan, by: User) -> LibraryItem:
    """A document for everybody below the unit.  Raises PermissionDenied, Refused in words for an unfit file."""
    if not by.grants.at(Permission.ORDER_WRITE, unit.pk):
        raise PermissionDenied
    item = LibraryItem(
        unit=unit,
        campaign=campaign,
        title_kk=tidy(title_kk),
        title_ru=tidy(title_ru),
        document=keep_scan(scan, unit, by, handed_down=True),
        given_at=now(),
    )
    checked(item)
    item.save(force_insert=True)
    record(item, "hand_down", unit=unit.pk, by=by, note=item.title_ru)
    return item


@transaction.atomic
def mark_read(*, item: LibraryItem, unit: Unit, by: User) -> ReadMark:
    """The unit has taken note of a document from above; a second mark changes nothing.  Raises PermissionDenied."""
    if not by.grants.at(Permission.ORDER_VIEW, unit.pk) or item.unit_id not in ancestors(unit.pk)[1:]:
        raise PermissionDenied
    mark: ReadMark
    mark, made = ReadMark.objects.get_or_create(unit=unit, item=item, defaults={"by": by.username, "at": now()})
    if made:
        record(item, "mark_read", unit=unit.pk, by=by, note=item.title_ru)
    return mark
