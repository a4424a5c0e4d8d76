-- The one row above the list: stations, and the share of them that meets the target.
select
  count(*) as stations,
  count(*) filter (where w.grade <= goal.value) as good,
  round(cast(100 * count(*) filter (where w.grade <= goal.value) as decimal(18, 4)) / nullif(count(*), 0), 1) as good_percent
from water_classes as w
cross join target_grade as goal
