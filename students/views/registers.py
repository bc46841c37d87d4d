"""The day of a school: all classes in one table, one class on one page (PRODUCT 5, UX a)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schools.access import Request, requires
from schools.models import User
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from students import calendar
from students.actions import registers, warning
from students.actions.registers import Line, Mark, Sheet, StaleRegister
from students.forms.registers import RegisterForm, Row, differences, reasons_for, words_of_mark
from students.models import Case, Enrolment, Register, SchoolClass
from students.states import Contact, Reason
from students.views import SeeOther, day_of
from zabota.lib import clock
from zabota.lib.htmx import page_or_part

ONE_DAY = timedelta(days=1)
WORRYING = 3  # absent so many school days in a row, a child stands on top of the page


@dataclass(frozen=True)
class Worry:
    """A child whom somebody should look at today."""

    enrolment: Enrolment
    streak: warning.Streak | None
    flag: warning.Flag | None
    case: Case | None

    @property
    def reason(self) -> str:
        return str(Reason(self.streak.reason).label) if self.streak else ""


# ---- the whole school


@requires(P.REGISTER_TAKE, P.FIGURES_VIEW)
@once
def today(request: Request) -> HttpResponse:
    """All classes of the school on one day; officials, who take no registers, are led to the situation."""
    if not request.user.grants.units(P.REGISTER_TAKE):
        return redirect("situation")
    day, trouble = day_of(request)
    if request.method == "POST":
        return _everyone_present(request, day)
    return _today_page(request, day, trouble)


def _everyone_present(request: Request, day: date) -> HttpResponse:
    chosen = {text for text in request.POST.getlist("classes") if text.isdecimal()}
    classes = list(SchoolClass.objects.for_user(request.user, P.REGISTER_TAKE).filter(pk__in=chosen))
    if len(classes) != len(chosen):
        raise Http404
    if not classes:
        return _today_page(request, day, _("Choose at least one class."), status=422)
    try:
        taken = registers.take_all_present(classes=classes, date=day, by=request.user)
    except Refused as refusal:
        return _today_page(request, day, str(refusal), status=422)
    if taken:
        done = ngettext(
            "Saved: everyone was present in %(n)s class.", "Saved: everyone was present in %(n)s classes.", len(taken)
        )
        messages.success(request, done % {"n": len(taken)})
    else:
        messages.info(
            request, _("Nothing was left to save: these classes have their registers, or no school on that day.")
        )
    return SeeOther(f"{reverse('today')}?date={day}")


def _today_page(request: Request, day: date, trouble: str, status: int = 200) -> HttpResponse:
    classes = list(SchoolClass.objects.for_user(request.user, P.REGISTER_TAKE).select_related("unit"))
    lines = registers.lines_of(classes, day)
    silent = [line for line in lines if line.is_silent]
    takers = _names(line.register for line in lines if line.register)
    context = {
        "day": day,
        "before": day - ONE_DAY,
        "after": day + ONE_DAY if day < clock.today() else None,
        "is_future": day > clock.today(),
        "trouble": trouble,
        "lines": [(line, takers.get(line.register.taken_by) if line.register else None) for line in lines],
        "silent": silent,
        "due": [line for line in lines if line.is_due],
        "absent": sum(line.absent for line in lines if line.is_due),
        "pupils": sum(line.size for line in lines),
        "several_schools": len({each.unit_id for each in classes}) > 1,
        "worries": _worries(request.user, classes, day) if classes and day <= clock.today() else [],
        "may_open_case": bool(request.user.grants.units(P.CASE_WRITE)),
        "once": new_key(),
    }
    return render(request, "students/today.html", context, status=status)


def _worries(user: User, classes: list[SchoolClass], day: date) -> list[Worry]:
    """Children absent three school days in a row, or flagged by the early warning; the longest absence first."""
    streaks: dict[int, warning.Streak] = {}
    flags: dict[int, warning.Flag] = {}
    for unit in {each.unit_id for each in classes}:
        streaks |= warning.streaks(unit_id=unit, on=day, least=WORRYING)
        flags |= warning.flags(unit_id=unit, on=day)
    children = streaks.keys() | flags.keys()
    cases = _open_cases(user, children)
    rows = (
        Enrolment.objects.for_user(user, P.REGISTER_TAKE).on(day).filter(pupil__in=children, school_class__in=classes)
    )
    worries = [
        Worry(row, streaks.get(row.pupil_id), flags.get(row.pupil_id), cases.get(row.pupil_id))
        for row in rows.for_list()
    ]
    return sorted(worries, key=lambda worry: -(worry.streak.days if worry.streak else 0))


def _open_cases(user: User, children: Iterable[int]) -> dict[int, Case]:
    rows = Case.objects.for_user(user, P.CASE_VIEW).open().filter(pupil__in=list(children))
    return {case.pupil_id: case for case in rows}


def _names(taken: Iterable[Register]) -> dict[str, str]:
    people = User.objects.filter(username__in={register.taken_by for register in taken})
    return {person.username: person.short_name for person in people}


# ---- one class


@requires(P.REGISTER_TAKE)
@once
def register(request: Request, pk: int) -> HttpResponse:
    """The register of one class on one day; saved in place with htmx, by a redirect without."""
    classes = SchoolClass.objects.for_user(request.user, P.REGISTER_TAKE).select_related("unit")
    school_class = get_object_or_404(classes, pk=pk)
    day, trouble = day_of(request)
    sheet = registers.read(school_class, day)
    if request.method == "POST":
        return _save(request, sheet)
    return _register_page(request, sheet, RegisterForm(sheet=sheet), trouble=trouble)


def _save(request: Request, sheet: Sheet) -> HttpResponse:
    form = RegisterForm(request.POST, sheet=sheet)
    marks = form.marks
    if form.is_valid():
        marks = _marks_before(sheet) if "as_yesterday" in request.POST else marks
        try:
            registers.take(
                school_class=sheet.school_class,
                date=sheet.day,
                absent=marks,
                version=form.cleaned_data["version"],
                why=form.cleaned_data["why"],
                by=request.user,
            )
        except StaleRegister as stale:
            return _conflict(request, form, stale.stored, marks)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _saved(request, sheet)
    return _register_page(request, sheet, form, status=422)


def _marks_before(sheet: Sheet) -> dict[int, Mark]:
    before = registers.last_before(sheet.school_class, sheet.day)
    return registers.as_before(sheet, registers.marks_of(before)) if before else {}


def _saved(request: Request, sheet: Sheet) -> HttpResponse:
    if not request.htmx:
        messages.success(request, _("Saved at %(time)s.") % {"time": f"{clock.now():%H:%M}"})
        return SeeOther(_address(sheet.school_class, sheet.day))
    fresh = registers.read(sheet.school_class, sheet.day)
    return _register_page(request, fresh, RegisterForm(sheet=fresh), saved=True)


def _conflict(request: Request, form: RegisterForm, stored: Sheet, mine: dict[int, Mark]) -> HttpResponse:
    """Both versions side by side, and what was typed below with the stored version's number."""
    form.shown_version = stored.version
    form.sheet.register = stored.register
    rows = differences(stored, mine, stored.marks)
    return _register_page(request, form.sheet, form, status=409, conflict=rows)


def _register_page(request: Request, sheet: Sheet, form: RegisterForm, status: int = 200, **more: Any) -> HttpResponse:
    before = registers.last_before(sheet.school_class, sheet.day)
    marks_before = registers.marks_of(before) if before else {}
    children = [seat.pupil.pk for seat in sheet.seats]
    unit = sheet.school_class.unit_id
    streaks = warning.streaks(unit_id=unit, pupils=children, on=sheet.day - ONE_DAY)
    cases = _open_cases(request.user, children)
    context = {
        "sheet": sheet,
        "form": form,
        "rows": [_shown_row(row, marks_before, streaks, cases) for row in form.rows],
        "reasons": {kind: reasons_for(kind) for kind in calendar.SCHOOL_DAY},
        "contacts": Contact.choices,
        "before": before,
        "date_text": str(sheet.day),
        "can_copy": bool(registers.as_before(sheet, marks_before)),
        "is_distance": sheet.kind == calendar.DISTANCE,
        "is_future": sheet.day > clock.today(),
        "taker": _names([sheet.register]).get(sheet.register.taken_by) if sheet.register else None,
        "taken_at": timezone.localtime(sheet.register.taken_at) if sheet.register else None,
        "address": _address(sheet.school_class, sheet.day),
        "next": _next_silent(request.user, sheet) if sheet.register else None,
        "once": new_key(),
        **more,
    }
    return page_or_part(request, "students/register.html", "sheet", context, status=status)


def _shown_row(
    row: Row, before: dict[int, Mark], streaks: dict[int, warning.Streak], cases: dict[int, Case]
) -> dict[str, Any]:
    pk = row.seat.pupil.pk
    mark = before.get(pk)
    streak = streaks.get(pk)
    return {
        "row": row,
        "pk": pk,
        "name": row.seat.pupil.full_name,
        "hint": words_of_mark(mark) if mark else "",
        "days": streak.days if streak and streak.days > 1 else 0,
        "is_worrying": bool(streak and streak.days >= WORRYING),
        "case": cases.get(pk),
    }


def _next_silent(user: User, sheet: Sheet) -> Line | None:
    """The next class of the school that still has no register that day."""
    classes = list(SchoolClass.objects.for_user(user, P.REGISTER_TAKE).filter(unit=sheet.school_class.unit_id))
    places = {each.pk: place for place, each in enumerate(classes)}
    silent = [line for line in registers.lines_of(classes, sheet.day) if line.is_silent]
    here = places.get(sheet.school_class.pk, 0)
    return min(
        silent, key=lambda line: (places[line.school_class.pk] < here, places[line.school_class.pk]), default=None
    )


def _address(school_class: SchoolClass, day: date) -> str:
    return f"{reverse('register', args=[school_class.pk])}?date={day}"
