"""What a unit held or published: entered, corrected, taken back (Guide 4.4, 6.1.8–6.1.12, 6.2.3–6.2.7)."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from campaigns.actions.campaign import Stale, checked
from campaigns.models import Event
from campaigns.scans import PDF, Scan, Unfit, clean
from campaigns.states import COUNTED, Body
from schools.actions import keep_document, touch
from schools.journal import record
from schools.models import User
from schools.rights import Permission
from schools.workflow import Refused
from zabota.lib.clock import today
from zabota.lib.kazakh import tidy


class PhotoRefused(Refused):
    """A photo that cannot be kept; the words belong beside its field."""

    field = "photo"


class ConsentMissing(Refused):
    """Nobody has said that the photo shows no recognisable child, or that the parents have agreed."""

    field = "consent"


@transaction.atomic
def save_event(
    *, event: Event, photo: Scan | None = None, without_photo: bool = False, consent: bool = False, by: User
) -> Event:
    """Enter the event, or correct it if nobody has since its `version`; a photo needs the word about children on it.

    Raises PermissionDenied outside one's own unit, Stale, Refused for what lies ahead, empty counts or an unfit photo.
    """
    if not by.grants.at(Permission.EVENT_WRITE, event.unit_id):
        raise PermissionDenied
    _tidy(event)
    if event.date > today():
        raise Refused(_("An event is entered when it has taken place."))
    if not any((event.title, event.place, event.count, event.participants, event.link, photo, event.photo_id)):
        raise Refused(_("Say something of it: the subject, the place, who took part, how many, or a link."))
    checked(event)
    is_new = event.pk is None
    if not is_new:
        event.photo = _current(event).photo
    if without_photo:
        event.photo = None
    if photo is not None:
        _add_photo(event, photo, consent, by)
    event.version += 0 if is_new else 1
    event.save(force_insert=is_new)
    record(event, "add_event" if is_new else "change_event", unit=event.unit_id, by=by, after=event.kind)
    if photo is not None:
        record(event, "add_photo", unit=event.unit_id, by=by)
    touch([event.unit_id])
    return event


@transaction.atomic
def remove_event(*, event: Event, why: str, by: User) -> None:
    """Take back what was entered by mistake; the reason stays in the journal, the row in the audit.

    Raises PermissionDenied outside one's own unit, Stale, Refused without a reason and for a raid that found a child.
    """
    if not by.grants.at(Permission.EVENT_WRITE, event.unit_id):
        raise PermissionDenied
    if not tidy(why):
        raise Refused(_("Give the reason."))
    stored = _current(event)
    record(stored, "remove_event", unit=stored.unit_id, by=by, before=stored.kind, note=tidy(why))
    try:
        with transaction.atomic():
            stored.delete()
            connection.check_constraints()  # a case may stand at a school that this person does not see
    except (ProtectedError, IntegrityError):
        raise Refused(_("A child was found here: its case points to this event, so the event stays."))
    touch([event.unit_id])


def _current(event: Event) -> Event:
    stored = Event.objects.select_for_update(of=("self",)).get(pk=event.pk, unit=event.unit_id)
    if stored.version != event.version:
        raise Stale(stored)
    return stored


def _tidy(event: Event) -> None:
    event.title, event.place = tidy(event.title), tidy(event.place)
    event.participants = {body: people for body in Body.values if (people := event.participants.get(body))}
    if event.kind not in COUNTED:
        event.count = None


def _add_photo(event: Event, photo: Scan, consent: bool, by: User) -> None:
    if not consent:
        raise ConsentMissing(_("Say that no child can be recognised, or that the parents' consents are on record."))
    try:
        content, content_type = clean(photo)
    except Unfit as unfit:
        raise PhotoRefused(str(unfit))
    if content_type == PDF:
        raise PhotoRefused(_("A photo is a JPEG or a PNG, not a PDF."))
    event.photo = keep_document(
        unit=event.unit,
        name=photo.name,
        content=content,
        content_type=content_type,
        permission=Permission.EVENT_VIEW,
        personal=False,
        by=by,
    )
