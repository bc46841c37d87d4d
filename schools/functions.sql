-- The unit directly above by the number alone; null above the ministry.
create or replace function unit_above(number int) returns int language sql immutable parallel safe as $$
  select case when number = 0 then null
              when number % 10000 <> 0 then number - number % 10000
              when number % 10000000 <> 0 then number - number % 10000000
              else 0 end $$;
-- The unit itself and every unit above it, nearest first.
create or replace function unit_line(number int) returns int[] language sql immutable parallel safe as $$
  select array(select distinct n from unnest(array[number, number - number % 10000, number - number % 10000000, 0]) n
               order by n desc) $$;
-- both names of a unit, folded for search
create or replace function kk_fold_pair(a text, b text) returns text language sql immutable strict parallel safe as $$
  select kk_fold(a) || ' | ' || kk_fold(b) $$;
