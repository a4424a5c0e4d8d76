-- The one row above the list: how many reaches there are and how many are late.
select
  count(*) as reaches,
  count(*) filter (where state in ('逾期', '从未巡查')) as late,
  round(cast(100 * count(*) filter (where state in ('逾期', '从未巡查')) as decimal(18, 4)) / nullif(count(*), 0), 1) as late_percent
from reach_state
