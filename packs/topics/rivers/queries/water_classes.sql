-- The latest reading of each station with its class, and the items that miss the target.
with latest as (
  select *, row_number() over (partition by station order by measured_at desc) as age
  from graded_readings
)
select
  g.station, g.reach, r.name, r.town, g.measured_at,
  g.oxygen_mg_l, g.permanganate_mg_l, g.ammonia_mg_l, g.phosphorus_mg_l,
  g.grade,
  coalesce(c.class, '劣Ⅴ') as class,
  trim(
    case when g.oxygen_mg_l < t.oxygen_mg_l then '溶解氧 ' else '' end
    || case when g.permanganate_mg_l > t.permanganate_mg_l then '高锰酸盐指数 ' else '' end
    || case when g.ammonia_mg_l > t.ammonia_mg_l then '氨氮 ' else '' end
    || case when g.phosphorus_mg_l > t.phosphorus_mg_l then '总磷' else '' end
  ) as exceeded,
  r.place
from latest as g
cross join target_grade as goal
join water_limits as t on t.grade = goal.value
left join water_limits as c on c.grade = g.grade
left join reach as r on r.reach = g.reach
where g.age = 1
