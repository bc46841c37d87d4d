"""The log of the hot line: what a call was about and how it ended; it holds no names (PRODUCT 4)."""

import re
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.actions.campaign import checked
from campaigns.models import Call
from campaigns.states import CALL, CallState
from schools.actions import touch
from schools.journal import record
from schools.models import Unit, User
from schools.rights import Permission
from schools.workflow import Refused
from zabota.lib.clock import now
from zabota.lib.kazakh import tidy

# ten digits and more are a phone or a personal number; spaces, hyphens and brackets may stand between them
_NUMBER = re.compile(r"(?:\d[\s\-()]*){10,}")


class LooksPersonal(Refused):
    """The text holds something like a phone or a personal number; `field` says where."""

    def __init__(self, field: str) -> None:
        super().__init__(_("This looks like a phone or a personal number. The log holds no names and no numbers."))
        self.field = field


@transaction.atomic
def take_call(*, unit: Unit, at: datetime, topic: str, answer: str = "", is_checked: bool = False, by: User) -> Call:
    """A call came in; one that was answered at once is closed with its answer.

    Raises PermissionDenied outside one's own unit, Refused for a moment ahead, LooksPersonal unless a person has
    checked the text.
    """
    if not by.grants.at(Permission.EVENT_WRITE, unit.pk):
        raise PermissionDenied
    if at > now():
        raise Refused(_("A call is written down when it has come in."))
    impersonal(is_checked, topic=topic, answer=answer)
    call = Call(unit=unit, at=at, topic=tidy(topic))
    checked(call)
    call.save(force_insert=True)
    record(call, "take_call", unit=unit.pk, by=by, after=CallState.OPEN)
    touch([unit.pk])
    return close_call(call=call, answer=answer, is_checked=is_checked, by=by) if tidy(answer) else call


@transaction.atomic
def forward_call(*, call: Call, forwarded_to: str, is_checked: bool = False, by: User) -> Call:
    """Another body answers; the call stays open until its answer is known."""
    impersonal(is_checked, forwarded_to=forwarded_to)
    CALL.make("forward", call, by=by, note=tidy(forwarded_to))
    call.forwarded_to = tidy(forwarded_to)
    checked(call)
    call.save(update_fields=["forwarded_to"])
    return call


@transaction.atomic
def close_call(*, call: Call, answer: str, is_checked: bool = False, by: User) -> Call:
    impersonal(is_checked, answer=answer)
    CALL.make("close", call, by=by, note=tidy(answer))
    call.answer = tidy(answer)
    checked(call)
    call.save(update_fields=["answer"])
    return call


def impersonal(is_checked: bool, **texts: str) -> None:
    """Raises LooksPersonal for the first text with a long number, unless a person says that it is nobody's."""
    for field, text in texts.items():
        if not is_checked and _NUMBER.search(text):
            raise LooksPersonal(field)
