-- The share of readings that met the target, for each of the last thirty days.
select
  cast(g.measured_at as date) as day,
  round(cast(100 * count(*) filter (where g.grade <= goal.value) as decimal(18, 4)) / nullif(count(*), 0), 1) as good_percent
from graded_readings as g
cross join target_grade as goal
where date_diff('day', cast(g.measured_at as date), $today) < 30
group by cast(g.measured_at as date)
order by day
