"""Movement of pupils: departures, arrivals, and the search that comes before a child is created (Guide 6.1.4)."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Abs
from django.utils.translation import gettext as _

from schools import number
from schools.actions import touch
from schools.journal import record
from schools.models import Unit, User
from schools.rights import Level, Permission
from schools.workflow import Refused
from students.actions import check_right
from students.models import Case, Enrolment, Movement, Pupil, SchoolClass
from students.states import OPENS_TRANSIT
from zabota.lib import kazakh
from zabota.lib.clock import today
from zabota.lib.secret import blind_index

MOST_SCHOOLS = 20
_LOCK_OF_CHILDREN = 7101  # the first half of an advisory lock's number; the second is the child's


# Where a child is ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of a child before it is looked for; `iin` is the number itself, empty if there is none."""

    surname: str
    name: str
    born: date | None
    iin: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """«There is such a child at …»: the last enrolment anywhere in the country, and no word more."""

    pupil_id: int
    unit_id: int | None
    first: date | None
    last: date | None

    def is_enrolled_on(self, day: date) -> bool:
        return self.unit_id is not None and (self.last is None or self.last >= day)


def find_children(wanted: Sequence[Wanted]) -> list[list[Found]]:
    """For each child the ones the country knows by this IIN, or by these folded names and this birth date."""
    found: list[list[Found]] = [[] for _one in wanted]
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(
                "select w.n, f.* from unnest(%s::text[], %s::text[], %s::text[], %s::date[]) with ordinality"
                " w(iin, surname, name, born, n), lateral find_child(w.iin, w.surname, w.name, w.born) f",
                [
                    [blind_index(one.iin) for one in wanted],
                    [one.surname for one in wanted],
                    [one.name for one in wanted],
                    [one.born for one in wanted],
                ],
            )
            for place, *facts in cursor.fetchall():
                found[place - 1].append(Found(*facts))
    return found


def names_of(units: Iterable[int]) -> dict[int, str]:
    """The full names of units by number, parents included, in two queries whatever their count."""
    numbers = set(units)
    line = {above for unit in numbers for above in number.ancestors(unit)}
    names = {unit.pk: unit.name for unit in Unit.objects.filter(pk__in=line)}
    return {
        unit: ", ".join(names[above] for above in number.ancestors(unit) if above in names and above != number.ROOT)
        for unit in numbers
    }


def schools_named(text: str, near: int) -> list[Unit]:
    """Schools with this code, else those where each word stands in a name of the school, its district or its oblast.

    The nearest to the school `near` come first (a unit's number is its place); at most twenty.
    """
    schools = Unit.objects.schools().filter(closed_on=None)
    exact = list(schools.filter(code=text.strip()))
    words = kazakh.fold(text).split()
    if exact or not words:
        return exact
    for word in words:
        above = Unit.objects.exclude(level=Level.SCHOOL).filter(found_by__contains=word).values_list("pk", flat=True)
        schools = schools.filter(found_by__contains=word) | schools.under(*above)
    return list(schools.order_by(Abs(F("pk") - near), "pk")[:MOST_SCHOOLS])


# Departure -------------------------------------------------------------------------------------------------------


@transaction.atomic
def depart(
    *,
    enrolment: Enrolment,
    left_on: date,
    slip: str = "",
    reason: str,
    to_unit: Unit | None = None,
    to_text: str = "",
    by: User,
) -> Movement:
    """The child leaves: `left_on` is the first day it is no longer a pupil here.

    A transfer or a move stays open until the receiving school confirms the arrival.  Raises PermissionDenied, Refused.
    """
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    check_right(by, Permission.ROSTER_WRITE, enrolment.unit_id)
    _refuse_wrong_departure(enrolment, left_on, reason, to_unit)
    enrolment.last = left_on - timedelta(days=1)
    enrolment.save(update_fields=["last"])
    movement = Movement.objects.create(
        unit_id=enrolment.unit_id,
        pupil_id=enrolment.pupil_id,
        left_on=left_on,
        slip=slip,
        reason=reason,
        to_unit=to_unit,
        to_text=to_text,
    )
    record(movement, "depart", unit=enrolment.unit_id, by=by, after=reason, note=slip)
    touch([enrolment.unit_id], [enrolment.pupil_id])
    return movement


def _refuse_wrong_departure(enrolment: Enrolment, left_on: date, reason: str, to_unit: Unit | None) -> None:
    if enrolment.last is not None:
        day = enrolment.last + timedelta(days=1)
        raise Refused(_("This child has left already, on %(day)s.") % {"day": f"{day:%d.%m.%Y}"})
    if left_on <= enrolment.first:
        raise Refused(
            _("The child came on %(day)s: the day of leaving must be later.") % {"day": f"{enrolment.first:%d.%m.%Y}"}
        )
    if left_on > today() + timedelta(days=1):
        raise Refused(_("The day of leaving is the first day without school here: tomorrow at the latest."))
    if to_unit is not None and reason not in OPENS_TRANSIT:
        raise Refused(_("Only a transfer or a move leads to another school. Correct the reason or clear the school."))
    if to_unit is not None and to_unit.pk == enrolment.unit_id:
        raise Refused(_("This is the school the child leaves. Choose the one it goes to."))


def open_cases(pupil: Pupil, user: User) -> list[str]:
    """The child's open cases, as far as this person may see cases."""
    cases = Case.objects.for_user(user, Permission.CASE_VIEW).open().filter(pupil=pupil)
    return [
        _("A case is open since %(day)s: %(kind)s.")
        % {"day": f"{case.found_on:%d.%m.%Y}", "kind": case.get_kind_display()}
        for case in cases
    ]


UNFINISHED: list[Callable[[Pupil, User], list[str]]] = [open_cases]
"""What may be left undone when a child goes, each as sentences; higher rooms add theirs in `AppConfig.ready`."""


def unfinished(pupil: Pupil, user: User) -> list[str]:
    """What is still open for a child about to leave, in sentences."""
    return [sentence for tell in UNFINISHED for sentence in tell(pupil, user)]


# Arrival ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def arrive(
    *,
    school_class: SchoolClass,
    grade: int,
    form: str,
    first: date,
    surname: str,
    name: str,
    born: date | None,
    patronymic: str = "",
    sex: str = "",
    iin: str = "",
    pupil: int | None = None,
    by: User,
) -> Enrolment:
    """Take a child into a class from the day `first`.

    The country is always searched before a child is created.  `pupil` is the number of the child that the search has
    shown and a person has recognised; without it a child that the country knows is refused.  An open departure of
    the child ends here.  Raises PermissionDenied, Refused.
    """
    check_right(by, Permission.ROSTER_WRITE, school_class.unit_id)
    _refuse_wrong_arrival(school_class, grade, first)
    wanted = Wanted(surname, name, born, iin)
    lock_child(wanted)
    known = {found.pupil_id: found for found in find_children([wanted])[0]}
    if pupil is None and known:
        raise Refused(already_known(next(iter(known.values()))))
    if pupil is not None and pupil not in known:
        raise Refused(_("The child has changed meanwhile. Look for it once more."))
    try:
        with transaction.atomic():
            if pupil is None:
                child = create_child(school_class.unit_id, wanted, patronymic=patronymic, sex=sex)
            else:
                child = _take_over(known[pupil], first)
            enrolment = Enrolment.objects.create(
                unit_id=school_class.unit_id,
                pupil_id=child,
                school_class=school_class,
                grade=grade,
                form=form,
                first=first,
            )
    except IntegrityError as trouble:
        raise Refused(_("Somebody has just taken this child in. Look for it once more.")) from trouble
    sender = confirm_arrival(enrolment)
    record(enrolment, "arrive", unit=enrolment.unit_id, by=by, after="" if sender is None else "transit")
    touch([enrolment.unit_id], [child])
    return enrolment


def already_known(found: Found) -> str:
    """What a school may read of a child that the country knows already."""
    if found.unit_id is None:
        return _("There is such a child in the country already, enrolled nowhere.")
    return _("There is such a child at %(unit)s.") % {"unit": names_of([found.unit_id])[found.unit_id]}


def still_enrolled(found: Found) -> str:
    """Why a child cannot be taken in from a day on which it is a pupil elsewhere."""
    unit = names_of([found.unit_id])[found.unit_id] if found.unit_id is not None else ""
    if found.last is not None:
        words = _("The child is a pupil of %(unit)s until %(day)s: the first day here must be later.")
        return words % {"unit": unit, "day": f"{found.last:%d.%m.%Y}"}
    return _("The child is still enrolled at %(unit)s; ask that school for the slip.") % {"unit": unit}


def _refuse_wrong_arrival(school_class: SchoolClass, grade: int, first: date) -> None:
    if grade not in school_class.grades:
        raise Refused(_("Class %(class)s has no grade %(grade)s.") % {"class": school_class.name, "grade": grade})
    if first > today() + timedelta(days=1):
        raise Refused(_("The first day lies ahead: tomorrow at the latest."))


def _take_over(found: Found, first: date) -> int:
    if found.is_enrolled_on(first):
        raise Refused(still_enrolled(found))
    return found.pupil_id


def lock_child(wanted: Wanted) -> None:
    """Two schools that take in the same child at the same moment go one after the other, with or without its IIN."""
    names = f"{kazakh.fold(wanted.surname)} {kazakh.fold(wanted.name)} {wanted.born}"
    with connection.cursor() as cursor:
        for words in filter(None, (names, blind_index(wanted.iin))):  # in this order everywhere: nobody waits in a ring
            cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_OF_CHILDREN, words])


def create_child(unit: int, child: Wanted, *, patronymic: str = "", sex: str = "") -> int:
    """A new row for a child nobody knows; returns its number."""
    return Pupil.objects.create(
        unit_id=unit,
        key=new_key(unit),
        surname=child.surname,
        name=child.name,
        patronymic=patronymic,
        born=child.born,
        sex=sex,
        iin=child.iin,
        iin_index=blind_index(child.iin),
    ).pk


def new_key(unit: int) -> str:
    """A key for a new child: unique, never changed, says nothing but which school made it."""
    return f"{unit}-{secrets.token_hex(8)}"


def confirm_arrival(enrolment: Enrolment) -> int | None:
    """End the child's open departure, which the receiving school cannot see; returns the school that let it go."""
    with connection.cursor() as cursor:
        cursor.execute("select confirm_arrival(%s, %s, %s)", [enrolment.pupil_id, enrolment.unit_id, enrolment.first])
        row = cursor.fetchone()
    return row[0] if row else None


# The child's card ------------------------------------------------------------------------------------------------


@transaction.atomic
def reveal_iin(*, pupil: Pupil, unit: int, by: User) -> str:
    """The whole IIN, once, for this person; the journal of the unit keeps who asked."""
    check_right(by, Permission.ROSTER_WRITE, unit)
    record(pupil, "reveal_iin", unit=unit, by=by)
    return pupil.iin
