"""Each construct of taihu SQL gives what DuckDB gives for the text itself."""

import pytest

from tests.data.query import small_world

TEXTS = """
select reach, name from reach
select * from reach
select r.*, p.patrol from reach r join patrol p on p.reach = r.reach
select * exclude (chief, town) replace (metres * 2 as metres) from reach
select distinct reach from reading
select reach, count(*) as n, count(value) as v, count(distinct value) as d, sum(value) as s, min(value) as least, max(n) as most from reading group by reach
select avg(value) as a, median(n) as m, avg(n) as b from reading where n < 100
select sum(n) filter (where n < 100) as s, count(*) filter (where value is null) as c, count_if(n > 0) as k from reading
select bool_and(is_late) as a, bool_or(is_late) as o from patrol
select string_agg(patrol, ';' order by walked_on desc, patrol) as s, string_agg(distinct reach, ',' order by reach) as d from patrol
select count(*) as n from patrol where false
select sum(minutes) as s from patrol where false
select reach from patrol group by reach having count(*) > 1
select upper(reach) as u, count(*) as n from patrol group by u
select reach, year(walked_on) as y, count(*) as n from patrol group by all
select town, count(*) as n from reach group by 1
select reach, minutes * 2 as twice, twice + 1 as more from patrol
select p.patrol, r.name from patrol p left join reach r on p.reach = r.reach
select p.patrol, r.name from patrol p left join reach r using (reach)
select reach, p.patrol, r.name from patrol p right join reach r using (reach)
select reach, p.patrol, r.name from patrol p full join reach r using (reach)
select p.patrol, r.name from patrol p full join reach r on p.reach = r.reach and p.minutes > 10
select p.patrol, r.name from patrol p, reach r where p.reach = r.reach
select p.patrol, r.name from patrol p cross join reach r
select patrol from patrol p semi join reach r on p.reach = r.reach and r.rank = 1
select patrol from patrol p anti join reach r using (reach)
select a.patrol, b.patrol as other from patrol a join patrol b on a.minutes = b.minutes and a.patrol < b.patrol
select r.reach, x.n, y.m from reach r left join (select reach, count(*) as n from patrol group by reach) x using (reach) left join (select reach, max(value) as m from reading group by reach) as y using (reach)
select patrol from patrol where reach in (select reach from reach where rank = 1)
select patrol from patrol where reach not in (select reach from reading where reach is not null)
select patrol from patrol where reach not in (select reach from reading)
select reach from reach r where exists (select 1 from patrol p where p.reach = r.reach and p.minutes > 10)
select reach from reach r where not exists (select 1 from patrol p where p.reach = r.reach)
select reach, (select max(walked_on) from patrol p where p.reach = r.reach) as last from reach r
select patrol, (select name from reach r where r.reach = p.reach) as name from patrol p
select reach, (select count(*) from patrol p where p.reach = r.reach) + 1 as n from reach r
select reach, (select count(*) from (select 1 as one from patrol p where p.reach = r.reach and exists (select 1 from reading x where x.reach = p.reach and x.n < r.rank + 1)) q) as n from reach r
select patrol from patrol where minutes > (select avg(minutes) from patrol)
select reach from reach where rank + 1 > (select count(*) from reading) or reach in (select reach from patrol)
select case when minutes > (select min(minutes) from patrol) then 1 // (select count(*) from reach where false) else 2 end as c, patrol from patrol
select patrol, row_number() over (partition by reach order by walked_on, patrol) as k from patrol
select patrol, rank() over (order by minutes) as r, dense_rank() over (order by minutes desc nulls first) as d from patrol
select patrol, lag(minutes) over (order by patrol) as a, lead(minutes, 2, 0) over (order by patrol) as b, ntile(3) over (order by patrol) as c from patrol
select patrol, sum(minutes) over (partition by reach) as s, count(*) over () as n, max(minutes) over (order by walked_on) as m from patrol
select patrol, sum(minutes) over (order by patrol rows between 1 preceding and current row) as s, avg(minutes) over (order by patrol rows between unbounded preceding and unbounded following) as a from patrol
select patrol, first_value(minutes) over (order by patrol) as f, last_value(minutes) over (order by patrol rows between unbounded preceding and unbounded following) as l from patrol
select reach, count(*) as n, sum(count(*)) over () as total, count(*) * 100 / sum(count(*)) over () as share from patrol group by reach
select patrol from patrol qualify row_number() over (partition by reach order by patrol desc) = 1
select reach, sum(minutes) as m from patrol group by reach qualify rank() over (order by sum(minutes) desc) = 1
select reach from patrol union select reach from reading
select reach from patrol union all select reach from reading
select reach from patrol except select reach from reading
select reach from patrol intersect select reach from reading
select reach from reading except all select reach from reach
select rank as x from reach union all select value from reading
select patrol from patrol order by patrol limit 2 offset 1
select patrol, minutes from patrol order by minutes desc nulls first, patrol limit 3
select reach as r from reach union all select reach from patrol order by r limit 3
with a as (select reach, count(*) as n from patrol group by reach), b as (select * from a where n > 1) select a.reach, b.n from a left join b using (reach)
with a(x, y) as (select reach, rank from reach) select p.x, q.y from a p join a q on p.y = q.y
with a as materialized (select 1 as one) select one from a
select * from (values (1, 'a'), (2, null)) v(n, t)
select v.n, r.name from (values (1, 'R1'), (2, 'R2')) as v(n, reach) join reach r using (reach)
select 1 as one, 'it''s' as t, null as nothing, true as yes, 1.50 as d, date '2026-01-31' as day, timestamp '2026-01-31 10:00:00' as moment
select patrol from patrol where walked_on >= '2026-11-01'
select patrol from patrol where walked_on between '2026-11-01' and '2026-11-30' and began_at < '2026-11-20 10:00:00'
select patrol, $today - walked_on as days from patrol where $today - walked_on > $days
select reach from reach where name = $name or metres * $share > 500
select patrol, walked_on + 1 as a, walked_on - 1 as b, walked_on + interval 1 month as c, began_at - interval '36' hour as d, walked_on - date '2026-01-01' as e from patrol
select patrol, year(walked_on) as y, month(walked_on) as m, day(walked_on) as d, quarter(walked_on) as q, extract(isodow from walked_on) as w, dayofweek(walked_on) as s, date_part('hour', began_at) as h, minute(began_at) as mi, second(began_at) as se, dayofyear(walked_on) as j, week(walked_on) as wk from patrol
select patrol, date_trunc('month', walked_on) as m, date_trunc('hour', began_at) as h, last_day(walked_on) as l from patrol
select patrol, date_diff('day', walked_on, $today) as d, date_diff('month', walked_on, $today) as m, date_diff('hour', began_at, timestamp '2026-11-23 00:00:00') as h, datediff('year', walked_on, $today) as y from patrol
select make_date(2024, 2, 29) as d, strftime(walked_on, '%Y年%m月') as t, strptime('2026-01-31', '%Y-%m-%d') as s from patrol
select cast(minutes as varchar) as t, cast(metres as bigint) as i, cast(rank as decimal(6,2)) as d, cast(is_late as int) as b, cast(walked_on as timestamp) as w from patrol join reach using (reach)
select try_cast(found as int) as i, try_cast(found as date) as d, try_cast(found as decimal(6,2)) as m, try_cast(found as boolean) as b from patrol
select round(metres, 1) as a, round(metres) as b, round(rank, 2) as c, floor(metres) as f, ceil(metres) as g, abs(-metres) as h, sign(metres) as s, rank % 2 as m, rank // 2 as d, rank / 2 as q, metres / nullif(rank - 1, 0) as z from reach
select metres + rank as a, metres - 0.5 as b, metres * metres as c, -rank as d, +rank as e, metres * 0.001 + rank * 1.5 as f from reach
select reach || '-' || name as a, concat(reach, name) as b, lower(name) as l, upper(name) as u, length(name) as n, trim('  x ') as t, ltrim(name, '龙') as lt, left(name, 1) as le, right(name, 1) as ri, substring(name, 2) as s, substring(name, 1, 1) as s2, replace(name, '溪', '河') as r, contains(name, '溪') as c, starts_with(name, '龙') as sw, strpos(name, '溪') as p, position('溪' in name) as q, split_part(name, '溪', 1) as sp, lpad(reach, 5, '0') as lp from reach
select reach from reach where name like '%溪' or name like 'Ó_!_!%' escape '!' or name ilike 'ó%'
select reach from reach where name not like '%溪'
select reach from reach where regexp_matches(name, '^.溪$')
select regexp_extract(reach, '([0-9]+)', 1) as n from reach
select coalesce(name, '无') as a, ifnull(name, reach) as b, nullif(rank, 2) as c, greatest(rank, 1) as d, least(rank, metres) as e, if(rank = 1, 'x', 'y') as f from reach
select case rank when 1 then 'a' when 2 then 'b' end as a, case when metres > 1000 then 1 when metres is null then 2.5 else 3 end as b from reach
select patrol from patrol where is_late is true or not is_late
select patrol from patrol where is_late is not true and is_late is distinct from false
select reach from reach where rank in (1, 3) or name is null
select reach from reach where rank not in (1, 3) and not (rank between 5 and 6)
select r.reach as "河段", r.name as "名 称" from reach as r order by "河段"
select count(*) as n from patrol where minutes > 10 and (reach = 'R1' or reach = 'R2') and not reach = 'R9'
from reach
select topics.n from (select count(*) as n from reach) topics
select reach, max(rank) filter (where metres > 1) as m from reach group by reach order by m desc nulls last, reach
select distinct rank from reach order by rank desc limit 2
select reach from reach where (select count(*) from patrol) > 3
select reach, exists (select 1 from patrol p where p.reach = r.reach) as walked, reach in (select reach from reading) as read from reach r
select max((select count(*) from patrol p where p.reach = r.reach)) as m from reach r
select reach, sum((select count(*) from patrol p where p.reach = r.reach)) over (order by reach) as m from reach r
select reach, (select max(value) from reading x where x.reach = p.reach) as v, count(*) as n from patrol p group by reach
select reach, count(*) as n from patrol p group by reach having count(*) >= (select max(rank) from reach r where r.reach = p.reach)
select upper(reach) as u, string_agg(patrol, ',' order by patrol) as s from patrol group by upper(reach), ','
select count(*) as n, (select count(*) from reading x where x.n > 1) as m from patrol
select r.reach, (select count(*) as k from patrol p where p.minutes > rank * 10) as n from reach r
select sum(x.n) as n from (select count(*) as n from patrol group by reach) x
select reach, (select r.rank * max(n) from reading x where x.reach = r.reach) as m from reach r
""".strip().splitlines()


@pytest.fixture(scope="module")
def connection():
    with small_world.a_connection() as opened:
        yield opened


@pytest.mark.parametrize("text", TEXTS)
def test_the_written_statement_gives_what_the_text_gives(connection, text):
    used = {name: value for name, value in small_world.VALUES.items() if f"${name}" in text}

    assert small_world.plainly(small_world.run(connection, text)) == small_world.plainly(
        connection.execute(text, used).fetchall()
    )


def test_rows_come_in_the_order_asked_for(connection):
    assert small_world.run(connection, "select reach from reach order by metres desc nulls first") == [
        ("R3",),
        ("R1",),
        ("R2",),
        ("R4",),
    ]


def test_rows_without_an_order_come_by_what_is_shown(connection):
    assert small_world.run(connection, "select town, reach from reach") == [
        ("0501", "R1"),
        ("0501", "R3"),
        ("0502", "R2"),
        (None, "R4"),
    ]
