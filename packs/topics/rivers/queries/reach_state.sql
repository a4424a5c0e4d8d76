-- Where each reach stands today: its last walk, the days since, the days that its rank allows.
with walks as (
  select reach, max(walked_on) as last_walked_on
  from patrol
  where walked_on <= $today
  group by reach
), ages as (
  select
    r.reach, r.name, r.river, r.town, r.rank, r.chief_name, r.place,
    w.last_walked_on,
    date_diff('day', w.last_walked_on, $today) as days,
    c.days as days_allowed
  from reach as r
  join patrol_cycle as c on c.rank = r.rank
  left join walks as w on w.reach = r.reach
)
select
  reach, name, river, town, rank, chief_name, place, last_walked_on, days, days_allowed,
  case
    when days is null then '从未巡查'
    when days > days_allowed then '逾期'
    when days = days_allowed then '今日到期'
    else '按期'
  end as state
from ages
