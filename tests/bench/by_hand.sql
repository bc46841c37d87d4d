-- The summary as somebody who knows the tables would write it by hand (PRODUCT 11): one statement, no function of ours.
-- Parameters: campaign (its code), as_of.  Rows: unit, code of the indicator, part of its cut («» for the whole), amount.
with

-- ---- windows and days

campaign as (
  select id, opens, closes, least(closes, %(as_of)s::date) as until, systematic_days, long_days
    from campaigns_campaign where code = %(campaign)s),
line as materialized (  -- a unit and every unit above it
  select u.id as unit, a.id as above
    from schools_unit u
    join schools_unit a on a.id in (u.id, u.id / 10000 * 10000, u.id / 10000000 * 10000000, 0)),
win as materialized (
  select u.id as unit, u.level,
         greatest(c.opens, o.opens) as first, least(c.until, o.closes) as last
    from schools_unit u
    cross join campaign c
    left join (
      select distinct on (line.unit) line.unit, o.opens, o.closes
        from campaigns_order o
        join line on line.above = o.unit_id
       where o.campaign_id = (select id from campaign) and o.kind in ('start', 'dates') and coalesce(o.opens, o.closes) is not null
       order by line.unit, o.unit_id desc, o.date desc, o.id desc) o on o.unit = u.id),
missing as materialized (  -- whole days away without a valid reason
  select a.pupil_id as child, a.register_id, a.date
    from students_absence a
   where a.lessons is null
     and a.reason in ('no_clothes', 'no_shoes', 'no_supplies', 'works', 'carer', 'no_transport', 'no_device',
                      'truancy', 'refusal', 'unknown')),
span as (
  select least((select min(date) from missing where child in (
                  select child from missing, campaign where date between opens and until)), opens) as first,
         until as last from campaign),
days as materialized (
  select d::date as day, extract(isodow from d)::int as weekday
    from span cross join lateral generate_series(span.first, span.last, interval '1 day') d),
grades as materialized (  -- the grades of each class, and what it shares with others: shift and week
  select distinct c.id as class, c.unit_id as unit, e.grade, c.shift, coalesce(c.week, s.week) as week
    from students_schoolclass c
    join schools_school s on s.unit_id = c.unit_id
    join students_enrolment e on e.school_class_id = c.id
   where c.kind <> 'residence'),
off as materialized (  -- the word of the nearest unit
  select distinct on (g.unit, g.grade, g.shift, d.day) g.unit, g.grade, g.shift, d.day, o.kind
    from (select distinct unit, grade, shift from grades) g
    join line on line.unit = g.unit
    join students_dayoff o on o.unit_id = line.above and (o.grades = '{}' or g.grade = any(o.grades))
                          and coalesce(o.shift, g.shift) = g.shift
    join days d on d.day between o.first and o.last
   order by g.unit, g.grade, g.shift, d.day, o.unit_id desc,
            case o.kind when 'workday' then 1 when 'distance' then 2 when 'cancelled' then 3 else 4 end),
calendar as materialized (
  select g.class, g.unit, g.grade, d.day, d.day between w.first and w.last as inside,
         case when o.kind = 'distance' then 'distance' else 'taught' end as kind
    from grades g
    join win w on w.unit = g.unit
    join days d on d.day <= w.last
    left join off o on o.unit = g.unit and o.grade = g.grade and o.shift = g.shift and o.day = d.day
   where o.kind = 'workday' or d.weekday <= g.week and (o.kind is null or o.kind = 'distance')),

-- ---- pupils

stays as materialized (
  select e.unit_id as unit, w.first, w.last, e.first as came, e.last + 1 as gone,
         case when e.first <= w.first then null
              when not exists (select from students_enrolment b where b.pupil_id = e.pupil_id and b.first < e.first) then 'first'
              when (select m.reason from students_movement m where m.pupil_id = e.pupil_id and m.left_on <= e.first
                     order by m.left_on desc limit 1) = 'abroad' then 'abroad'
              else 'school' end as origin,
         coalesce(m.reason, 'none') as destination
    from students_enrolment e
    join students_schoolclass c on c.id = e.school_class_id and c.kind <> 'residence'
    join win w on w.unit = e.unit_id and w.first <= w.last
    left join students_movement m on m.pupil_id = e.pupil_id and m.left_on = e.last + 1),
pupils as (
  select unit,
         count(*) filter (where came <= first and coalesce(gone, 'infinity') > first) as at_start,
         count(*) filter (where came <= last and coalesce(gone, 'infinity') > last) as now
    from stays group by unit),
came as (select unit, origin, count(*) as n from stays where came > first and came <= last group by 1, 2),
went as (select unit, destination, count(*) as n from stays where gone > first and gone <= last group by 1, 2),

-- ---- attendance

sizes as (
  select school_class_id as class, grade, first, coalesce(last, 'infinity') as last, count(*) as pupils
    from students_enrolment where form = 'day' group by 1, 2, 3, 4),
class_days as (
  select d.unit, d.class, d.day, r.id is not null as taken,
         coalesce(sum(s.pupils) filter (where d.kind = 'taught'), 0) as taught,
         coalesce(sum(s.pupils) filter (where d.kind = 'distance'), 0) as distant
    from calendar d
    join sizes s on s.class = d.class and s.grade = d.grade and d.day between s.first and s.last
    left join students_register r on r.school_class_id = d.class and r.date = d.day
   where d.inside
   group by 1, 2, 3, 4),
attendance as (
  select unit, sum(taught) as due, count(*) filter (where taught > 0) as class_days,
         count(*) filter (where taught > 0 and taken) as taken,
         sum(taught) filter (where taken) as covered, sum(distant) as distant
    from class_days group by unit),
away as (
  select d.unit, d.kind,
         case when a.reason = 'ill' then 'ill' when a.reason in ('family', 'event', 'road') then 'valid'
              when a.reason in ('truancy', 'refusal') then 'invalid' when a.reason = 'unknown' then 'unknown' else 'social' end as reason,
         count(*) as n
    from students_absence a
    join students_register r on r.id = a.register_id
    join students_enrolment e on e.pupil_id = a.pupil_id and e.school_class_id = r.school_class_id and e.form = 'day'
                             and a.date between e.first and coalesce(e.last, 'infinity')
    join calendar d on d.class = r.school_class_id and d.grade = e.grade and d.day = a.date and d.inside
   where a.lessons is null
   group by 1, 2, 3),
watched as (select distinct child from missing, campaign where date between opens and until),
taken as materialized (  -- every taken school day of a child who was away without a valid reason
  select e.pupil_id as child, e.unit_id as unit, d.day, d.inside, m.child is not null as missed
    from watched
    join students_enrolment e on e.pupil_id = watched.child and e.form = 'day'
    join students_register r on r.school_class_id = e.school_class_id and r.date between e.first and coalesce(e.last, 'infinity')
    join calendar d on d.class = r.school_class_id and d.grade = e.grade and d.day = r.date and d.kind = 'taught'
    left join missing m on m.register_id = r.id and m.child = e.pupil_id),
systematic as (
  select (array_agg(unit order by day desc))[1] as unit
    from taken where missed and inside
   group by child having count(*) >= (select systematic_days from campaign)),
runs as (
  select child, unit, day, inside, missed, count(*) filter (where not missed) over (partition by child order by day) as run
    from taken),
long_runs as (
  select child, max(day) as last_day, (array_agg(unit order by day desc))[1] as unit
    from runs where missed
   group by child, run having count(*) >= (select long_days from campaign) and bool_or(inside)),
long as (select distinct on (child) unit from long_runs order by child, last_day desc),

-- ---- what is added up: each unit's own amounts

own as (
  select distinct o.unit_id as unit, 'CN-01' as code, '' as part, 1::numeric as n
    from campaigns_order o
    join schools_unit u on u.id = o.unit_id and u.level = 'school'
   where o.campaign_id = (select id from campaign) and o.kind = 'start' and o.date <= %(as_of)s
  union all select distinct unit_id, 'OR-01A', '', 1
              from campaigns_order
             where campaign_id = (select id from campaign) and kind = 'start' and date <= %(as_of)s
  union all select id, 'OR-00', '', 1 from schools_unit where coalesce(closed_on, 'infinity') >= %(as_of)s
  union all select unit, v.* from pupils, lateral (values ('CN-02', '', at_start), ('CN-05', '', now)) v
  union all select unit, 'CN-03', p, n from came, unnest(array['', origin]) p
  union all select unit, 'CN-04', p, n from went, unnest(array['', destination]) p
  union all select unit, v.* from attendance, lateral (values ('AT-01', '', due), ('AT-08', '', class_days), ('AT-09', '', taken),
                                                              ('AT-13', '', covered), ('AT-14', '', distant)) v
  union all select unit, 'AT-02', p, n from away, unnest(array['', reason]) p where kind = 'taught'
  union all select unit, case reason when 'ill' then 'AT-03' when 'valid' then 'AT-04' when 'social' then 'AT-05' else 'AT-06' end, '', n
              from away where kind = 'taught'
  union all select unit, 'AT-15', '', n from away where kind = 'distance'
  union all select unit, 'AT-11', '', 1 from systematic
  union all select unit, 'AT-12', '', 1 from long),

-- ---- what is counted each once inside the unit asked about: rows of (unit, thing)

cases as (
  select c.unit_id as unit, coalesce(c.pupil_id, -c.id) as child, c.kind,
         array['kind:' || c.kind, 'cause:' || c.cause,
               'sex:' || coalesce(nullif(p.sex, ''), nullif(c.sex, ''), 'none'),
               'band:' || case when e.grade <= 4 then '0-4' when e.grade <= 9 then '5-9' when e.grade > 9 then '10-12' else 'none' end
         ] as parts,
         c.found_on between w.first and w.last as found,
         c.kind in ('never', 'dropped', 'transit') as out,
         c.confirmed_on < w.first and coalesce(c.closed_on, 'infinity') >= w.first
           and (coalesce(c.returned_on, 'infinity') >= w.first
                or c.relapsed_on >= c.returned_on and c.relapsed_on < w.first) as before,
         coalesce(c.closed_on, 'infinity') <= %(as_of)s as closed,
         coalesce(c.returned_on, 'infinity') <= %(as_of)s
           and not coalesce(c.relapsed_on between c.returned_on and %(as_of)s, false) as returned
    from students_case c
    join win w on w.unit = c.unit_id and w.first <= w.last
    left join students_pupil p on p.id = c.pupil_id
    left join students_enrolment e on e.pupil_id = c.pupil_id and c.found_on between e.first and coalesce(e.last, 'infinity')
   where c.state in ('confirmed', 'closed') and c.confirmed_on <= %(as_of)s),
needy as (
  select coalesce(e.unit_id, f.unit_id) as unit, m.pupil_id as child, m.categories, m.statuses,
         coalesce(m.valid_until, 'infinity') >= %(as_of)s as valid
    from aid_member m
    join aid_family f on f.id = m.family_id
    left join students_enrolment e on e.pupil_id = m.pupil_id and %(as_of)s between e.first and coalesce(e.last, 'infinity')
   where f.state in ('approved', 'removed') and f.approved_on <= %(as_of)s and coalesce(f.removed_on, 'infinity') > %(as_of)s),
given as materialized (
  select h.unit_id as unit, h.id, h.pupil_id as child, h.tenge, h.date
    from aid_handout h
    join win w on w.unit = h.unit_id and h.date between w.first and w.last),
things as (
  select unit, 'CS-00' as code, p as part, child as thing from cases, unnest(array['', kind]) p where before
  union all select unit, case when out then 'CS-01' else 'CS-12' end, p, child from cases, unnest(array_append(parts, '')) p where found
  union all select unit, case when returned then 'CS-02' else 'CS-03' end, p, child from cases, unnest(array['', kind]) p
             where (before or found) and (returned or not closed)
  union all select unit_id, 'FM-01', '', id from aid_family
             where state in ('approved', 'removed') and approved_on <= %(as_of)s and coalesce(removed_on, 'infinity') > %(as_of)s
  union all select unit, 'FM-02', '', child from needy
  union all select unit, 'FM-1' || c, '', child from needy, unnest(categories) c where valid
  union all select unit, 'FM-2' || array_position(array['many_children', 'orphan', 'no_care', 'disability', 'single_parent',
                                                        'unfavourable', 'low_income', 'difficult', 'other'], s), '', child
              from needy, unnest(statuses) s where valid
  union all select unit, 'AD-01', '', child from given
  union all select given.unit, 'AD-02', '', f.family_id from given
             join lateral (select m.family_id from aid_member m join aid_family f on f.id = m.family_id
                            where m.pupil_id = given.child and (f.removed_on is null or f.removed_on > given.date)
                            order by m.family_id desc limit 1) f on true)

select above as unit, code, part, sum(n)::bigint as amount from own join line using (unit) group by 1, 2, 3
union all
select above, code, part, count(distinct thing) from things join line using (unit) group by 1, 2, 3
union all
select above, v.code, '', v.amount
  from (select above, count(*) as handouts, sum(tenge) as tenge from given join line using (unit) group by 1) t,
       lateral (values ('AD-03', handouts), ('AD-04', tenge)) v(code, amount)
