"""The card of a child, its departure, its arrival."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from schools.access import Request, requires
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from students.actions import movement
from students.forms.movement import ArrivalForm, DepartureForm, SearchForm
from students.models import Absence, Case, Enrolment, Movement, Pupil, SchoolClass
from students.states import OPENS_TRANSIT
from students.tables import ABSENCES, ENROLMENTS, MOVEMENTS
from students.views.rosters import see
from zabota.lib import iin
from zabota.lib.clock import today


@requires(P.CHILD_VIEW)
def pupil(request: Request, pk: int) -> HttpResponse:
    """Everything this person may know of a child.  Opening the card is recorded; the whole IIN is asked for apart."""
    child = get_object_or_404(Pupil.objects.for_user(request.user, P.CHILD_VIEW), pk=pk)
    enrolments = list(
        Enrolment.objects.for_user(request.user, P.CHILD_VIEW)
        .filter(pupil=child)
        .select_related("school_class", "unit")
        .order_by("-first", "-pk")
    )
    where = enrolments[0].unit_id if enrolments else child.unit_id
    may_write = request.user.grants.cover(P.ROSTER_WRITE, where)
    number = ""
    if request.method == "POST" and may_write:
        number = movement.reveal_iin(pupil=child, unit=where, by=request.user)
    request.readings.append(Pupil(pk=child.pk, unit_id=where))  # the child may have been entered by another school
    departures = Movement.objects.for_user(request.user, P.CHILD_VIEW).filter(pupil=child).select_related("to_unit")
    context = {
        "pupil": child,
        "masked": iin.mask(child.iin),
        "number": number,
        "enrolments": ENROLMENTS.on_screen(enrolments),
        "current": _current(enrolments),
        "absences": ABSENCES.on_screen(_absences(request, child)),
        "cases": Case.objects.for_user(request.user, P.CASE_VIEW).filter(pupil=child).order_by("-found_on", "-pk"),
        "sees_cases": bool(request.user.grants.units(P.CASE_VIEW)),
        "movements": MOVEMENTS.on_screen(departures.order_by("-left_on", "-pk")),
        "may_write": may_write,
    }
    return render(request, "students/pupil.html", context)


def _current(enrolments: list[Enrolment]) -> Enrolment | None:
    day = today()
    return next((each for each in enrolments if each.first <= day and (each.last is None or each.last >= day)), None)


def _absences(request: Request, child: Pupil) -> Any:
    campaign = Campaign.objects.current()
    seen = Absence.objects.for_user(request.user, P.CHILD_VIEW).filter(pupil=child).order_by("-date")
    return seen.filter(date__range=(campaign.opens, campaign.closes)) if campaign else seen.none()


@requires(P.ROSTER_WRITE)
@once
def leave(request: Request, pk: int) -> HttpResponse:
    """The child leaves the school; what is still open for it is shown before."""
    own = Enrolment.objects.for_user(request.user, P.ROSTER_WRITE).filter(pupil=pk, last=None)
    enrolment = own.select_related("pupil", "school_class", "unit").order_by("-first", "-pk").first()
    if enrolment is None:
        raise Http404
    form = DepartureForm(request.POST or None, near=enrolment.unit_id)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            movement.depart(
                enrolment=enrolment,
                left_on=said["left_on"],
                slip=said["slip"],
                reason=said["reason"],
                to_unit=form.destination,
                to_text=said["to_text"],
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            words = _("%(child)s has left. The departure stays open until the receiving school confirms the arrival.")
            if form.destination is not None:
                words = _("%(child)s has left for %(school)s. The departure stays open until that school confirms it.")
            elif said["reason"] not in OPENS_TRANSIT:
                words = _("%(child)s has left.")
            school = form.destination.full_name if form.destination is not None else ""
            messages.success(request, words % {"child": enrolment.pupil.full_name, "school": school})
            return see("school_class", enrolment.school_class_id)
    context = {
        "enrolment": enrolment,
        "pupil": enrolment.pupil,
        "form": form,
        "unfinished": movement.unfinished(enrolment.pupil, request.user),
        "once": new_key(),
    }
    request.readings.append(Pupil(pk=enrolment.pupil_id, unit_id=enrolment.unit_id))
    return render(request, "students/pupil_leave.html", context, status=422 if form.is_bound else 200)


@requires(P.ROSTER_WRITE)
@once
def arrive(request: Request, pk: int) -> HttpResponse:
    """First the child is looked for in the whole country, then it is taken in: nobody is created twice."""
    school_class = get_object_or_404(
        SchoolClass.objects.for_user(request.user, P.ROSTER_WRITE).select_related("unit"), pk=pk
    )
    search = SearchForm(request.POST or None)
    context: dict[str, Any] = {"school_class": school_class, "search": search, "form": search, "once": new_key()}
    if request.method != "POST":
        return render(request, "students/pupil_arrive.html", context)
    if not search.is_valid():
        return render(request, "students/pupil_arrive.html", context, status=422)
    found = movement.find_children([search.wanted])[0]
    held = next((each for each in found if each.is_enrolled_on(today())), None)
    context |= {"searched": True, "found": found}
    if held is not None and len(found) == 1:
        context["trouble"] = movement.still_enrolled(held)
        return render(request, "students/pupil_arrive.html", context, status=422)
    taking = "take" in request.POST
    form = ArrivalForm(request.POST if taking else None, school_class=school_class, found=found)
    context |= {"form": form, "known": [_known(each) for each in found]}
    if taking and form.is_valid():
        try:
            enrolment = movement.arrive(
                school_class=school_class,
                surname=search.wanted.surname,
                name=search.wanted.name,
                born=search.wanted.born,
                iin=search.wanted.iin,
                pupil=form.child,
                by=request.user,
                **form.facts,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(child)s is a pupil of class %(class)s.") % _taken_in(enrolment))
            return see("school_class", school_class.pk)
    response = render(request, "students/pupil_arrive.html", context, status=422 if taking else 200)
    response.nothing_done = True  # type: ignore[attr-defined]  # the search may be sent again with the same key
    return response


def _known(found: movement.Found) -> str:
    words = movement.already_known(found)
    if found.last is not None:
        words += " " + _("It is a pupil there until %(day)s.") % {"day": f"{found.last:%d.%m.%Y}"}
    return words


def _taken_in(enrolment: Enrolment) -> dict[str, str]:
    return {"child": enrolment.pupil.full_name, "class": enrolment.school_class.name}
