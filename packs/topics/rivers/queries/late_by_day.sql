-- The same count for each of the last thirty days, as it stood on that day.
with days as (
  select distinct walked_on as day
  from patrol
  where walked_on <= $today and date_diff('day', walked_on, $today) < 30
), last_walks as (
  select d.day, r.reach, c.days as days_allowed, max(p.walked_on) as last_walked_on
  from days as d
  cross join reach as r
  join patrol_cycle as c on c.rank = r.rank
  left join patrol as p on p.reach = r.reach and p.walked_on <= d.day
  group by d.day, r.reach, c.days
)
select
  day,
  count(*) filter (where last_walked_on is null or date_diff('day', last_walked_on, day) > days_allowed) as late
from last_walks
group by day
order by day
