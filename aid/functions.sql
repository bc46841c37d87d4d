-- Nobody is helped twice by mistake (PRODUCT 9): what the wall hides of a child is asked here and answered with yes or no.

-- The caller's scope holds the unit that entered the child or one where it was ever enrolled.
create or replace function child_in_scope(child bigint) returns boolean language sql stable
set search_path = public, pg_temp as $$
  select exists (
    select from (select unit_id from students_pupil where id = child
                 union all
                 select unit_id from students_enrolment where pupil_id = child) places
     where nullif(current_setting('zabota.scope', true), '')::int4multirange @> places.unit_id) $$;

-- «Help counted»: was the child, or another child of its family, given aid of this kind (empty: of any) in these days,
-- anywhere in the country.  Says nothing about a child outside the caller's scope.
create or replace function helped_before(child bigint, of_kind text, first_day date, last_day date)
returns table (itself boolean, siblings boolean) language sql stable security definer
set search_path = public, pg_temp as $$
  select exists (select from aid_handout h
                  where h.pupil_id = child and of_kind in ('', h.kind) and h.date between first_day and last_day),
         exists (select from aid_member m
                   join aid_family f on f.id = m.family_id and f.removed_on is null
                   join aid_member other on other.family_id = f.id and other.pupil_id <> child
                   join aid_handout h on h.pupil_id = other.pupil_id
                  where m.pupil_id = child and of_kind in ('', h.kind) and h.date between first_day and last_day)
   where child_in_scope(child) $$;

-- Is the child of the caller's scope on the list in another family, at whatever school.
create or replace function listed_elsewhere(child bigint, family bigint) returns boolean language sql stable
security definer set search_path = public, pg_temp as $$
  select child_in_scope(child)
     and exists (select from aid_member m join aid_family f on f.id = m.family_id and f.removed_on is null
                  where m.pupil_id = child and f.id <> family) $$;

-- Whoever lists or helps a child, or another child of its family, waits here for the one before, in whatever school.
create or replace function lock_child(child bigint) returns void language plpgsql volatile security definer
set search_path = public, pg_temp as $$
declare family int;
begin
  perform pg_advisory_xact_lock(7103, hashint8(child));
  for family in select distinct hashint8(m.family_id) from aid_member m where m.pupil_id = child order by 1 loop
    perform pg_advisory_xact_lock(7104, family);
  end loop;
end $$;

revoke execute on function child_in_scope(bigint) from public;
revoke execute on function helped_before(bigint, text, date, date) from public;
revoke execute on function listed_elsewhere(bigint, bigint) from public;
revoke execute on function lock_child(bigint) from public;
grant execute on function helped_before(bigint, text, date, date) to zabota_app;
grant execute on function listed_elsewhere(bigint, bigint) to zabota_app;
grant execute on function lock_child(bigint) to zabota_app;
