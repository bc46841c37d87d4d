"""Events: what a unit held or published, with people by body, and the children whom its raids found."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.actions.campaign import Stale
from campaigns.actions.events import remove_event, save_event
from campaigns.event_found import FOUND, children_found
from campaigns.forms import own_units
from campaigns.forms.events import EventFilter, EventForm, PlaceFilter, RemovalForm
from campaigns.models import Event
from campaigns.states import COUNTED, FINDS_CHILDREN, EventKind
from campaigns.tables import EVENTS, EVENTS_IN_FILE, people_in_words
from campaigns.views import SeeOther, as_workbook, named, unit_of
from schools.access import Request, requires
from schools.models import Document, Unit
from schools.once import new_key, once
from schools.rights import Level
from schools.rights import Permission as P
from schools.workflow import Refused
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of


def is_too_wide(place: Unit, filters: PlaceFilter) -> bool:
    """Above a district no list begins without a choice: the country has some hundred thousand of these rows."""
    return place.level in (Level.MINISTRY, Level.OBLAST) and not filters.is_narrow


@requires(P.EVENT_VIEW)
def events(request: Request) -> HttpResponse:
    place = unit_of(request, P.EVENT_VIEW)
    filters = EventFilter(request.GET, user=request.user, place=place)
    rows = Event.objects.for_user(request.user, P.EVENT_VIEW)
    waits = is_too_wide(place, filters)
    rows = rows.filter(unit=place) if waits else rows.under(place.pk)
    rows = filters.apply(rows)
    if "xlsx" in request.GET:
        return as_workbook(EVENTS_IN_FILE, _told(rows), title=_("Events"), name="events")
    page = page_of(request, rows)
    context = {
        "place": place,
        "filters": filters,
        "waits": waits,
        "page": page,
        "table": EVENTS.on_screen(_told(page), href=lambda event: reverse("event", args=[event.pk])),
        "may_write": bool(request.user.grants.units(P.EVENT_WRITE)),
    }
    return page_or_part(request, "campaigns/events.html", "rows", context)


def _told(rows: Iterable[Event]) -> list[Event]:
    """The events with the names of their units and the children whom they found."""
    kept: list[Any] = named(rows)
    found = children_found(kept)
    for event in kept:
        event.found = found.get(event.pk)
    return kept


@requires(P.EVENT_VIEW)
def event(request: Request, pk: int) -> HttpResponse:
    row = _find(request, pk, P.EVENT_VIEW)
    photo = Document.objects.open_to(request.user).filter(pk=row.photo_id).first() if row.photo_id else None
    [told] = _told([row])
    context = {
        "event": told,
        "facts": _facts(told),
        "people": people_in_words(told),
        "photo": photo,
        "found": [reverse(each.page, args=[pk]) for each in FOUND] if row.kind in FINDS_CHILDREN else [],
        "may_write": request.user.grants.at(P.EVENT_WRITE, row.unit_id),
    }
    return render(request, "campaigns/event.html", context)


def _find(request: Request, pk: int, permission: P) -> Event:
    rows = Event.objects.for_user(request.user, permission).select_related("unit", "photo")
    return get_object_or_404(rows, pk=pk)


def _facts(row: Any) -> list[dict[str, Any]]:
    """What is known; what was left empty is not told."""
    facts = [
        (_("Unit"), row.unit_name),
        (_("Date"), f"{row.date:%d.%m.%Y}"),
        (_("Subject"), row.title),
        (_("Place or medium"), row.place),
        (_("In which language"), row.get_language_display()),
        (COUNTED.get(row.kind, _("How many")), row.count),
        (_("Participants"), sum(row.participants.values()) or None),
        (_("Children found"), row.found),
    ]
    return [{"label": label, "value": value} for label, value in facts if value not in (None, "")]


@requires(P.EVENT_WRITE)
@once
def event_new(request: Request) -> HttpResponse:
    """The kind stands in the address, since what is asked depends on it; without one it is chosen first."""
    kind = request.GET.get("kind", "")
    units = own_units(request.user, P.EVENT_WRITE)
    if not kind:
        return render(request, "campaigns/event_kinds.html", {"kinds": list(EventKind)})
    if kind not in EventKind.values:
        raise Http404
    form = EventForm(request.POST or None, request.FILES or None, kind=kind, units=units)
    if request.method == "POST" and form.is_valid():
        row = form.filled(Event(unit=form.units[form.cleaned_data["unit"]], kind=kind))
        saved = _save(request, form, row)
        if saved is not None:
            return saved
    return _form_page(request, form, kind)


@requires(P.EVENT_WRITE)
@once
def event_edit(request: Request, pk: int) -> HttpResponse:
    row = _find(request, pk, P.EVENT_WRITE)
    if not request.user.grants.at(P.EVENT_WRITE, row.unit_id):
        raise Http404
    form = EventForm(request.POST or None, request.FILES or None, kind=row.kind, units=[row.unit], event=row)
    conflict: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, form.filled(row))
        except Stale as stale:
            conflict, row = _differences(form, stale.stored), stale.stored
        else:
            if saved is not None:
                return saved
    return _form_page(request, form, row.kind, row, conflict)


def _save(request: Request, form: EventForm, row: Event) -> HttpResponse | None:
    """Where to go when it is saved; None when the form has to be shown again.  Raises Stale."""
    data = form.cleaned_data
    try:
        made = save_event(
            event=row,
            photo=data["photo"],
            without_photo=data.get("without_photo", False),
            consent=data["consent"],
            by=request.user,
        )
    except Stale:
        raise
    except Refused as refused:
        field = getattr(refused, "field", None)
        form.add_error(field if field in form.fields else None, str(refused))
        return None
    messages.success(request, _("«%(kind)s» is saved.") % {"kind": made.get_kind_display()})
    return SeeOther(reverse("event", args=[made.pk]))


def _form_page(
    request: Request,
    form: EventForm,
    kind: str,
    row: Event | None = None,
    conflict: list[dict[str, str]] | None = None,
) -> HttpResponse:
    is_fresh = row is not None and (bool(conflict) or not form.is_bound)
    context = {
        "form": form,
        "kind": EventKind(kind),
        "event": row,
        "conflict": conflict,
        "shown_version": row.version if row and is_fresh else form.data.get("version", ""),
        "back": reverse("event", args=[row.pk]) if row else reverse("events"),
        "file_gone": bool((form.errors or conflict) and request.FILES),
        "once": new_key(),
    }
    status = 409 if conflict else 422 if form.errors else 200
    return render(request, "campaigns/event_form.html", context, status=status)


def _differences(form: EventForm, stored: Event) -> list[dict[str, str]]:
    """What was typed beside what the portal holds, field by field."""
    mine, theirs = form.filled(Event(kind=stored.kind)), stored
    rows = [
        (form[name].label, getattr(mine, name), getattr(theirs, name))
        for name in ("date", "title", "place", "language", "count", "link")
        if name in form.fields
    ]
    rows.append((_("Participants"), people_in_words(mine), people_in_words(theirs)))
    return [{"label": str(label), "mine": _words(own), "theirs": _words(other)} for label, own, other in rows]


def _words(value: Any) -> str:
    if value in (None, ""):
        return ""
    return f"{value:%d.%m.%Y}" if hasattr(value, "strftime") else str(value)


@requires(P.EVENT_WRITE)
@once
def event_remove(request: Request, pk: int) -> HttpResponse:
    row = _find(request, pk, P.EVENT_WRITE)
    if not request.user.grants.at(P.EVENT_WRITE, row.unit_id):
        raise Http404
    form = RemovalForm(request.POST or None, initial={"version": row.version})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            row.version = form.cleaned_data["version"] or 0
            try:
                remove_event(event=row, why=form.cleaned_data["why"], by=request.user)
            except Refused as refused:
                status = 409 if isinstance(refused, Stale) else 422
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("«%(kind)s» is removed.") % {"kind": row.get_kind_display()})
                return SeeOther(reverse("events"))
    [told] = _told([_find(request, pk, P.EVENT_WRITE)])
    context = {
        "form": form,
        "heading": _("Remove «%(kind)s»") % {"kind": row.get_kind_display()},
        "facts": _facts(told),
        "shown_version": told.version,
        "back": reverse("event", args=[pk]),
        "once": new_key(),
    }
    return render(request, "campaigns/event_remove.html", context, status=status)
