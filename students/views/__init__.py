"""Pages of the day, of classes and of cases.  What several of them share stands here."""

from datetime import date

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from schools.access import Request
from schools.models import Unit
from schools.rights import Permission
from students.forms import day_from
from zabota.lib.clock import today


class SeeOther(HttpResponseRedirect):
    """After a POST that did something: look there now (303 is followed by a GET whatever came before)."""

    status_code = 303


def day_of(request: Request) -> tuple[date, str]:
    """The day in the address (`?date=2027-01-28`), today without one; and a sentence when there is no such day."""
    text = request.GET.get("date", "")
    day = day_from(text)
    if text and day is None:
        return today(), _("There is no such date: today is shown.")
    return day or today(), ""


def unit_of(request: Request, permission: Permission) -> Unit | None:
    """The unit in the address (`?unit=CODE`), 404 outside the person's subtrees; None without one: all of them."""
    code = request.GET.get("unit")
    return get_object_or_404(Unit.objects.for_user(request.user, permission), code=code) if code else None
