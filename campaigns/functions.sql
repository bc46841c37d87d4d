-- The window in which facts of a unit count (PRODUCT 11, «Window»): the nearest unit's latest `start` or `dates`
-- order that gives dates, inside the campaign, up to *as of*.  Empty (first > last) where nothing counts yet.
create function campaign_windows(of_campaign bigint, as_of date, low int, high int)
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
