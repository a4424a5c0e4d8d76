-- Every reading with its class by GB 3838: the worst single item decides. The limits are nested, so the class is
-- one more than the number of classes whose limits it misses; an item that was not measured decides nothing.
select
  r.station, r.reach, r.measured_at,
  r.oxygen_mg_l, r.permanganate_mg_l, r.ammonia_mg_l, r.phosphorus_mg_l,
  1 + sum(
    case
      when r.oxygen_mg_l < l.oxygen_mg_l or r.permanganate_mg_l > l.permanganate_mg_l
        or r.ammonia_mg_l > l.ammonia_mg_l or r.phosphorus_mg_l > l.phosphorus_mg_l then 1
      else 0
    end
  ) as grade
from reading as r
cross join water_limits as l
where coalesce(r.oxygen_mg_l, r.permanganate_mg_l, r.ammonia_mg_l, r.phosphorus_mg_l) is not null
  and cast(r.measured_at as date) <= $today
group by
  r.station, r.reach, r.measured_at,
  r.oxygen_mg_l, r.permanganate_mg_l, r.ammonia_mg_l, r.phosphorus_mg_l
