-- What each day is for each grade of each class (PRODUCT 5): taught, distance, holiday, cancelled or off (weekend).
-- The week says which days could be taught; of the days off that cover a day the nearest unit's decides, and among
-- several of one unit the word that puts the day back.  Residences have no school days of their own.
create or replace function school_days(first_day date, last_day date, units int[])
returns table (school_class_id bigint, unit_id int, grade smallint, day date, kind text) language sql stable parallel safe as $$
  with grades as (
    select c.id, c.unit_id, g.grade, c.shift, coalesce(c.week, s.week, 5) as week
      from students_schoolclass c
      left join schools_school s on s.unit_id = c.unit_id
      cross join lateral (select unnest(c.grades)
                          union select e.grade from students_enrolment e
                                 where e.school_class_id = c.id and e.unit_id = c.unit_id) g(grade)
     where c.unit_id = any(units) and c.kind <> 'residence'),
  days as (
    select d::date as day, extract(isodow from d)::int as weekday
      from generate_series(first_day, last_day, interval '1 day') d),
  shapes as (select distinct unit_id, grade, shift, week from grades),
  named as (
    select distinct on (s.unit_id, s.grade, s.shift, s.week, d.day) s.*, d.day, o.kind
      from shapes s
      join students_dayoff o on o.unit_id = any(unit_line(s.unit_id))
                            and (o.grades = '{}' or s.grade = any(o.grades))
                            and (o.shift is null or o.shift = s.shift)
      join days d on d.day between o.first and o.last
     order by s.unit_id, s.grade, s.shift, s.week, d.day, o.unit_id desc,
              array_position(array['workday', 'distance', 'cancelled', 'holiday'], o.kind::text), o.id desc)
  select g.id, g.unit_id, g.grade, d.day,
         case when n.kind = 'workday' then 'taught'
              when n.kind is not null and d.weekday <= g.week then n.kind::text
              when n.kind is not null then 'off'
              when d.weekday <= g.week then 'taught'
              else 'off' end
    from grades g
    cross join days d
    left join named n on n.unit_id = g.unit_id and n.grade = g.grade and n.shift = g.shift and n.week = g.week and n.day = d.day $$;

-- A child's facts may count at another school than the one that writes: mark every school of these children, and the
-- unit whose raid or round has found one of them.
create or replace function mark_children_stale(children bigint[]) returns void language sql volatile security definer
set search_path = public, pg_temp as $$
  insert into schools_stale (unit_id, at)
  select unit_id, now() from students_enrolment where pupil_id = any(children)
   union
  select finder_id, now() from students_case where pupil_id = any(children) and event_id is not null $$;

-- A day, a window or a week of these schools has changed: the absences there may count at the school of today.
create or replace function mark_moved_stale(schools int[]) returns void language sql volatile security definer
set search_path = public, pg_temp as $$
  insert into schools_stale (unit_id, at)
  select distinct e.unit_id, now()
    from students_absence a join students_enrolment e using (pupil_id)
   where a.unit_id = any(schools) and not exists (select from unnest(schools) s where s = e.unit_id) $$;

-- «There is such a child at school № …»: where a child of this IIN, or of this folded name and birth date, is enrolled
-- anywhere in the country.  Says no more than that; the caller may see nothing else of the child.
create or replace function find_child(by_iin text, by_surname text, by_name text, by_born date)
returns table (pupil_id bigint, unit_id int, first date, last date) language sql stable security definer
set search_path = public, pg_temp as $$
  select p.id, e.unit_id, e.first, e.last
    from students_pupil p
    left join lateral (
      select e.* from students_enrolment e join students_schoolclass c on c.id = e.school_class_id
       where e.pupil_id = p.id order by (c.kind = 'residence'), e.first desc limit 1) e on true
   where (by_iin <> '' and p.iin_index = by_iin)
      or (p.surname_fold = kk_fold(by_surname) and p.name_fold = kk_fold(by_name) and p.born = by_born
          and (by_iin = '' or p.iin_index = '')) $$; -- two different IINs are two children, however alike their names
revoke execute on function mark_children_stale(bigint[]) from public;
revoke execute on function mark_moved_stale(int[]) from public;
revoke execute on function find_child(text, text, text, date) from public;
grant execute on function mark_children_stale(bigint[]) to zabota_app;
grant execute on function mark_moved_stale(int[]) to zabota_app;
grant execute on function find_child(text, text, text, date) to zabota_app;

-- The receiving school has taken the child in: its open departure, which only the sender may see, ends on that day and
-- leads to this school.  Speaks for a school of the caller's scope alone, and only where the child is enrolled from that
-- day.  Returns the school that let the child go, or null where no departure was open.
create or replace function confirm_arrival(child bigint, school int, day date) returns int language plpgsql volatile security definer
set search_path = public, pg_temp as $$
declare sender int;
begin
  if not coalesce(nullif(current_setting('zabota.scope', true), '')::int4multirange @> school, false) then
    raise exception 'school % lies outside the scope', school using errcode = 'insufficient_privilege';
  end if;
  if not exists (select from students_enrolment e where e.pupil_id = child and e.unit_id = school and e.first = day) then
    raise exception 'no enrolment begins there on that day' using errcode = 'check_violation';
  end if;
  update students_movement m set arrived_on = day, to_unit_id = school
   where m.id = (select o.id from students_movement o
                  where o.pupil_id = child and o.arrived_on is null and o.left_on <= day
                    and o.reason in ('transfer', 'moved')
                  order by o.left_on desc limit 1)
  returning m.unit_id into sender;
  if sender is not null then
    insert into schools_stale (unit_id, at) values (sender, now());
  end if;
  return sender;
end $$;
revoke execute on function confirm_arrival(bigint, int, date) from public;
grant execute on function confirm_arrival(bigint, int, date) to zabota_app;

-- What the registers of these children prove, at whatever school they were taken (PRODUCT 7): the first present day after
-- a confirmed case was found (and after a relapse) fills the date of return; and a register saved for the very day of
-- return that now says «absent» takes its proof back until the next present day.  Only day form is proved by registers.
-- A case may stand at a school the caller cannot see, because the child has moved on.  It is changed only where the case
-- itself, or the register that speaks, is of the caller's scope; its own unit gets the line in the journal.
create or replace function follow_registers(children bigint[], saved date, until date, who text, moment timestamptz)
returns void language plpgsql volatile security definer
set search_path = public, pg_temp as $$
declare sight int4multirange := coalesce(nullif(current_setting('zabota.scope', true), '')::int4multirange, '{}');
begin
  perform from students_case c where c.pupil_id = any(children) and c.state = 'confirmed' order by c.id for no key update;
  if not found then
    return;
  end if;
  with confirmed as materialized (
    select c.*, greatest(c.found_on + 1, c.confirmed_on, c.relapsed_on + 1) as since,
           c.returned_on is not null and coalesce(c.relapsed_on < c.returned_on, true) as back,
           exists (select from students_absence a
                    where a.pupil_id = c.pupil_id and a.date = saved and a.lessons is null and sight @> a.unit_id) as denied
      from students_case c where c.pupil_id = any(children) and c.state = 'confirmed'),
  asked as materialized (
    select *, back as withdrawn from confirmed where not back or (returned_on = saved and denied)),
  calendar as materialized (
    select d.* from school_days((select min(since) from asked), until,
             (select array_agg(distinct e.unit_id) from students_enrolment e join asked using (pupil_id))) d
     where d.kind = 'taught'),
  proved as materialized (
    select distinct on (k.id) k.id, d.day, e.unit_id as school
      from asked k
      join students_enrolment e on e.pupil_id = k.pupil_id and e.form = 'day'
      join calendar d on d.school_class_id = e.school_class_id and d.grade = e.grade
                     and d.day between e.first and coalesce(e.last, 'infinity') and d.day >= k.since
      join students_register r on r.school_class_id = e.school_class_id and r.date = d.day
     where not exists (select from students_absence a
                        where a.register_id = r.id and a.pupil_id = k.pupil_id and a.lessons is null)
     order by k.id, d.day),
  changed as (
    update students_case c set returned_on = p.day, version = c.version + 1
      from asked k left join proved p using (id)
     where c.id = k.id and (k.withdrawn or (p.day is not null and (sight @> k.unit_id or sight @> p.school)))
    returning c.id, c.unit_id, c.pupil_id, c.returned_on, k.returned_on as before),
  told as (
    insert into schools_entry (at, by, unit_id, subject, subject_id, verb, before, after, note)
    select moment, who, unit_id, 'students.Case', id::text,
           case when returned_on is null then 'return_withdrawn' else 'return' end, '', '',
           to_char(coalesce(returned_on, before), 'DD.MM.YYYY')
      from changed)
  insert into schools_stale (unit_id, at)
  select unit_id, now() from changed union select e.unit_id, now() from changed join students_enrolment e using (pupil_id);
end $$;
revoke execute on function follow_registers(bigint[], date, date, text, timestamptz) from public;
grant execute on function follow_registers(bigint[], date, date, text, timestamptz) to zabota_app;
