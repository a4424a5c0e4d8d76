-- Per town: reaches, those late, walks of the last thirty days and the kilometres walked.
with walks as (
  select reach, count(*) as walks, sum(metres) as metres
  from patrol
  where walked_on <= $today and date_diff('day', walked_on, $today) < 30
  group by reach
)
select
  s.town,
  count(*) as reaches,
  count(*) filter (where s.state in ('逾期', '从未巡查')) as late,
  sum(coalesce(w.walks, 0)) as walks,
  round(cast(sum(coalesce(w.metres, 0)) as decimal(18, 1)) / 1000, 1) as kilometres
from reach_state as s
left join walks as w on w.reach = s.reach
group by s.town
order by late desc, s.town
