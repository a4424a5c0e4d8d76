-- Reaches whose last walk lies further back than their rank allows, or that nobody has walked.
select reach, name, river, town, rank, chief_name, place, last_walked_on, days, days_allowed
from reach_state
where state in ('逾期', '从未巡查')
order by days desc nulls first, reach
