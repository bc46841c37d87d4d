"""Cases: children out of school or not attending (Guide 6.1.2, 6.1.5, 4.5; PRODUCT 7).

A case is versioned: it is saved only when the object that is handed in carries the stored version.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.models import Event
from campaigns.states import FINDS_CHILDREN
from schools.actions import touch
from schools.journal import record
from schools.models import Entry, Unit, User
from schools.rights import Permission
from schools.workflow import Refused
from students.actions import check_right
from students.models import Absence, Case, Enrolment, Pupil
from students.states import CASE, CaseKind, CaseSource, CaseState, Cause, ClassKind, Closing
from zabota.lib.clock import now, today


class StaleCase(Refused):
    """Somebody saved the case since the page was opened; `stored` is what stands in the portal now."""

    def __init__(self, stored: Case) -> None:
        super().__init__(_("Somebody has changed this case meanwhile."))
        self.stored = stored


@dataclass(frozen=True)
class Settled:
    """Absences up to these days were decided about by a person; None where nothing was."""

    systematic: date | None = None
    long: date | None = None


@dataclass
class Standing:
    """How a child stands: a case somebody works on, a case that brought the child back, what was decided."""

    open: Case | None = None
    back: Case | None = None
    decided: dict[str, date] = field(default_factory=dict)

    @property
    def settled(self) -> Settled:
        return Settled(self.decided.get(CaseKind.SYSTEMATIC), self.decided.get(CaseKind.LONG))

    def decide(self, day: date, *kinds: str) -> None:
        for kind in kinds:
            self.decided[kind] = max(day, self.decided.get(kind, day))


# ---- found


@transaction.atomic
def open_draft(
    *,
    unit: Unit,
    pupil: Pupil | None = None,
    surname: str = "",
    name: str = "",
    born: date | None = None,
    sex: str = "",
    found_on: date,
    source: str,
    kind: str,
    cause: str = "",
    event: Event | None = None,
    by: User,
) -> Case:
    """A person reports a child that `unit` found.  The case stands at the child's school where it has one.

    `event` is the unit's raid or round that found the child; the case points to it, never back.
    Raises PermissionDenied outside the person's units, Refused for wrong dates or codes or a second open case.
    """
    check_right(by, Permission.CASE_WRITE, unit.pk)
    if pupil is None and not (surname.strip() and name.strip()):
        raise Refused(_("Give the surname and the name of the child."))
    _check_day(found_on)
    if source not in CaseSource.values or kind not in CaseKind.values or (cause and cause not in Cause.values):
        raise Refused(_("There is no such source, kind or cause."))
    if event is not None and (event.unit_id != unit.pk or event.kind not in FINDS_CHILDREN):
        raise Refused(_("Children are found by a raid or a round of this unit."))
    if pupil is None:
        return draft(
            unit=unit,
            surname=surname,
            name=name,
            born=born,
            sex=sex,
            found_on=found_on,
            source=source,
            kind=kind,
            cause=cause,
            event=event,
            by=by,
        )
    Pupil.objects.select_for_update(no_key=True).get(
        pk=pupil.pk
    )  # two people, one child: the second sees the first's case
    already = Case.objects.open().filter(pupil=pupil).first()
    if already:
        raise Refused(
            _("This child has an open case already, found on %(day)s.") % {"day": f"{already.found_on:%d.%m.%Y}"}
        )
    return draft(
        unit=unit, pupil_id=pupil.pk, found_on=found_on, source=source, kind=kind, cause=cause, event=event, by=by
    )


def draft(
    *, unit: Unit, found_on: date, source: str, kind: str, by: User, pupil_id: int | None = None, **who: Any
) -> Case:
    """Write a draft.  For actions only: pages call `open_draft`, which checks rights and doubles."""
    place = None
    if pupil_id is not None:
        studies = Enrolment.objects.on(found_on).filter(pupil=pupil_id).exclude(school_class__kind=ClassKind.RESIDENCE)
        place = studies.order_by("-first").values_list("unit", flat=True).first()
    case = Case.objects.create(
        unit_id=unit.pk if place is None else place,
        finder=unit,
        key=f"C-{uuid.uuid4().hex[:12].upper()}",
        pupil_id=pupil_id,
        found_on=found_on,
        source=source,
        kind=kind,
        **who,
    )
    record(case, "open_draft", unit=case.unit_id, by=by, after=CaseState.DRAFT)
    _touch(case)
    return case


# ---- decided


@transaction.atomic
def confirm(*, case: Case, confirmed_on: date, cause: str, by: User) -> Case:
    """A person stands up for the case; registers that already show the child in class prove the return at once."""
    _lock(case, by)
    _check_day(confirmed_on, not_before=case.found_on)
    if cause and cause not in Cause.values:
        raise Refused(_("There is no such cause."))
    CASE.make("confirm", case, by=by)
    case.confirmed_on, case.cause = confirmed_on, cause or case.cause
    _save(case, "confirmed_on", "cause")
    if case.pupil_id:
        follow_registers(pupils=[case.pupil_id], by=by)
        case.refresh_from_db()
    return case


@transaction.atomic
def dismiss(*, case: Case, note: str, by: User) -> Case:
    """The child is not out of school: the reason stays in the journal and these absences count no more."""
    _lock(case, by)
    CASE.make("dismiss", case, by=by, note=note)
    _save(case)
    return case


@transaction.atomic
def close(*, case: Case, closed_on: date, closing: str, note: str, by: User) -> Case:
    """Close without return; the note names the proof.  Such closures are counted apart in every report."""
    _lock(case, by)
    _check_day(closed_on, not_before=case.found_on)
    if closing not in Closing.values:
        raise Refused(_("Choose why the case is closed."))
    if case.is_back:
        raise Refused(_("The child is back since %(day)s.") % {"day": f"{case.returned_on:%d.%m.%Y}"})
    CASE.make("close", case, by=by, note=note)
    case.closed_on, case.closing = closed_on, closing
    _save(case, "closed_on", "closing")
    return case


# ---- on the way


@transaction.atomic
def record_visit(*, case: Case, visited_on: date, by: User) -> Case:
    _lock(case, by)
    _check_worked_on(case, CaseState.DRAFT, CaseState.CONFIRMED)
    _check_day(visited_on, not_before=case.found_on)
    case.visited_on = visited_on
    _save(case, "visited_on")
    record(case, "visit", unit=case.unit_id, by=by, note=f"{visited_on:%d.%m.%Y}")
    return case


@transaction.atomic
def record_return(*, case: Case, returned_on: date, by: User) -> Case:
    """The child is back.  A register that says otherwise that day wins: return is proved by registers."""
    _lock(case, by)
    _check_worked_on(case, CaseState.CONFIRMED)
    if case.is_back:
        raise Refused(_("The child is back since %(day)s.") % {"day": f"{case.returned_on:%d.%m.%Y}"})
    _check_day(returned_on, not_before=case.found_on)
    if case.relapsed_on and returned_on <= case.relapsed_on:
        raise Refused(
            _("The child was out again on %(day)s: the return comes after it.")
            % {"day": f"{case.relapsed_on:%d.%m.%Y}"}
        )
    if case.pupil_id and Absence.objects.filter(pupil=case.pupil_id, date=returned_on, lessons=None).exists():
        raise Refused(_("The register of %(day)s says that the child was absent.") % {"day": f"{returned_on:%d.%m.%Y}"})
    case.returned_on = returned_on
    _save(case, "returned_on")
    record(case, "return", unit=case.unit_id, by=by, note=f"{returned_on:%d.%m.%Y}")
    return case


@transaction.atomic
def relapse(*, case: Case, relapsed_on: date, by: User) -> Case:
    """A child that was back is flagged again: the case opens by itself."""
    locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    if locked.state != CaseState.CONFIRMED or not locked.is_back:  # somebody closed it meanwhile
        return locked
    case.version = locked.version
    case.relapsed_on = relapsed_on
    _save(case, "relapsed_on")
    record(case, "relapse", unit=case.unit_id, by=by, note=f"{relapsed_on:%d.%m.%Y}")
    return case


@transaction.atomic(savepoint=False)
def follow_registers(*, pupils: Collection[int], saved: date | None = None, by: User) -> None:
    """Let registers prove returns for these pupils: the first present day after the case was found fills the date.

    A corrected register takes its proof back: who is now absent on the very day of return, the day that was `saved`,
    is out again until the next present day.  A case that stands at a former school of the child is followed too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select follow_registers(%s::bigint[], %s, %s, %s, %s)", [list(pupils), saved, today(), by.username, now()]
        )


def standing_of(pupils: Iterable[int]) -> dict[int, Standing]:
    """How each of these children stands; children without any case are left out."""
    rows = list(Case.objects.filter(pupil__in=list(pupils)).order_by("found_on", "pk"))
    dismissed = _dismissed_on([case.pk for case in rows if case.state == CaseState.DISMISSED])
    standing: dict[int, Standing] = {}
    for case in rows:
        child = standing.setdefault(case.pupil_id, Standing())
        if case.state == CaseState.DISMISSED:
            child.decide(dismissed.get(case.pk, case.found_on), case.kind)
        elif case.state == CaseState.CLOSED:
            child.decide(case.closed_on, CaseKind.SYSTEMATIC, CaseKind.LONG)
        elif case.is_back:
            child.back = case
            child.decide(case.returned_on, CaseKind.SYSTEMATIC, CaseKind.LONG)
        else:
            child.open = case
    return standing


# ---- common


def _dismissed_on(cases: list[int]) -> dict[int, date]:
    if not cases:
        return {}
    lines = Entry.objects.filter(subject=Case._meta.label, subject_id__in=map(str, cases), verb="dismiss")
    return {int(line.subject_id): timezone.localtime(line.at).date() for line in lines}


def _lock(case: Case, by: User) -> None:
    stored = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    check_right(by, Permission.CASE_WRITE, stored.unit_id)
    if stored.version != case.version:
        raise StaleCase(stored)


def _save(case: Case, *fields: str) -> None:
    case.version += 1
    case.save(update_fields=[*fields, "version"])
    _touch(case)


def _touch(case: Case) -> None:
    touch([case.unit_id], [case.pupil_id] if case.pupil_id else [])


def _check_worked_on(case: Case, *states: str) -> None:
    if case.state not in states:
        raise Refused(
            _("The case is now «%(state)s»: this can no longer be entered.") % {"state": case.get_state_display()}
        )


def _check_day(day: date, not_before: date | None = None) -> None:
    if day > today():
        raise Refused(_("The date lies in the future."))
    if not_before and day < not_before:
        raise Refused(
            _("The date comes before the day the child was found, %(day)s.") % {"day": f"{not_before:%d.%m.%Y}"}
        )
