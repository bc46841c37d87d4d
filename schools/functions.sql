-- First operation of the first migration, run as the owner; the roles themselves are made with the cluster.
-- The unit directly above by the number alone; null above the ministry.
create function unit_above(number int) returns int language sql immutable parallel safe as $$
  select case when number = 0 then null
              when number % 10000 <> 0 then number - number % 10000
              when number % 10000000 <> 0 then number - number % 10000000
              else 0 end $$;
-- The unit itself and every unit above it, nearest first.
create function unit_line(number int) returns int[] language sql immutable parallel safe as $$
  select array(select distinct n from unnest(array[number, number - number % 10000, number - number % 10000000, 0]) n
               order by n desc) $$;
grant usage on schema public to zabota_app;
grant select, insert, update on all tables in schema public to zabota_app;
grant usage on all sequences in schema public to zabota_app;
alter default privileges in schema public grant select, insert, update on tables to zabota_app;
alter default privileges in schema public grant usage on sequences to zabota_app;
-- DELETE is granted table by table, where a person may really delete
-- both names of a unit, folded for search
create function kk_fold_pair(a text, b text) returns text language sql immutable strict parallel safe as $$
  select kk_fold(a) || ' | ' || kk_fold(b) $$;
