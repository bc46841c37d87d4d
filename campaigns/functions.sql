-- The window in which facts of a unit count (PRODUCT 11, «Window»): the nearest unit's latest `start` or `dates`
-- order that gives dates, inside the campaign, up to *as of*.  Empty (first > last) where nothing counts yet.
create or replace function campaign_windows(of_campaign bigint, as_of date, low int, high int)
returns table (unit_id int, first date, last date) language sql stable parallel safe as $$
  select u.id,
         greatest(c.opens, coalesce(o.opens, c.opens)),
         least(c.closes, coalesce(o.closes, c.closes), as_of)
    from schools_unit u
    join campaigns_campaign c on c.id = of_campaign
    left join lateral (
      select o.opens, o.closes
        from campaigns_order o
       where o.campaign_id = c.id and o.unit_id = any(unit_line(u.id))
         and o.kind in ('start', 'dates') and (o.opens is not null or o.closes is not null)
       order by o.unit_id desc, o.date desc, o.id desc limit 1) o on true
   where u.id between low and high $$;

-- The helplines that everybody may read (PRODUCT 15): of the units whose names hold every folded word, and of the units
-- above them; without words those of the ministry and the oblasts.
create or replace function public_helplines(words text)
returns table (unit_id int, phone text, hours text, language text) language sql stable security definer
set search_path = public, pg_temp as $$
  with found as (
    select id from schools_unit
     where closed_on is null
       and case when words = '' then id % 10000000 = 0
                else (select bool_and(position(word in found_by) > 0) from unnest(string_to_array(words, ' ')) word) end
     order by id limit 500)
  select h.unit_id, h.phone, h.hours, h.language
    from campaigns_helpline h
   where h.unit_id = any(select unnest(unit_line(id)) from found)
   order by h.unit_id, h.phone limit 200 $$;
grant execute on function public_helplines(text) to zabota_app;

-- What somebody without an account may know of a survey's address.
create or replace function survey_behind(of_key uuid)
returns table (unit_id int, campaign_id bigint, audience text, closed_on date) language sql stable security definer
set search_path = public, pg_temp as $$
  select l.unit_id, l.campaign_id, l.audience, l.closed_on from campaigns_surveylink l where l.key = of_key $$;

-- One questionnaire of somebody without an account: counted once, however often it is sent, while the link is open.
-- Only counts are kept.  Rows are written in the order of their questions, so that two people never wait for each other.
create or replace function answer_survey(of_key uuid, of_token uuid, questions text[], answers text[])
returns void language plpgsql volatile security definer
set search_path = public, pg_temp as $$
declare l campaigns_surveylink;
begin
  select * into l from campaigns_surveylink where key = of_key and closed_on is null for key share;
  if not found then
    return;
  end if;
  insert into campaigns_surveytoken (unit_id, link_id, token) values (l.unit_id, l.key, of_token)
    on conflict do nothing;
  if not found then
    return;
  end if;
  insert into campaigns_surveycount as c (unit_id, campaign_id, audience, question, answer, online, paper)
  select l.unit_id, l.campaign_id, l.audience, g.question, g.answer, 1, 0
    from unnest(questions, answers) g(question, answer) order by g.question
    on conflict (unit_id, campaign_id, audience, question, answer) do update set online = c.online + 1;
  insert into schools_stale (unit_id, at) values (l.unit_id, now());
end $$;
revoke execute on function survey_behind(uuid) from public;
revoke execute on function answer_survey(uuid, uuid, text[], text[]) from public;
grant execute on function survey_behind(uuid) to zabota_app;
grant execute on function answer_survey(uuid, uuid, text[], text[]) to zabota_app;
