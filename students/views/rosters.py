"""Classes, their children, and the workbooks that bring them in."""

from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from schools.access import Request, requires
from schools.actions import content_of
from schools.jobs import words_of
from schools.models import Unit
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.states import JobState
from schools.workflow import Refused
from students import imports
from students.actions import rosters
from students.forms.rosters import ClassForm, OfOwnSchool, RosterForm, schools_of, shown_grades
from students.models import Enrolment, Intake, Pupil, SchoolClass
from students.states import ClassKind, Form, IntakeState
from students.views import unit_of
from zabota.lib import sheets_in, sheets_out
from zabota.lib.clock import now, today
from zabota.lib.paging import page_of

SEE_OTHER = 303


def see(name: str, *args: Any) -> HttpResponseRedirect:
    """Where a form that was carried out leads to."""
    return HttpResponseRedirect(reverse(name, args=args), status=SEE_OTHER)


# Classes ---------------------------------------------------------------------------------------------------------


@requires(P.CHILD_VIEW)
@once
def classes(request: Request) -> HttpResponse:
    """The classes in sight with their pupils of today; the school's coordinator opens a new one here."""
    asked = unit_of(request, P.CHILD_VIEW)
    schools = schools_of(request.user)
    if not schools:
        return render(request, "students/classes.html", _classes(request, asked))
    chosen = OfOwnSchool(request.POST or None, user=request.user, initial={"unit": asked})
    unit = _school_of(chosen, schools)
    form = ClassForm(request.POST or None, unit=unit, instance=SchoolClass(unit=unit))
    if request.method == "POST" and chosen.is_valid() and form.is_valid():
        try:
            made = rosters.save_class(school_class=form.save(commit=False), version=0, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Class %(class)s is open.") % {"class": made.name})
            return see("school_class", made.pk)
    context = _classes(request, asked) | {"form": form, "chosen": chosen, "may_write": True, "once": new_key()}
    return render(request, "students/classes.html", context, status=422 if form.is_bound else 200)


def _school_of(chosen: OfOwnSchool, schools: list[Unit]) -> Unit:
    return chosen.school if chosen.is_bound and chosen.is_valid() else schools[0]


def _classes(request: Request, asked: Unit | None) -> dict[str, Any]:
    seen = SchoolClass.objects.for_user(request.user, P.CHILD_VIEW)
    if asked is not None:
        seen = seen.under(asked.pk)
    day = today()
    here = Q(enrolments__first__lte=day) & (Q(enrolments__last=None) | Q(enrolments__last__gte=day))
    by_day = Q(enrolments__form=Form.DAY)
    counts = {
        "in_day": Count("enrolments", filter=here & by_day),
        "otherwise": Count("enrolments", filter=here & ~by_day),
    }
    rows = seen.select_related("teacher", "unit").annotate(**counts)
    studying = seen.exclude(kind=ClassKind.RESIDENCE).aggregate(**counts)
    page = page_of(request, rows.order_by("unit", "grades", "name_order", "pk"))
    for row in page.object_list:
        row.shown_grades = shown_grades(row.grades)
    return {
        "asked": asked,
        "page": page,
        "studying": studying,
        "several_schools": len({row.unit_id for row in page.object_list}) > 1,
    }


@requires(P.CHILD_VIEW)
@once
def school_class(request: Request, pk: int) -> HttpResponse:
    """The children of a class today; the school's coordinator changes the class itself here."""
    shown = _class(request, pk)
    if not request.user.grants.cover(P.ROSTER_WRITE, shown.unit_id):
        return render(request, "students/school_class.html", _children(request, shown))
    form = ClassForm(request.POST or None, unit=shown.unit, instance=_class(request, pk))
    extra: dict[str, Any] = {}
    status = 200 if request.method != "POST" else 422
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            rosters.save_class(school_class=form.save(commit=False), version=version, by=request.user)
        except rosters.Stale as stale:
            extra["conflict"], status = _versions(form, stale.stored), 409
            form = _later(request, stale.stored)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The class is saved."))
            return see("school_class", pk)
    extra |= {"form": form, "may_write": True, "once": new_key()}
    return render(request, "students/school_class.html", _children(request, shown) | extra, status=status)


def _class(request: Request, pk: int) -> SchoolClass:
    seen = SchoolClass.objects.for_user(request.user, P.CHILD_VIEW).select_related("unit", "teacher")
    found: SchoolClass = get_object_or_404(seen, pk=pk)
    return found


def _children(request: Request, shown: SchoolClass) -> dict[str, Any]:
    children = Enrolment.objects.for_user(request.user, P.CHILD_VIEW).filter(school_class=shown).on(today())
    return {
        "school_class": shown,
        "grades": shown_grades(shown.grades),
        "several_grades": len(shown.grades) > 1,
        "page": page_of(request, children.for_list()),
    }


def _later(request: Request, stored: SchoolClass) -> ClassForm:
    """The form with everything that was typed, ready to be saved over the stored version."""
    typed = request.POST.copy()
    typed["version"] = str(stored.version)
    return ClassForm(typed, unit=stored.unit, instance=stored)


def _versions(form: ClassForm, stored: SchoolClass) -> list[SimpleNamespace]:
    theirs = ClassForm(unit=stored.unit, instance=stored)
    return [
        SimpleNamespace(label=form.fields[name].label, mine=_shown(form, name), theirs=_shown(theirs, name))
        for name in ClassForm.Meta.fields
    ]


def _shown(form: ClassForm, name: str) -> str:
    """The value of a field as a person reads it."""
    value = form[name].value()
    text = "" if value is None else str(value)
    words = {str(key): str(label) for key, label in getattr(form.fields[name], "choices", ())}
    return words.get(text, text)


# Workbooks -------------------------------------------------------------------------------------------------------


@requires(P.ROSTER_WRITE)
@once
def upload(request: Request) -> HttpResponse:
    """The template to take, the workbook to hand in, the workbooks handed in before."""
    form = RosterForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        intake = rosters.hand_in(
            unit=form.school, name=form.file_name, content=form.cleaned_data["file"], by=request.user
        )
        return see("intake", intake.pk)
    earlier = Intake.objects.for_user(request.user, P.ROSTER_WRITE).filter(kind=rosters.ROSTER)
    context = {
        "form": form,
        "schools": form.schools,
        "page": page_of(request, earlier.select_related("document", "unit").order_by("-created_at", "-pk"), 20),
        "once": new_key(),
    }
    return render(request, "students/roster.html", context, status=422 if form.is_bound else 200)


@requires(P.ROSTER_WRITE)
@require_GET
def template(request: Request) -> HttpResponse:
    """The workbook with the school's own classes and children.  It names them, so the reading of each is recorded."""
    own = Unit.objects.for_user(request.user, P.ROSTER_WRITE).schools()
    unit = get_object_or_404(own, pk=request.GET["unit"]) if request.GET.get("unit", "").isdecimal() else own[0]
    enrolments = list(
        Enrolment.objects.for_user(request.user, P.ROSTER_WRITE)
        .filter(unit=unit)
        .on(today())
        .select_related("pupil", "school_class")
        .order_by(
            "school_class__grades",
            "school_class__name_order",
            "pupil__surname_order",
            "pupil__name_order",
            "pk",
        )
    )
    stamp = _("Taken by %(who)s on %(when)s. Holds personal data of children: keep it safe, delete it after use.") % {
        "who": request.user.full_name,
        "when": f"{now():%d.%m.%Y %H:%M}",
    }
    content = imports.template(unit, enrolments, stamp)
    request.readings += [Pupil(pk=enrolment.pupil_id, unit_id=unit.pk) for enrolment in enrolments]
    return workbook(content, f"roster-{unit.code}-{today():%Y-%m-%d}.xlsx")


def workbook(content: bytes, name: str) -> HttpResponse:
    """A workbook to be saved, never shown inside the page."""
    answer = HttpResponse(content, content_type=rosters.XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@requires(P.ROSTER_WRITE)
@require_GET
def intake(request: Request, pk: int) -> HttpResponse:
    """What the check found in a workbook, and how its entry goes on."""
    shown = _intake(request, pk)
    job = rosters.job_of(shown)
    under_way = job is not None and not job.ended
    if request.htmx and not under_way:
        return HttpResponseClientRefresh()  # the work is over: load the page with its outcome
    good = shown.state == IntakeState.CHECKED and not shown.errors
    context = {
        "intake": shown,
        "job": job,
        "under_way": under_way,
        "failed": job is not None and job.state == JobState.FAILED,
        "words": words_of(job) if job else "",
        "page": page_of(request, shown.errors),
        "to_correct": shown.rows_read - shown.rows_good,
        "figures": _figures(shown),
        "may_enter": good and shown.rows_read > 0 and not under_way,
        "once": new_key(),
    }
    return render(request, "students/intake.html", context)


def _figures(shown: Intake) -> list[SimpleNamespace]:
    if "new" not in shown.changes:
        return []
    return [
        SimpleNamespace(label=_("new children"), value=shown.changes["new"]),
        SimpleNamespace(label=_("changed"), value=shown.changes["changed"]),
        SimpleNamespace(label=_("the same"), value=shown.changes["same"]),
    ]


def _intake(request: Request, pk: int) -> Intake:
    seen = Intake.objects.for_user(request.user, P.ROSTER_WRITE).filter(kind=rosters.ROSTER)
    found: Intake = get_object_or_404(seen.select_related("document", "unit"), pk=pk)
    return found


@requires(P.ROSTER_WRITE)
@require_POST
@once
def enter(request: Request, pk: int) -> HttpResponse:
    try:
        rosters.want_entry(intake=_intake(request, pk), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return see("intake", pk)


@requires(P.ROSTER_WRITE)
@require_GET
def marked(request: Request, pk: int) -> HttpResponse:
    """The same workbook with the cells to correct coloured and a column that says what to do."""
    shown = _intake(request, pk)
    marks = [
        sheets_out.Mark(error["sheet"], error["row"], error["column"], f"{error['message']} {error['remedy']}".strip())
        for error in shown.errors
    ]
    try:
        content = sheets_out.mark(content_of(shown.document), marks, header_row=shown.changes.get("header_row", 1))
    except sheets_in.Refused as refusal:
        return render(request, "students/intake.html", {"intake": shown, "trouble": str(refusal)}, status=422)
    request.readings.append(shown.document)
    return workbook(content, f"roster-{shown.pk}-to-correct.xlsx")
