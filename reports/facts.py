"""Facts: SQL relations of rows that carry a unit, each written once; indicators only count them.

Why SQL and not querysets: a figure of attendance is a join of windows, calendars, registers and enrolments that
the ORM cannot say, and one statement per subject gives all its indicators in one pass (docs/decisions.md).

Every fact may use two relations that the asker makes first,
* `windows` (unit_id, first, last: PRODUCT 11, «Window»), and
* `calendar` (the rows of `school_days` that are taught or held at a distance, not after their window;
  `inside` says whether the day lies in the window),
and the parameters `campaign`, `as_of`, `low`, `high` (the range of units), `first`, `last` (the widest window), `since`
(the first day of the calendar), `systematic`, `long` (thresholds).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from students.states import NOT_ATTENDING, OUT_OF_SCHOOL, REASON_CLASS, WITHOUT_VALID_REASON


def listed(values: Iterable[str]) -> str:
    """SQL of a list of codes."""
    return ", ".join(f"'{value}'" for value in values)


_REASONS = ", ".join(f"('{reason}', '{kind}')" for reason, kind in REASON_CLASS.items())
_NOT_VALID = listed(WITHOUT_VALID_REASON)

WINDOWS = "select * from campaign_windows(%(campaign)s, %(as_of)s, %(low)s, %(high)s)"
# `reached`: the schools of the range, and those where a child asked about has studied
CALENDAR = """
    select d.*, d.day between w.first and w.last as inside
      from school_days(%(since)s, %(last)s, %(reached)s) d
      join (select * from campaign_windows(%(campaign)s, %(as_of)s, 0, 999999999) offset 0) w on w.unit_id = d.unit_id
     where d.day <= w.last and d.kind in ('taught', 'distance')"""
# for a reader, who may make no tables: the same two relations inside the statement
RELATIONS = f"windows as materialized ({WINDOWS}), calendar as materialized ({CALENDAR})"


@dataclass(frozen=True)
class Fact:
    """A relation with a `unit_id`.  Additive: what a unit has is the sum over its subtree of what each unit has itself.

    Most facts that add up happen at schools alone; others happen `everywhere`, at districts and the ministry too.
    Not additive: children are counted each once inside the unit asked about, so each level is counted afresh.
    Opened as a list, `rows` are the columns that tell one row from another, `more` what else is told of it.
    """

    name: str
    sql: str
    rows: tuple[str, ...]
    more: tuple[str, ...] = ()
    additive: bool = True
    everywhere: bool = False

    @property
    def at_schools(self) -> bool:
        """Nothing of it stands at a unit above the schools."""
        return self.additive and not self.everywhere


# a school that registered its own order of kind `start`
TAKING_PART = Fact(
    "taking_part",
    """
    select distinct o.unit_id from campaigns_order o join schools_unit u on u.id = o.unit_id
     where o.campaign_id = %(campaign)s and o.kind = 'start' and o.date <= %(as_of)s and u.level = 'school'
       and o.unit_id between %(low)s and %(high)s""",
    rows=("unit_id",),
)

# an enrolment and the window of its school; residences never count
ENROLMENTS = Fact(
    "enrolments",
    """
    select e.unit_id, e.id as enrolment, e.pupil_id as child, e.school_class_id, e.last as until,
           w.first, w.last, e.first as came, e.last + 1 as gone,
           case when e.first <= w.first then null  -- not asked about: was here at the start
                when not exists (select from students_enrolment b where b.pupil_id = e.pupil_id and b.first < e.first) then 'first'
                when (select m.reason from students_movement m where m.pupil_id = e.pupil_id and m.left_on <= e.first
                       order by m.left_on desc limit 1) = 'abroad' then 'abroad'
                else 'school' end as origin,
           case when e.last is not null then
             coalesce((select m.reason from students_movement m
                        where m.pupil_id = e.pupil_id and m.left_on = e.last + 1), 'none') end as destination
      from students_enrolment e
      join students_schoolclass c on c.id = e.school_class_id and c.kind <> 'residence'
      join windows w on w.unit_id = e.unit_id
     where e.unit_id between %(low)s and %(high)s and w.first <= w.last
       and e.first <= w.last and (e.last is null or e.last + 1 >= w.first)""",
    rows=("enrolment",),
    more=("child", "school_class_id", "came", "until"),
)

# one row a class and day: how many of its day-form pupils are taught, at school or at a distance, and was a register taken
CLASS_DAYS = Fact(
    "class_days",
    """
    with groups as materialized (
      select school_class_id, grade, first, coalesce(last, 'infinity') as last, count(*) as pupils
        from students_enrolment where form = 'day' and unit_id between %(low)s and %(high)s group by 1, 2, 3, 4)
    select d.unit_id, d.school_class_id, d.day, r.id is not null as taken,
           sum(g.pupils) filter (where d.kind = 'taught') as taught,
           sum(g.pupils) filter (where d.kind = 'distance') as distant
      from groups g
      join calendar d on d.school_class_id = g.school_class_id and d.grade = g.grade and d.day between g.first and g.last
      left join students_register r on r.school_class_id = d.school_class_id and r.date = d.day
                                   and r.unit_id between %(low)s and %(high)s
     where d.inside
     group by 1, 2, 3, 4""",
    rows=("school_class_id", "day", "taken"),
)

# a whole-day absence of a day-form pupil on a day that was taught (or held at a distance) for its grade
ABSENCES = Fact(
    "absences",
    f"""
    with marked as materialized (
      select a.unit_id, a.pupil_id, a.date, a.reason, r.school_class_id
        from students_absence a join students_register r on r.id = a.register_id
       where a.lessons is null and a.date between %(first)s and %(last)s
         and a.unit_id between %(low)s and %(high)s and r.unit_id between %(low)s and %(high)s),
    placed as materialized (
      select m.*, e.grade
        from marked m join students_enrolment e on e.pupil_id = m.pupil_id and e.school_class_id = m.school_class_id
       where e.form = 'day' and m.date between e.first and coalesce(e.last, 'infinity')
         and e.unit_id between %(low)s and %(high)s)
    select p.unit_id, p.pupil_id as child, p.school_class_id, p.date, d.kind, k.class as reason
      from placed p
      join calendar d on d.school_class_id = p.school_class_id and d.grade = p.grade and d.day = p.date and d.inside
      join (values {_REASONS}) k(reason, class) on k.reason = p.reason""",
    rows=("child", "date"),
    more=("school_class_id", "reason"),
)

# the taken school days of the children who missed some without a valid reason, wherever they studied;
# `missed` says whether that day was such an absence, `inside` whether it lies in the window of its school
_TAKEN_DAYS = f"""
    counted as materialized (
      select reason from (values {_REASONS}) k(reason, class) where class in ({_NOT_VALID})),
    asked as materialized (
      select distinct a.pupil_id from students_absence a join counted using (reason)
       where a.unit_id between %(low)s and %(high)s and a.lessons is null and a.date between %(first)s and %(last)s),
    stays as materialized (
      select e.pupil_id, e.unit_id, e.school_class_id, e.grade, e.first, coalesce(e.last, 'infinity') as last
        from asked join students_enrolment e using (pupil_id) where e.form = 'day'),
    held as materialized (
      select s.*, r.id as register_id, r.date
        from stays s
        join students_register r on r.school_class_id = s.school_class_id and r.date between s.first and s.last
       where r.date between %(since)s and %(last)s),
    absent as materialized (
      select a.register_id, a.pupil_id
        from asked join students_absence a using (pupil_id) join counted using (reason) where a.lessons is null),
    taken as (
      select h.pupil_id as child, h.unit_id, d.day, d.inside, a.pupil_id is not null as missed
        from held h
        join calendar d on d.school_class_id = h.school_class_id and d.grade = h.grade and d.day = h.date
                       and d.kind = 'taught'
        left join absent a on a.register_id = h.register_id and a.pupil_id = h.pupil_id)"""

# children with enough such absences in the window, at the school of the last one
SYSTEMATIC = Fact(
    "systematic",
    f"""
    with {_TAKEN_DAYS}
    select * from (
      select child, (array_agg(unit_id order by day desc))[1] as unit_id, count(*) as days, max(day) as last_day
        from taken where missed and inside group by child) t
     where days >= %(systematic)s and unit_id between %(low)s and %(high)s""",
    rows=("child",),
    more=("days", "last_day"),
)

# children with enough such absences on consecutive taken school days; the run may begin before the window
LONG = Fact(
    "long",
    f"""
    with {_TAKEN_DAYS},
    runs as (
      select *, row_number() over (partition by child order by day)
              - row_number() over (partition by child, missed order by day) as run from taken),
    long_runs as (
      select child, run, max(day) as last_day, count(*) as days, (array_agg(unit_id order by day desc))[1] as unit_id
        from runs where missed group by child, run having count(*) >= %(long)s and bool_or(inside))
    select * from (select distinct on (child) child, unit_id, days, last_day from long_runs order by child, last_day desc) t
     where unit_id between %(low)s and %(high)s""",
    rows=("child",),
    more=("days", "last_day"),
)

# a confirmed case and how it stands: before the window, found in the window, returned, out, closed on *as of*
CASES = Fact(
    "cases",
    f"""
    select c.unit_id, c.id as case_id, coalesce(c.pupil_id, -c.id) as child, c.kind, c.cause, c.found_on,
           coalesce(nullif(p.sex, ''), nullif(c.sex, ''), 'none') as sex,
           case when e.grade is null then 'none' when e.grade <= 4 then '0-4' when e.grade <= 9 then '5-9' else '10-12' end as band,
           c.confirmed_on < w.first
             and (c.closed_on is null or c.closed_on >= w.first)
             and (c.returned_on is null or c.returned_on >= w.first
                  or (c.relapsed_on >= c.returned_on and c.relapsed_on < w.first)) as before,
           c.found_on between w.first and w.last and c.kind in ({listed(OUT_OF_SCHOOL)}) as found_out,
           c.found_on between w.first and w.last and c.kind in ({listed(NOT_ATTENDING)}) as found_absent,
           coalesce(c.closed_on <= %(as_of)s, false) as closed,
           c.returned_on is not null and c.returned_on <= %(as_of)s
             and not coalesce(c.relapsed_on >= c.returned_on and c.relapsed_on <= %(as_of)s, false) as returned
      from students_case c
      join windows w on w.unit_id = c.unit_id and w.first <= w.last
      left join students_pupil p on p.id = c.pupil_id
      left join lateral (select grade from students_enrolment e where e.pupil_id = c.pupil_id and e.first <= c.found_on
                          and (e.last is null or e.last >= c.found_on) order by e.first desc limit 1) e on true
     where c.unit_id between %(low)s and %(high)s and c.state in ('confirmed', 'closed') and c.confirmed_on <= %(as_of)s""",
    rows=("case_id",),
    more=("case_id", "child", "kind", "found_on"),
    additive=False,
)

# a family on the approved list on *as of*
FAMILIES = Fact(
    "families",
    """
    select f.unit_id, f.id as family from aid_family f
     where f.state in ('approved', 'removed') and f.approved_on <= %(as_of)s
       and (f.removed_on is null or f.removed_on > %(as_of)s)
       and f.unit_id between %(low)s and %(high)s""",
    rows=("family",),
    additive=False,
)

# a child of such a family, at its own school on *as of*, else at the family's
NEEDY_CHILDREN = Fact(
    "needy_children",
    """
    select * from (
      select coalesce(e.unit_id, f.unit_id) as unit_id, f.id as family, m.pupil_id as child, m.categories, m.statuses,
             m.valid_until is null or m.valid_until >= %(as_of)s as valid
        from aid_member m join aid_family f on f.id = m.family_id
        left join lateral (select e.unit_id from students_enrolment e where e.pupil_id = m.pupil_id and e.first <= %(as_of)s
                            and (e.last is null or e.last >= %(as_of)s) order by e.first desc limit 1) e on true
       where f.state in ('approved', 'removed') and f.approved_on <= %(as_of)s
         and (f.removed_on is null or f.removed_on > %(as_of)s)) t
     where unit_id between %(low)s and %(high)s""",
    rows=("child", "family"),
    more=("family",),
    additive=False,
)

# a handout dated in the window of the school where the child was that day (the row's own unit)
HANDOUTS = Fact(
    "handouts",
    """
    select h.unit_id, h.id as handout, h.date, h.pupil_id as child, h.tenge, h.quantity, h.source, h.kind
      from aid_handout h join windows w on w.unit_id = h.unit_id
     where h.date between w.first and w.last and h.unit_id between %(low)s and %(high)s""",
    rows=("handout",),
    more=("child", "date", "kind", "source"),
    additive=False,
)

# the families of helped children, each child in one: the newest of a list that had not been taken off it by then
HELPED_FAMILIES = Fact(
    "helped_families",
    """
    select h.unit_id, f.id as family
      from aid_handout h join windows w on w.unit_id = h.unit_id
      join lateral (
        select f.id from aid_member m join aid_family f on f.id = m.family_id
         where m.pupil_id = h.pupil_id and (f.removed_on is null or f.removed_on > h.date)
         order by f.id desc limit 1) f on true
     where h.date between w.first and w.last and h.unit_id between %(low)s and %(high)s""",
    rows=("family",),
    additive=False,
)

# the schools where the children absent in the range have studied, and the day their absences begin (a year back at most)
REACH = """
    select array_agg(distinct e.unit_id), min(a.date)
      from (select distinct pupil_id from students_absence
             where unit_id between %(low)s and %(high)s and lessons is null and date between %(first)s and %(last)s) asked
      join students_enrolment e using (pupil_id)
      join students_absence a using (pupil_id)
     where a.lessons is null and a.date > %(first)s::date - 366"""
