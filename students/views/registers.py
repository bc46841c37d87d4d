"""The day of a school: all classes in one table, one class on one page (PRODUCT 5, UX a)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from campaigns.hub import Paper, owed_by
from campaigns.models import Campaign
from campaigns.timeline import standings
from schools.access import Request, requires
from schools.models import Unit, User
from schools.once import new_key, once
from schools.rights import Permission as P
from schools.workflow import Refused
from students import calendar
from students.actions import registers, warning
from students.actions.registers import Mark, Sheet, StaleRegister
from students.forms.registers import RegisterForm, Row, differences, reasons_for, words_of_mark
from students.models import Case, Enrolment, Register, SchoolClass
from students.states import Contact, Reason
from students.tables import EXCUSED
from students.views import SeeOther, day_of
from zabota.lib import clock
from zabota.lib.htmx import page_or_part

REASONS, CONTACTS = frozenset(Reason.values), frozenset(Contact.values)
FEW = 5  # classes: so short a list is not folded
OWED_AT_MOST = 5  # the day begins with a short list
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

    @property
    def is_excused(self) -> bool:
        """Ill, or away for another valid reason: to be known, not to be called about."""
        return self.flag is None and self.streak is not None and self.streak.is_excused


@dataclass(frozen=True)
class DayLine:
    """A class of the day as the page shows it: who took the register, or how many pupils to ask about first."""

    line: registers.Line
    taker: str | None
    calls: int


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
    worries = _worries(request.user, classes, day) if classes and day <= clock.today() else []
    calls = _calls(request.user, [line.school_class for line in silent], day, worries)
    rows = [
        DayLine(line, takers.get(line.register.taken_by) if line.register else None, calls[line.school_class.pk])
        for line in lines
    ]
    excused = [worry for worry in worries if worry.is_excused]
    owed = _owed(request.user) if day == clock.today() else []
    context = {
        "owed": owed[:OWED_AT_MOST],
        "owed_more": max(0, len(owed) - OWED_AT_MOST),
        "day": day,
        "before": day - calendar.ONE_DAY,
        "after": day + calendar.ONE_DAY if day < clock.today() else None,
        "is_future": day > clock.today(),
        "trouble": trouble,
        "waiting": [row for row in rows if row.line.is_silent],
        "rest": [row for row in rows if not row.line.is_silent],
        "is_short": len(rows) <= FEW,
        "due": [line for line in lines if line.is_due],
        "taken": sum(line.register is not None for line in lines),
        "absent": sum(line.absent for line in lines if line.is_due),
        "pupils": sum(line.size for line in lines),
        "several_schools": len({each.unit_id for each in classes}) > 1,
        "worries": [worry for worry in worries if not worry.is_excused],
        "excused": EXCUSED.on_screen(excused),
        "n_excused": len(excused),
        "may_open_case": bool(request.user.grants.units(P.CASE_WRITE)),
        "once": new_key(),
    }
    return render(request, "students/today.html", context, status=status)


def _owed(user: User) -> list[Paper]:
    """What the person's first school has to do next in the campaign; nothing for those who read no reports."""
    campaign = Campaign.objects.current()
    unit = Unit.objects.for_user(user, P.REPORT_VIEW).filter(pk__in=user.grants.units(P.REGISTER_TAKE)).first()
    return owed_by(unit, campaign, standings(unit, campaign)) if unit and campaign else []


def _worries(user: User, classes: list[SchoolClass], day: date) -> list[Worry]:
    """Children absent three school days in a row, or flagged by the early warning; the longest absence first."""
    streaks: dict[int, warning.Streak] = {}
    flags: dict[int, warning.Flag] = {}
    for unit in {each.unit_id for each in classes}:
        streaks |= warning.streaks(unit_id=unit, on=day, least=WORRYING)
        flags |= warning.undecided(unit_id=unit, on=day)[0]
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


def _calls(user: User, silent: list[SchoolClass], day: date, worries: list[Worry]) -> Counter[int]:
    """How many pupils of each class somebody asks about before it is marked «everyone present».

    Those absent in the last register, those with an open case, and those the early warning points at.
    """
    absent = registers.absent_before(silent, day).values("pupil")
    pointed_at = [worry.enrolment.pupil_id for worry in worries]
    open_cases = Case.objects.for_user(user, P.CASE_VIEW).open().exclude(pupil=None).values("pupil")
    here = Enrolment.objects.for_user(user, P.REGISTER_TAKE).on(day).filter(school_class__in=silent)
    rows = here.filter(Q(pupil__in=absent) | Q(pupil__in=open_cases) | Q(pupil__in=pointed_at))
    return Counter(rows.values_list("school_class", flat=True))


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
    day, trouble = day_of(request)
    if request.method == "POST":
        return _save(request, pk, day)
    school_class = get_object_or_404(SchoolClass.objects.for_user(request.user, P.REGISTER_TAKE), pk=pk)
    sheet = registers.read(school_class, day, with_past=True)
    return _register_page(request, sheet, RegisterForm(sheet=sheet), trouble=trouble)


def _save(request: Request, pk: int, day: date) -> HttpResponse:
    sheet = registers.hold(school_class=pk, date=day, by=request.user)
    if sheet is None:
        raise Http404
    form = RegisterForm(request.POST, sheet=sheet)
    marks = form.marks
    if form.is_valid():
        marks = _marks_before(sheet) if "as_yesterday" in request.POST else marks
        typed = {name: form.cleaned_data[name] for name in ("version", "why")}
        try:
            registers.save(sheet=sheet, absent=marks, by=request.user, **typed)
        except StaleRegister:
            return _conflict(request, form, marks)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _saved(request, sheet)
    return _register_page(request, _again(sheet), form, status=422)


def _marks_before(sheet: Sheet) -> dict[int, Mark]:
    before = registers.last_before(sheet.school_class, sheet.day)
    return registers.as_before(sheet, registers.marks_of(before)) if before else {}


def _again(sheet: Sheet) -> Sheet:
    """The same class and day as they stand now, with what only the page shows."""
    return registers.read(sheet.school_class, sheet.day, with_past=True)


def _saved(request: Request, sheet: Sheet) -> HttpResponse:
    if not request.htmx:
        messages.success(request, _("Saved at %(time)s.") % {"time": f"{clock.now():%H:%M}"})
        return SeeOther(_address(sheet.school_class, sheet.day))
    fresh = _again(sheet)
    return _register_page(request, fresh, RegisterForm(sheet=fresh), saved=True)


def _conflict(request: Request, form: RegisterForm, mine: dict[int, Mark]) -> HttpResponse:
    """Both versions side by side, and what was typed below with the stored version's number."""
    stored = _again(form.sheet)
    form.shown_version = stored.version
    return _register_page(request, stored, form, status=409, conflict=differences(stored, mine, stored.marks))


def _register_page(request: Request, sheet: Sheet, form: RegisterForm, status: int = 200, **more: Any) -> HttpResponse:
    taken = sheet.register
    following = _next_silent(request.user, sheet) if taken else None
    context = {
        "sheet": sheet,
        "form": form,
        "is_distance": sheet.kind == calendar.DISTANCE,
        "is_future": sheet.day > clock.today(),
        "taker": _names([taken]).get(taken.taken_by) if taken else None,
        "taken_at": timezone.localtime(taken.taken_at) if taken else None,
        "address": _address(sheet.school_class, sheet.day),
        "next": following,
        "next_address": _address(following, sheet.day) if following else "",
        "once": new_key(),
        **more,
    }
    if sheet.seats and not sheet.off and not context["is_future"]:
        context |= {"rows": _rows(request.user, sheet, form), "n": len(sheet.seats), "before": _to_copy(sheet)}
    return page_or_part(request, "students/register.html", "sheet", context, status=status)


def _to_copy(sheet: Sheet) -> date | None:
    """The day of the last register, where one press may carry some of its marks over."""
    copies = sheet.before and registers.as_before(sheet, sheet.before.marks)
    return sheet.before.register.date if sheet.before and copies else None


def _next_silent(user: User, sheet: Sheet) -> SchoolClass | None:
    """The next class of the school that still has no register that day."""
    unit, here = sheet.school_class.unit_id, sheet.school_class.pk
    silent = registers.silent(unit, sheet.day)
    if not silent:
        return None
    classes = list(SchoolClass.objects.for_user(user, P.REGISTER_TAKE).filter(unit=unit))
    place = next((place for place, each in enumerate(classes) if each.pk == here), 0)
    return next((each for each in [*classes[place:], *classes[:place]] if each.pk in silent), None)


def _address(school_class: SchoolClass, day: date) -> str:
    return f"{reverse('register', args=[school_class.pk])}?date={day}"


# ---- the rows of a class: their markup is rendered once, and filled for each pupil


def _rows(user: User, sheet: Sheet, form: RegisterForm) -> SafeString:
    hints = sheet.before.marks if sheet.before else {}
    streaks = registers.streaks(sheet)
    cases = {case.pupil: case.pk for case in sheet.cases if user.grants.cover(P.CASE_VIEW, case.unit)}
    language = get_language() or ""
    filled = []
    for row in form.rows:
        pupil = row.seat.pupil
        filled.append((_row(language, row, hints.get(pupil), _beside(streaks.get(pupil), cases.get(pupil))),))
    return format_html_join("", "{}", filled)


def _row(language: str, row: Row, before: Mark | None, beside: str) -> SafeString:
    reason = row.reason if row.reason in REASONS else ""
    contact = row.contact if row.contact in CONTACTS else ""
    hint = _("before: %(hint)s") % {"hint": words_of_mark(before)} if before else ""
    return format_html(
        _markup(language, row.seat.kind, row.absent, row.has_details, reason, contact),
        number=row.number,
        pk=row.seat.pupil,
        name=row.seat.name,
        beside=beside,
        grade=row.seat.grade,
        hint=hint and format_html(' <span class="soft">{}</span>', hint),
        lessons=row.lessons,
        contacted_on=row.contacted_on,
    )


@lru_cache(maxsize=1000)
def _markup(language: str, kind: str, absent: bool, has_details: bool, reason: str, contact: str) -> SafeString:
    """A row in a language with the places to fill, `{name}`; it names nobody, so one does for all classes."""
    row = {
        "has_school": kind in calendar.SCHOOL_DAY,
        "absent": absent,
        "has_details": has_details,
        "reasons": reasons_for(kind),
        "reason": reason,
        "contacts": Contact.choices,
        "contact": contact,
    }
    return render_to_string("students/register_row.html", row)


def _beside(streak: warning.Streak | None, case: int | None) -> str:
    """What stands beside a name: days in a row, and the way to an open case."""
    notes = []
    if streak and streak.days > 1:
        words = ngettext("%(n)s day in a row", "%(n)s days in a row", streak.days) % {"n": streak.days}
        if streak.days >= WORRYING:
            notes.append(render_to_string("components/state_badge.html", {"tone": "late", "word": words}))
        else:
            notes.append(format_html('<span class="soft">{}</span>', words))
    if case:
        notes.append(format_html('<a href="{}">{}</a>', reverse("case", args=[case]), _("case")))
    return format_html_join("", " {}", ((note,) for note in notes)) if notes else ""
