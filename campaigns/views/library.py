"""Documents that a level hands down, and who has read them (Guide 4.2.2)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.actions import hand_down, mark_read
from campaigns.forms import own_units
from campaigns.forms.papers import DocumentForm
from campaigns.models import LibraryItem, ReadMark
from campaigns.tables import LIBRARY, READERS
from campaigns.views import SeeOther, as_workbook, campaign_of, unit_of
from campaigns.windows import with_parents
from schools.access import Request, requires
from schools.models import Document, Unit, User
from schools.names import order_of_units
from schools.number import ancestors
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of


@requires(P.ORDER_VIEW)
def library(request: Request) -> HttpResponse:
    """The documents of one's own units and those from above: read or not, and read by how many."""
    chosen = campaign_of(request)
    rows = LibraryItem.objects.in_sight(request.user, P.ORDER_VIEW).filter(campaign=chosen)
    if "xlsx" in request.GET:
        return as_workbook(LIBRARY, _told(request, rows), title=_("Library"), name="library")
    page = page_of(request, rows)
    table = LIBRARY.on_screen(
        _told(request, page),
        href=lambda item: reverse("library_item", args=[item.pk]),
    )
    context = {
        "campaign": chosen,
        "page": page,
        "table": table,
        "may_give": bool(_givers(request)),
    }
    return page_or_part(request, "campaigns/library.html", "rows", context)


def _givers(request: Request) -> list[Unit]:
    """The user's own units that have somebody below them to hand down to."""
    return [unit for unit in own_units(request.user, P.ORDER_WRITE) if not unit.is_school]


def _told(request: Request, rows: Any) -> list[Any]:
    """The rows with their units' names and how they stand for the reader: two queries for all of them."""
    kept: list[Any] = list(rows)
    own = set(request.user.grants.units(P.ORDER_VIEW))
    marks = ReadMark.objects.for_user(request.user, P.ORDER_VIEW).filter(item__in=kept)
    read: dict[int, set[int]] = {}
    for item, unit in marks.values_list("item_id", "unit_id"):
        read.setdefault(item, set()).add(unit)
    units = with_parents({item.unit_id for item in kept})
    for item in kept:
        readers = read.get(item.pk, set())
        item.unit_name = units[item.unit_id]
        item.given_on = timezone.localtime(item.given_at).date()
        item.state, item.tone = _state(item, readers, own)
    return kept


def _state(item: LibraryItem, readers: set[int], own: set[int]) -> tuple[str, str]:
    if item.unit_id in own:
        return _("read by %(count)s below") % {"count": len(readers)}, "info"
    return (_("read"), "ok") if own <= readers else (_("not read"), "due")


@requires(P.ORDER_VIEW)
@once
def library_item(request: Request, pk: int) -> HttpResponse:
    """One document: the file, one's own mark, and for those with units below who has read it and who has not."""
    item: LibraryItem = get_object_or_404(
        LibraryItem.objects.in_sight(request.user, P.ORDER_VIEW).select_related("unit", "campaign"), pk=pk
    )
    if request.method == "POST":
        return _mark(request, item)
    readers = _readers(request, item)
    unread = request.GET.get("unread") == "on"
    if unread:
        readers = readers.exclude(pk__in=_marks(request, item).values("unit_id"))
    if "xlsx" in request.GET:
        return as_workbook(READERS, _with_marks(request, item, readers), title=_("Who has read"), name="readers")
    page = page_of(request, readers.order_by(*order_of_units()))
    own = [unit for unit in own_units(request.user, P.ORDER_VIEW) if item.unit_id in ancestors(unit.pk)[1:]]
    read = set(_marks(request, item).filter(unit__in=own).values_list("unit_id", flat=True))
    context = {
        "item": item,
        "unit": with_parents({item.unit_id})[item.unit_id],
        "file": Document.objects.open_to(request.user).filter(pk=item.document_id).first(),
        "to_mark": [unit for unit in own if unit.pk not in read],
        "marked": [unit for unit in own if unit.pk in read],
        "page": page,
        "unread": unread,
        "read_by": _marks(request, item).count(),
        "table": READERS.on_screen(_with_marks(request, item, page)),
        "once": new_key(),
    }
    return page_or_part(request, "campaigns/library_item.html", "rows", context)


def _readers(request: Request, item: LibraryItem) -> QuerySet[Unit]:
    """The units to whom the document was handed down, as far as the user sees them, own ones left out."""
    own = request.user.grants.units(P.ORDER_VIEW)
    units = Unit.objects.for_user(request.user, P.ORDER_VIEW).filter(closed_on=None)
    return units.under(item.unit_id).exclude(pk__in=[*own, item.unit_id])


def _marks(request: Request, item: LibraryItem) -> QuerySet[Any]:
    return ReadMark.objects.for_user(request.user, P.ORDER_VIEW).filter(item=item)


def _with_marks(request: Request, item: LibraryItem, units: Any) -> list[Any]:
    kept: list[Any] = list(units)
    marks = {mark.unit_id: mark for mark in _marks(request, item).filter(unit__in=kept)}
    names = with_parents({unit.pk for unit in kept})
    people = {
        user.username: user.full_name for user in User.objects.filter(username__in={m.by for m in marks.values()})
    }
    for unit in kept:
        mark = marks.get(unit.pk)
        unit.unit_name = names[unit.pk]
        unit.read_on = timezone.localtime(mark.at).date() if mark else None
        unit.reader = people.get(mark.by, mark.by) if mark else ""
    return kept


def _mark(request: Request, item: LibraryItem) -> HttpResponse:
    unit = get_object_or_404(Unit.objects.for_user(request.user, P.ORDER_VIEW), code=request.POST.get("unit", ""))
    mark_read(item=item, unit=unit, by=request.user)
    messages.success(request, _("%(unit)s has read the document.") % {"unit": unit.name})
    return SeeOther(reverse("library_item", args=[item.pk]))


@requires(P.ORDER_WRITE)
@once
def library_new(request: Request) -> HttpResponse:
    chosen, givers = campaign_of(request), _givers(request)
    if not givers:
        raise PermissionDenied
    unit = unit_of(request, P.ORDER_WRITE) if request.GET.get("unit") else givers[0]
    if unit.pk not in {giver.pk for giver in givers}:
        raise Http404
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            item = hand_down(unit=unit, campaign=chosen, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(getattr(refused, "field", None), str(refused))
        else:
            messages.success(request, _("The document is handed down."))
            return SeeOther(reverse("library_item", args=[item.pk]))
    context = {
        "form": form,
        "unit": unit,
        "campaign": chosen,
        "once": new_key(),
        "file_gone": bool(form.errors and request.FILES),
    }
    return render(request, "campaigns/library_new.html", context, status=422 if form.errors else 200)
