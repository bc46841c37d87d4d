"""Listings of this app: the columns once, for screen and workbook."""

from operator import attrgetter, methodcaller
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from students import calendar
from students.models import Absence, Case, Movement
from students.states import OPENS_TRANSIT, CaseState
from zabota.lib.tables import Column, Table

DATE = "dd.mm.yyyy"


def standing_in_words(case: Case) -> str:
    """How the case stands: its state, and for a confirmed one whether the child is back."""
    if case.state == CaseState.CONFIRMED and case.is_back:
        return str(_("returned"))
    if case.state == CaseState.CONFIRMED and case.relapsed_on:
        return str(_("out again"))
    return str(case.get_state_display())


def tone_of(case: Case) -> str:
    """The tone of its badge: waits for a person, still out, back, ended."""
    if case.state == CaseState.CONFIRMED:
        return "ok" if case.is_back else "late"
    return "due" if case.state == CaseState.DRAFT else "none"


CASES = Table(
    Column(_("Child"), attrgetter("child_name"), personal=True),
    Column(_("Case"), attrgetter("key")),
    Column(_("School or unit"), attrgetter("unit.name")),
    Column(_("Kind"), methodcaller("get_kind_display")),
    Column(_("Found on"), attrgetter("found_on"), DATE),
    Column(_("How found"), methodcaller("get_source_display")),
    Column(_("State"), standing_in_words, tone=tone_of),
)


def missed_in_words(absence: Absence) -> str:
    if absence.lessons is None:
        return str(_("whole day"))
    return ngettext("%(lessons)s lesson", "%(lessons)s lessons", absence.lessons) % {"lessons": absence.lessons}


def contact_in_words(absence: Absence) -> str:
    day = f"{absence.contacted_on:%d.%m.%Y}" if absence.contacted_on else ""
    return ", ".join(filter(None, (absence.get_contact_display(), day)))


def destination_in_words(movement: Movement) -> str:
    return movement.to_unit.name if movement.to_unit else movement.to_text or str(_("unknown"))


def arrival_in_words(movement: Movement) -> str:
    if movement.arrived_on:
        return gettext("confirmed %(day)s") % {"day": f"{movement.arrived_on:%d.%m.%Y}"}
    return str(_("in transit")) if movement.reason in OPENS_TRANSIT else ""


def tone_of_arrival(movement: Movement) -> str:
    if movement.arrived_on:
        return "ok"
    return "due" if movement.reason in OPENS_TRANSIT else ""


# the card of a child

ENROLMENTS = Table(
    Column(_("School"), attrgetter("unit.name")),
    Column(_("Class"), attrgetter("school_class.name")),
    Column(_("Grade"), attrgetter("grade"), number=True),
    Column(_("Form of study"), methodcaller("get_form_display")),
    Column(_("From"), attrgetter("first"), DATE),
    Column(_("Last day"), attrgetter("last"), DATE),
)
ABSENCES = Table(
    Column(_("Date"), attrgetter("date"), DATE),
    Column(_("Reason"), methodcaller("get_reason_display")),
    Column(_("Missed"), missed_in_words),
    Column(_("Contacted"), contact_in_words),
)
MOVEMENTS = Table(
    Column(_("Left on"), attrgetter("left_on"), DATE),
    Column(_("Reason"), methodcaller("get_reason_display")),
    Column(_("Slip number"), attrgetter("slip")),
    Column(_("To school"), destination_in_words),
    Column(_("Arrived"), arrival_in_words, tone=tone_of_arrival),
)


# days off


def put_back_in_words(day_off: Any) -> str:
    return str(_("Put back")) if day_off.is_ours else ""


DAYS_OFF = Table(
    Column(_("Days"), calendar.dates_of),
    Column(_("Kind"), methodcaller("get_kind_display")),
    Column(_("Grades"), lambda day_off: calendar.words_of_grades(day_off.grades) or _("all")),
    Column(_("Shift"), lambda day_off: day_off.shift or _("all")),
    Column(_("Announced by"), attrgetter("unit.name")),
    Column(_("Order"), attrgetter("order")),
    Column(_("Change"), put_back_in_words, href=attrgetter("put_back")),
)

# the early warning of a day

EXCUSED = Table(
    Column(_("Pupil"), attrgetter("enrolment.pupil.full_name")),
    Column(_("Class"), attrgetter("enrolment.school_class.name")),
    Column(_("Days in a row"), attrgetter("streak.days"), number=True),
    Column(_("Reason"), attrgetter("reason")),
)
