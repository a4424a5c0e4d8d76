-- How many stations stand in each class now.
select grade, class, count(*) as stations
from water_classes
group by grade, class
order by grade
