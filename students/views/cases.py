"""Cases: the list, one case with its path, a new one, and the steps a person takes (PRODUCT 7)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from schools.access import Request, requires
from schools.models import Entry, User
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.tables import deed_of
from schools.workflow import Refused
from students.actions import cases, movement
from students.actions.cases import StaleCase
from students.forms.cases import CaseFilters, CaseForm, CloseForm, ConfirmForm, DismissForm, FactsForm, NewCaseForm
from students.models import Case, Pupil
from students.states import CASE, CaseState, Cause
from students.tables import CASES, standing_in_words, tone_of
from students.views import SeeOther
from zabota.lib.htmx import page_or_part
from zabota.lib.paging import page_of

# their numbers open into units, not children, wherever names are not open (PRODUCT 7)
SENSITIVE = {Cause.VIOLENCE, Cause.LAW, Cause.ILLNESS, Cause.DISABILITY, Cause.RELIGION}

# what the journal says of a case, in words


def sees_names(user: User, unit: int) -> bool:
    return user.grants.cover(P.CHILD_VIEW, unit)


# ---- the list


@requires(P.CASE_VIEW, P.CASE_REFERRED)
def case_list(request: Request) -> HttpResponse:
    """Cases of the person's units; above a district the list opens with a filter.  A commission sees referrals."""
    own = request.user.grants.units(P.CASE_VIEW)
    filters = CaseFilters(request.GET, user=request.user)
    named = all(sees_names(request.user, unit) for unit in own)
    is_waiting = bool(own) and not named and not filters.chosen
    rows = Case.objects.for_user(request.user, P.CASE_VIEW).select_related("unit", "pupil")
    page = page_of(request, rows.none() if is_waiting else filters.apply(rows))
    table = CASES if named else CASES.without_personal()
    context = {
        "filters": filters,
        "page": page,
        "table": table.on_screen(page.object_list, href=lambda case: reverse("case", args=[case.pk])),
        "is_commission": not own,
        "is_waiting": is_waiting,
        "may_open": bool(request.user.grants.units(P.CASE_WRITE)),
    }
    return page_or_part(request, "students/cases.html", "rows", context)


# ---- one case


@requires(P.CASE_VIEW, P.CASE_REFERRED)
def case(request: Request, pk: int) -> HttpResponse:
    found = _find(request, pk)
    named = sees_names(request.user, found.unit_id)
    if named:
        request.readings.append(found)
    writes = request.user.grants.cover(P.CASE_WRITE, found.unit_id)
    context = {
        "case": found,
        "named": named,
        "title": found.child_name if named else found.key,
        "standing": standing_in_words(found),
        "tone": tone_of(found),
        "facts": _facts(found, named),
        "path": _path(found),
        "moves": CASE.open_to(request.user, found),
        "may_record": writes and found.state in (CaseState.DRAFT, CaseState.CONFIRMED),
        "history": _history(request.user, found, named),
    }
    return render(request, "students/case.html", context)


def _find(request: Request, pk: int) -> Case:
    rows = Case.objects.for_user(request.user, P.CASE_VIEW).select_related("unit", "finder", "pupil")
    return get_object_or_404(rows, pk=pk)


def _facts(case: Case, named: bool) -> list[dict[str, Any]]:
    born = case.pupil.born if case.pupil else case.born
    rows: list[tuple[Any, Any]] = []
    if named:
        rows += [(_("Child"), case.child_name), (_("Date of birth"), f"{born:%d.%m.%Y}" if born else "")]
    cause = case.get_cause_display() if named or case.cause not in SENSITIVE else _("not shown here")
    rows += [
        (_("Case"), case.key),
        (_("School or unit"), case.unit.name),
        (_("Found by"), case.finder.name),
        (_("How found"), case.get_source_display()),
        (_("Kind"), case.get_kind_display()),
        (_("Main cause"), cause),
    ]
    facts = [{"label": label, "value": value} for label, value in rows]
    if named and case.pupil:
        facts[0]["href"] = reverse("pupil", args=[case.pupil_id])
    return facts


def _path(case: Case) -> list[dict[str, Any]]:
    """Found → visited → confirmed → returned → out again → closed, with dates; steps to come are said in words."""
    steps: list[tuple[Any, date | None, Any, bool]] = [
        (_("Found"), case.found_on, "", True),
        (_("Visited"), case.visited_on, _("not yet"), case.state in (CaseState.DRAFT, CaseState.CONFIRMED)),
    ]
    if case.state == CaseState.DISMISSED:
        steps.append((_("Dismissed"), None, _("not a case"), True))
    else:
        steps.append((_("Confirmed"), case.confirmed_on, _("waits for a person"), True))
        steps.append((_("Returned"), case.returned_on, _("still out"), case.state != CaseState.CLOSED))
    if case.relapsed_on:
        steps.append((_("Out again"), case.relapsed_on, "", True))
    if case.state == CaseState.CLOSED:
        steps.append((_("Closed: %(why)s") % {"why": case.get_closing_display()}, case.closed_on, "", True))
    return [
        {"label": label, "first": day, "tone": "ok" if day else "none", "word": _("done") if day else word}
        for label, day, word, needed in steps
        if day or needed
    ]


def _history(user: User, case: Case, named: bool) -> list[dict[str, Any]]:
    """The journal of this case; notes may name people and are shown only where names are."""
    entries = Entry.objects.for_user(user, P.CASE_VIEW).filter(subject=Case._meta.label, subject_id=str(case.pk))
    lines = list(entries.order_by("at", "pk"))
    people = User.objects.filter(username__in={line.by for line in lines})
    names = {person.username: person.short_name for person in people}
    return [
        {
            "at": line.at,
            "what": deed_of(line.subject, line.verb),
            "who": names.get(line.by, line.by),
            "note": line.note if named else "",
        }
        for line in lines
    ]


# ---- a new case


@requires(P.CASE_WRITE)
@once
def new(request: Request) -> HttpResponse:
    """A child found out of school: `?pupil=` one of ours, else somebody whom no register knows."""
    pupil = pupil_of(request)
    form = NewCaseForm(request.POST or None, user=request.user, pupil=pupil)
    doubles: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        known = [] if pupil or data.pop("another") else known_children(data)
        if known:
            doubles = doubles_of(request.user, known, reverse("case_new"))
            form.ask_about_doubles()
        else:
            try:
                opened = cases.open_draft(pupil=pupil, by=request.user, **data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("%(name)s: a draft of a case is opened.") % {"name": opened.child_name})
                return SeeOther(reverse("case", args=[opened.pk]))
    context = {"form": form, "pupil": pupil, "doubles": doubles, "once": new_key()}
    return render(request, "students/case_new.html", context, status=422 if form.errors else 200)


def pupil_of(request: Request) -> Pupil | None:
    text = request.GET.get("pupil", "")
    if not text:
        return None
    if not text.isdecimal():
        raise Http404
    return get_object_or_404(Pupil.objects.for_user(request.user, P.CHILD_VIEW), pk=text)


def known_children(data: dict[str, Any]) -> list[movement.Found]:
    """Finding comes before creating: children of this folded name and birth date anywhere in the country."""
    return movement.find_children([movement.Wanted(data["surname"], data["name"], data["born"])])[0]


def doubles_of(user: User, known: list[movement.Found], page: str) -> list[dict[str, Any]]:
    """«There is such a child at school № …»; a link only for those who may see the child anyway."""
    ours = set(
        Pupil.objects.for_user(user, P.CHILD_VIEW)
        .filter(pk__in=[k.pupil_id for k in known])
        .values_list("pk", flat=True)
    )
    schools = movement.names_of(each.unit_id for each in known if each.unit_id is not None)
    return [
        {
            "school": "" if each.unit_id is None else schools[each.unit_id],
            "last": each.last,
            "href": f"{page}?pupil={each.pupil_id}" if each.pupil_id in ours else "",
        }
        for each in known
    ]


# ---- steps


@requires(P.CASE_WRITE)
@once
def facts(request: Request, pk: int) -> HttpResponse:
    """What happened on the way: the visit and the return."""

    def save(case: Case, data: dict[str, Any]) -> str:
        before = {"visited_on": case.visited_on, "returned_on": case.returned_on}
        if data["visited_on"] and data["visited_on"] != before["visited_on"]:
            case = cases.record_visit(case=case, visited_on=data["visited_on"], by=request.user)
        if data.get("returned_on") and data["returned_on"] != before["returned_on"]:
            cases.record_return(case=case, returned_on=data["returned_on"], by=request.user)
        return _("Saved.")

    return _step(request, pk, FactsForm, save, heading=_("Visit and return"), button=_("Save"))


@requires(P.CASE_WRITE)
@once
def move(request: Request, pk: int, move: str) -> HttpResponse:
    """Confirm, dismiss or close: one page for one decision."""
    steps: dict[str, tuple[type[CaseForm], Callable[..., Case], str]] = {
        "confirm": (ConfirmForm, cases.confirm, _("The case is confirmed.")),
        "dismiss": (DismissForm, cases.dismiss, _("The draft is dismissed.")),
        "close": (CloseForm, cases.close, _("The case is closed without return.")),
    }
    if move not in steps:
        raise Http404
    form_class, action, done = steps[move]

    def save(case: Case, data: dict[str, Any]) -> str:
        action(case=case, by=request.user, **data)
        return done

    label = str(CASE.moves[move].label)
    return _step(request, pk, form_class, save, heading=label, button=label)


def _step(
    request: Request,
    pk: int,
    form_class: type[CaseForm],
    save: Callable[[Case, dict[str, Any]], str],
    *,
    heading: str,
    button: str,
) -> HttpResponse:
    found = _find(request, pk)
    form = form_class(request.POST or None, case=found)
    conflict: list[dict[str, str]] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = dict(form.cleaned_data)
            found.version = data.pop("version")
            try:
                done = save(found, data)
            except StaleCase as stale:
                status, conflict = 409, _differences(form, stale.stored)
                found = stale.stored
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, done)
                return SeeOther(reverse("case", args=[pk]))
    named = sees_names(request.user, found.unit_id)
    context = {
        "case": found,
        "title": found.child_name if named else found.key,
        "form": form,
        "heading": heading,
        "button": button,
        "conflict": conflict,
        "shown_version": found.version,
        "once": new_key(),
    }
    return render(request, "students/case_step.html", context, status=status)


def _differences(form: CaseForm, stored: Case) -> list[dict[str, str]]:
    """The state first, then each field of the form: what was typed beside what the portal holds."""
    rows = [{"label": _("State"), "mine": "", "theirs": standing_in_words(stored)}]
    for field in form.visible_fields():
        mine = _words(form.cleaned_data.get(field.name), field)
        theirs = _words(getattr(stored, field.name, ""), field)
        rows.append({"label": str(field.label), "mine": mine, "theirs": theirs})
    return rows


def _words(value: Any, field: Any) -> str:
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    choices = dict(getattr(field.field, "choices", []))
    return str(choices.get(value, value or "")) if value else ""
