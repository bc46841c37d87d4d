"""Children whom a raid or a round found: each becomes the draft of a case (PRODUCT 4)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.models import Event
from campaigns.states import FINDS_CHILDREN, EventKind
from schools.access import Request, requires
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from students.actions import cases
from students.forms.found import FoundForm
from students.models import Case
from students.states import CaseSource
from students.tables import CASES
from students.views import SeeOther
from students.views.cases import doubles_of, known_children, pupil_of, sees_names
from zabota.lib.paging import page_of

_SOURCES = {EventKind.RAID: CaseSource.RAID, EventKind.DOORROUND: CaseSource.ROUND}


@requires(P.CASE_VIEW)
def found(request: Request, pk: int) -> HttpResponse:
    event = _find(request, pk)
    rows = Case.objects.for_user(request.user, P.CASE_VIEW).filter(event=event).select_related("unit", "pupil")
    page = page_of(request, rows)
    table = CASES if sees_names(request.user, event.unit_id) else CASES.without_personal()
    context = {
        "event": event,
        "page": page,
        "table": table.on_screen(page.object_list, href=lambda case: reverse("case", args=[case.pk])),
        "may_add": request.user.grants.cover(P.CASE_WRITE, event.unit_id),
    }
    return render(request, "students/found.html", context)


def _find(request: Request, pk: int) -> Event:
    events = Event.objects.for_user(request.user, P.CASE_VIEW).filter(kind__in=FINDS_CHILDREN)
    return get_object_or_404(events.select_related("unit"), pk=pk)


@requires(P.CASE_WRITE)
@once
def found_new(request: Request, pk: int) -> HttpResponse:
    """One more child of this raid: `?pupil=` one of ours, else somebody whom no register knows."""
    event = _find(request, pk)
    if not request.user.grants.cover(P.CASE_WRITE, event.unit_id):
        raise Http404
    pupil = pupil_of(request)
    form = FoundForm(request.POST or None, pupil=pupil)
    doubles: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        known = [] if pupil or data.pop("another") else known_children(data)
        if known:
            doubles = doubles_of(request.user, known, request.path)
            form.ask_about_doubles()
        else:
            try:
                opened = cases.open_draft(
                    unit=event.unit,
                    pupil=pupil,
                    found_on=event.date,
                    source=_SOURCES[EventKind(event.kind)],
                    event=event,
                    by=request.user,
                    **data,
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("%(name)s: a draft of a case is opened.") % {"name": opened.child_name})
                return SeeOther(reverse("event_found", args=[pk]))
    context = {"event": event, "form": form, "pupil": pupil, "doubles": doubles, "once": new_key()}
    return render(request, "students/found_new.html", context, status=422 if form.errors else 200)
