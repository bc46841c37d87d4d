"""Early warning in school-day arithmetic (PRODUCT 5, reading rules of AT-11 and AT-12).

A child is flagged here and a draft of a case is laid on a person's table; the portal never decides about a child.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from campaigns.models import Campaign
from schools.models import Unit, User
from students.actions import cases
from students.models import Case, SchoolClass
from students.states import REASON_CLASS, WITHOUT_VALID_REASON, CaseKind, CaseSource

LOOK_BACK = timedelta(days=366)  # how long before the window a run may have begun
RECENT = timedelta(days=30)  # who was not absent within these days has no streak
SOME_MONTHS = timedelta(days=120)  # longer streaks are shown as this long

_COUNTED = ", ".join(f"'{reason}'" for reason, kind in REASON_CLASS.items() if kind in WITHOUT_VALID_REASON)

# who of a school was absent all day lately: the only children worth looking at
_CHILDREN = """
    select distinct pupil_id from students_absence
     where unit_id = %(unit)s and lessons is null and date between %(from)s and %(on)s
       and (%(pupils)s::bigint[] is null or pupil_id = any(%(pupils)s::bigint[]))"""

# of these children, those who could be flagged at all in any campaign: most registers mark nobody who could
_OFTEN = f"""
    select pupil_id from students_absence
     where pupil_id = any(%(pupils)s::bigint[]) and lessons is null and date <= %(on)s and reason in ({_COUNTED})
     group by pupil_id
    having count(*) >= (select min(least(systematic_days, long_days)) from campaigns_campaign)"""

# the taken school days of these children, wherever this person may see them: on each, were they absent all day, was it
# without a valid reason; a silent day or a day off has no row, so it neither counts nor breaks a run.
# The children stand in the statement as a list and absences are laid over days by grouping, not by a join: right after
# a big import the planner knows nothing of these tables, and every join it could plan badly takes seconds
_TAKEN = f"""
    absences as materialized (
      select pupil_id, register_id, date, reason from students_absence
       where pupil_id = any(%(children)s::bigint[]) and lessons is null and date between %(earliest)s and %(on)s),
    enrolled as materialized (
      select pupil_id, school_class_id, unit_id, grade, first, coalesce(last, 'infinity') as last
        from students_enrolment where pupil_id = any(%(children)s::bigint[]) and form = 'day'),
    calendar as materialized (
      select d.school_class_id, d.grade, array_agg(d.day) as days
        from school_days((select min(date) from absences), %(on)s, (select array_agg(distinct unit_id) from enrolled)) d
       where d.kind = 'taught' and d.school_class_id = any(array(select distinct school_class_id from enrolled))
       group by d.school_class_id, d.grade),
    registers as materialized (
      select school_class_id, array_agg(date) as days, array_agg(id) as ids from students_register
       where school_class_id = any(array(select distinct school_class_id from enrolled))
         and unit_id = any(array(select distinct unit_id from enrolled))
         and date between (select min(date) from absences) and %(on)s
       group by school_class_id),
    lessons as materialized (
      select c.school_class_id, c.grade, array_agg(x.day) as days, array_agg(x.id) as registers
        from calendar c join registers r on r.school_class_id = c.school_class_id
       cross join lateral unnest(r.days, r.ids) x(day, id)
       where x.day = any(c.days) group by c.school_class_id, c.grade),
    marked as (
      select e.pupil_id, r.id as register_id, e.unit_id, r.day, null as reason
        from enrolled e join lessons l on l.school_class_id = e.school_class_id and l.grade = e.grade
       cross join lateral unnest(l.registers, l.days) r(id, day)
       where r.day between e.first and e.last
      union all
      select pupil_id, register_id, null, null, reason from absences),
    taken as (
      select pupil_id, max(unit_id) as unit_id, max(day) as day, max(reason) as reason,
             max(reason) is not null as absent, coalesce(max(reason) in ({_COUNTED}), false) as missed
        from marked group by pupil_id, register_id having max(day) is not null)"""

_FLAGS = f"""
    with {_TAKEN},
    windows as materialized (
      select w.* from (select distinct unit_id as id from enrolled) u
                 cross join lateral campaign_windows(%(campaign)s, %(on)s, u.id, u.id) w),
    settled as (
      select * from unnest(%(settled)s::bigint[], %(settled_systematic)s::date[], %(settled_long)s::date[])
                    s(pupil_id, systematic, long)),
    days as (
      select t.pupil_id, t.day, t.day between w.first and w.last as inside,
             t.missed and t.day > coalesce(s.systematic, '-infinity') as for_systematic,
             t.missed and t.day > coalesce(s.long, '-infinity') as for_long
        from taken t join windows w on w.unit_id = t.unit_id and t.day <= w.last
        left join settled s on s.pupil_id = t.pupil_id),
    systematic as (
      select pupil_id, count(*) as days from days where for_systematic and inside
       group by pupil_id having count(*) >= %(systematic)s),
    runs as (
      select *, row_number() over (partition by pupil_id order by day)
              - row_number() over (partition by pupil_id, for_long order by day) as run from days),
    long_runs as (
      select distinct on (pupil_id) pupil_id, count(*) as days from runs where for_long
       group by pupil_id, run having count(*) >= %(long)s and bool_or(inside) order by pupil_id, max(day) desc)
    select pupil_id, coalesce(systematic.days, 0), coalesce(long_runs.days, 0)
      from systematic full join long_runs using (pupil_id)"""

_STREAKS = f"""
    with {_TAKEN},
    seen as (select *, max(day) filter (where not absent) over (partition by pupil_id) as here from taken)
    select pupil_id, count(*), min(day), (array_agg(reason order by day desc))[1]
      from seen where absent and day > coalesce(here, '-infinity')
     group by pupil_id having count(*) >= %(least)s"""


@dataclass(frozen=True)
class Flag:
    """Days without a valid reason: in the campaign, and in the last long run; 0 below the campaign's threshold."""

    systematic_days: int
    long_days: int

    @property
    def kind(self) -> CaseKind:
        return CaseKind.LONG if self.long_days else CaseKind.SYSTEMATIC


@dataclass(frozen=True)
class Streak:
    """Consecutive taken school days of whole-day absence, for whatever reason, that still goes on."""

    days: int
    since: date
    reason: str  # of the last day

    @property
    def is_excused(self) -> bool:
        return REASON_CLASS[self.reason] not in WITHOUT_VALID_REASON


def flags(
    *,
    unit_id: int,
    pupils: Collection[int] | None = None,
    on: date,
    settled: "Mapping[int, cases.Settled] | None" = None,
) -> dict[int, Flag]:
    """The children of a school (or those asked about) who are systematically or long absent as of this day.

    `settled`: absences up to these days were decided about by a person and count no more.
    Empty while the campaign has no thresholds: no law fixes them, an order does.
    """
    if pupils is not None:
        pupils = [pk for (pk,) in _rows(_OFTEN, {"pupils": list(pupils), "on": on})]
        if not pupils:
            return {}
    campaign = Campaign.objects.current()
    if campaign is None or not campaign.systematic_days or not campaign.long_days:
        return {}
    children = _children(unit_id, pupils, campaign.opens, on)
    decided = settled or {}
    rows = children and _rows(
        _FLAGS,
        {
            "children": children,
            "on": on,
            "earliest": campaign.opens - LOOK_BACK,
            "campaign": campaign.pk,
            "systematic": campaign.systematic_days,
            "long": campaign.long_days,
            "settled": list(decided),
            "settled_systematic": [each.systematic for each in decided.values()],
            "settled_long": [each.long for each in decided.values()],
        },
    )
    return {pupil: Flag(systematic, long) for pupil, systematic, long in rows}


def streaks(*, unit_id: int, pupils: Collection[int] | None = None, on: date, least: int = 1) -> dict[int, Streak]:
    """Who has been absent for at least so many taken school days in a row, up to and with this day."""
    children = _children(unit_id, pupils, on - RECENT, on)
    found = {"children": children, "on": on, "earliest": on - SOME_MONTHS, "least": least}
    rows = children and _rows(_STREAKS, found)
    return {pupil: Streak(days, since, reason) for pupil, days, since, reason in rows}


def undecided(
    *, unit_id: int, pupils: Collection[int] | None = None, on: date
) -> "tuple[dict[int, Flag], dict[int, cases.Standing]]":
    """The flagged children whose absences no person has decided about yet, and how all who are flagged stand."""
    flagged = flags(unit_id=unit_id, pupils=pupils, on=on)
    if not flagged:
        return {}, {}
    standing = cases.standing_of(flagged)
    settled = {pupil: each.settled for pupil, each in standing.items() if not each.open}
    if settled:
        again = flags(unit_id=unit_id, pupils=list(settled), on=on, settled=settled)
        flagged = {pupil: flag for pupil, flag in flagged.items() if pupil not in settled} | again
    return flagged, standing


@transaction.atomic(savepoint=False)
def raise_drafts(
    *,
    unit: Unit | None = None,
    school_class: SchoolClass | None = None,
    pupils: Collection[int] | None = None,
    on: date,
    by: User,
) -> list[Case]:
    """A draft for every flagged child that nobody works on; a child that was back is out again (PRODUCT 5 and 7).

    What a person dismissed stays dismissed, for that kind, until the absences after that day reach the threshold again.
    """
    if school_class is not None and pupils is None:
        pupils = list(school_class.enrolments.on(on).values_list("pupil", flat=True))
    place = unit or school_class
    assert place is not None, "say which school or class"
    unit = place.unit if isinstance(place, SchoolClass) else place
    flagged, standing = undecided(unit_id=unit.pk, pupils=pupils, on=on)
    raised = []
    for pupil, flag in sorted(flagged.items()):
        child = standing.get(pupil)
        if child is None or not (child.open or child.back):
            raised.append(
                cases.draft(unit=unit, pupil_id=pupil, found_on=on, source=CaseSource.REGISTER, kind=flag.kind, by=by)
            )
        elif child.back and not child.open:
            cases.relapse(case=child.back, relapsed_on=on, by=by)
    return raised


def _children(unit: int, pupils: Collection[int] | None, since: date, on: date) -> list[int]:
    asked = None if pupils is None else list(pupils)
    return [pk for (pk,) in _rows(_CHILDREN, {"unit": unit, "pupils": asked, "from": since, "on": on})]


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
