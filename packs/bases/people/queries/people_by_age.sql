-- Each registered person with the town and the ten-year band of the age reached today; 90 and older are one band.
with aged as (
  select
    p.subject,
    p.town,
    date_diff('year', p.born_on, $today)
      - case when extract(month from p.born_on) * 100 + extract(day from p.born_on)
               > extract(month from $today) * 100 + extract(day from $today) then 1 else 0 end as age
  from person as p
  where p.town is not null and p.born_on is not null
)
select
  a.subject,
  a.town,
  case
    when a.age < 10 then '00-09'
    when a.age < 20 then '10-19'
    when a.age < 30 then '20-29'
    when a.age < 40 then '30-39'
    when a.age < 50 then '40-49'
    when a.age < 60 then '50-59'
    when a.age < 70 then '60-69'
    when a.age < 80 then '70-79'
    when a.age < 90 then '80-89'
    else '90+'
  end as age_band
from aged as a
