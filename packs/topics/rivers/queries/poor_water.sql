-- Stations whose latest reading misses the target class.
select w.station, w.reach, w.name, w.town, w.measured_at, w.class, w.exceeded, w.place
from water_classes as w
cross join target_grade as goal
where w.grade > goal.value
order by w.grade desc, w.station
