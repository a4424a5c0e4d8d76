"""Rows of the declared datasets: each knows whether it is good, bad or either, and what it must become."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from tests.foreign import spellings as words
from tests.foreign import spellings_of_things as things
from tests.foreign import truth
from tests.foreign.spellings import ANY, BAD, EITHER, GOOD

TABLES = {
    "id": words.ID, "name": words.NAME, "sex": words.SEX, "date": words.DATE, "month": words.MONTH,
    "phone": things.PHONE, "uscc": things.USCC, "ethnic": things.ETHNIC, "town": things.TOWN, "money": things.MONEY,
    "whole": things.WHOLE, "measure": things.MEASURE, "time": things.TIME, "point": things.POINT, "account": things.ACCOUNT,
}  # fmt: skip
# A value that another column's check may blame as well.
ALSO_BLAMED = {
    "sex": {"resident_id"}, "born_on": {"resident_id", "registered_on"}, "resident_id": {"sex", "born_on", "registered_on"},
    "registered_on": {"born_on"},
}  # fmt: skip


@dataclass
class Row:
    """One row: cells as written, what each may be read as, the verdict and the columns that a reason may name."""

    mark: str
    cells: dict
    options: dict
    plain: dict
    verdict: str = GOOD
    blame: set = field(default_factory=set)
    labels: dict = field(default_factory=dict)


def person_columns(rng, prefix=""):
    """Number, name, sex and birthday of one person as (kind, value)."""
    person = truth.a_person(rng)
    return {
        "resident_id": ("id", person.number),
        "name": ("name", person.name),
        "sex": ("sex", person.sex),
        "born_on": ("date", person.born),
    }, person


def resident(rng, mark):
    """户籍人口."""
    columns, _ = person_columns(rng)
    return columns | {
        "ethnic_group": ("ethnic", rng.choice(sorted(truth.NATIONS))),
        "household": ("mark", "H" + mark),
        "relation": ("text", rng.choice(("户主", "配偶", "子", "女", "父亲"))),
        "town": ("town", truth.a_town(rng)),
        "address": ("text", rng.choice(truth.ROADS) + f"{rng.randrange(1, 400)}号"),
        "phone": ("phone", truth.a_phone(rng)),
        "registered_on": ("date", truth.a_day(rng)),
    }


def assistance(rng, mark):
    """社会救助对象."""
    person = truth.a_person(rng)
    return {
        "resident_id": ("id", person.number),
        "name": ("name", person.name),
        "phone": ("phone", truth.a_phone(rng)),
        "address": ("mark", f"{rng.choice(truth.ROADS)}H{mark}号"),
        "kind": ("text", rng.choice(("低保", "特困", "低边", "临时救助"))),
        "monthly_fen": ("money", rng.randrange(100, 19000) * 100),
        "since": ("month", truth.a_day(rng).replace(day=1)),
        "account": ("account", truth.a_card(rng)),
    }


def health_record(rng, mark):
    """居民健康档案."""
    columns, _ = person_columns(rng)
    moment = datetime.datetime.combine(
        truth.a_day(rng), datetime.time(rng.randrange(1, 23), rng.randrange(60), rng.randrange(60))
    )
    return (
        {"record": ("mark", "H" + mark)}
        | columns
        | {
            "phone": ("phone", truth.a_phone(rng)),
            "address": ("text", rng.choice(truth.ROADS) + f"{rng.randrange(1, 400)}号"),
            "blood_type": ("text", rng.choice(("A", "B", "O", "AB"))),
            "chronic": ("text", rng.choice(("高血压", "糖尿病", "高血压;糖尿病"))),
            "doctor": ("text", "沈医生"),
            "updated_at": ("time", moment),
        }
    )


def firm(rng, mark):
    """市场主体登记."""
    person = truth.a_person(rng, 1950, 2000)
    return {
        "uscc": ("uscc", truth.a_firm_code(rng)),
        "name": ("text", f"湖州{rng.choice(truth.GIVEN)}{rng.choice(truth.GIVEN)}纺织有限公司"),
        "kind": ("text", rng.choice(("企业", "个体工商户", "农民专业合作社"))),
        "status": ("text", rng.choice(("存续", "歇业", "吊销", "注销", "迁出"))),
        "established_on": ("date", truth.a_day(rng)),
        "industry": ("text", rng.choice(("C", "17", "C1713", "F", "51", "5135"))),
        "town": ("town", truth.a_town(rng)),
        "address": ("mark", f"{rng.choice(truth.ROADS)}H{mark}号"),
        "capital_fen": ("money", rng.randrange(1, 5000) * 1000000),
        "representative": ("name", person.name),
        "representative_id": ("id", person.number),
        "phone": ("phone", truth.a_phone(rng)),
    }


def address(rng, mark):
    """标准地址."""
    village = rng.choice(sorted(truth.VILLAGES))
    road, number = rng.choice(truth.ROADS), f"{rng.randrange(1, 900)}号"
    return {
        "code": ("mark", "H" + mark),
        "town": ("town", village[:9]),
        "village": ("text", village),
        "road": ("text", road),
        "number": ("text", number),
        "text": ("text", f"浙江省湖州市{truth.TOWNS.get(village[:9], '')}{road}{number}"),
        "place": ("point", truth.a_point(rng)),
    }


def reach(rng, mark):
    """河段名录."""
    person = truth.a_person(rng, 1960, 1990)
    return {
        "reach": ("mark", "H" + mark),
        "name": ("text", "苕溪" + rng.choice("东西南北") + "段"),
        "river": ("text", "苕溪"),
        "town": ("town", truth.a_town(rng)),
        "metres": ("whole", rng.randrange(200, 9000)),
        "rank": ("text", rng.choice(("市级", "县级", "乡级", "村级"))),
        "chief_name": ("name", person.name),
        "chief": ("id", person.number),
        "place": ("point", truth.a_point(rng)),
    }


def patrol(rng, mark):
    """巡河记录."""
    person = truth.a_person(rng, 1960, 1990)
    return {
        "patrol": ("mark", "H" + mark),
        "reach": ("text", f"R-{rng.randrange(100):03d}"),
        "walked_on": ("date", truth.a_day(rng, datetime.date(2026, 1, 1))),
        "minutes": ("whole", rng.randrange(10, 300)),
        "metres": ("whole", rng.randrange(100, 9000)),
        "chief": ("id", person.number),
        "chief_name": ("name", person.name),
        "found": ("text", rng.choice(("岸边有垃圾", "排口异味，已上报；待复核", '水面"漂浮物"', "一处\n两处"))),
    }


def reading(rng, mark):
    """断面水质监测."""
    day = truth.a_day(rng, datetime.date(2026, 1, 1))
    measure = lambda low, high: Decimal(rng.randrange(low * 100, high * 100)) / 100  # noqa: E731
    return {
        "station": ("mark", "H" + mark),
        "reach": ("text", f"R-{rng.randrange(100):03d}"),
        "measured_at": ("time", datetime.datetime.combine(day, datetime.time(rng.randrange(1, 23)))),
        "oxygen_mg_l": ("measure", measure(1, 14)),
        "permanganate_mg_l": ("measure", measure(1, 20)),
        "ammonia_mg_l": ("measure", measure(1, 5)),
        "phosphorus_mg_l": ("measure", measure(1, 3)),
        "level_mm": ("level", rng.randrange(500, 4000)),
    }


DATASETS = {
    "bases.people.resident": resident, "bases.people.assistance": assistance, "bases.people.health_record": health_record,
    "bases.organisations.firm": firm, "bases.places.address": address, "topics.rivers.reach": reach,
    "topics.rivers.patrol": patrol, "topics.rivers.reading": reading,
}  # fmt: skip
REQUIRED = {
    "bases.people.resident": ("resident_id", "name", "born_on", "town"),
    "bases.people.assistance": ("resident_id", "name", "kind"),
    "bases.people.health_record": ("resident_id", "name", "updated_at"),
    "bases.organisations.firm": ("uscc", "name", "kind", "status", "established_on"),
    "bases.places.address": ("town", "text", "place"),
    "topics.rivers.reach": ("name", "river", "town", "rank"),
    "topics.rivers.patrol": ("reach", "walked_on", "chief"),
    "topics.rivers.reading": ("reach", "measured_at"),
}
PLAIN = {
    "money": lambda v: things.money(v), "date": lambda v: v.isoformat(), "month": lambda v: f"{v:%Y-%m}",
    "time": lambda v: f"{v:%Y-%m-%d %H:%M:%S}", "point": lambda v: f"{v[0]},{v[1]}", "sex": lambda v: words.SEX_WORD[v],
    "ethnic": lambda v: truth.NATIONS[v],
}  # fmt: skip


def a_row(dataset, rng, mark, *, rate=0.2, faults=0.22, doubts=0.14):
    """One row with spellings as they come; at most one fault or one doubt in it."""
    told = DATASETS[dataset](rng, mark)
    plain = {name: PLAIN.get(kind, str)(value) for name, (kind, value) in told.items()}
    row = Row(
        mark, dict(plain), {name: (value, *_other(kind, name, value)) for name, (kind, value) in told.items()}, plain
    )
    for name, (kind, _) in told.items():
        if kind in TABLES and rng.random() < rate:
            _spell(row, name, told[name], GOOD, rng, REQUIRED[dataset])
    dice = rng.random()
    if dice < faults + doubts:
        _spoil(row, told, BAD if dice < faults else EITHER, rng, REQUIRED[dataset])
    return row


def _other(kind, name, value):
    """What else a plain text may be kept as: a line feed made a blank, an industry without its section's letter."""
    if kind == "text":
        yield value.replace("\n", " ")
    if name == "industry" and len(value) > 1:
        yield value.lstrip("CF")


def _spoil(row, told, verdict, rng, required):
    if verdict == BAD and rng.random() < 0.12:
        name = rng.choice(required)
        row.cells[name] = rng.choice(("", " ", "NULL", "\\N", "无", "不详", "N/A", "\u3000"))
        row.labels[name] = "blank in a required column"
        row.verdict, row.blame = BAD, {name}
        return
    name = rng.choice([n for n, (kind, _) in told.items() if kind in TABLES])
    _spell(row, name, told[name], verdict, rng, required)


def _spell(row, name, told, verdict, rng, required):
    kind, value = told
    label = rng.choice(sorted(TABLES[kind][verdict]))
    said = TABLES[kind][verdict][label](value, rng)
    text, options = said if isinstance(said, tuple) else (said, (value,))
    if options is not ANY and None in options and name in required:
        return
    if text == row.plain[name]:
        return
    row.cells[name], row.options[name], row.labels[name] = text, options, f"{kind}: {label}"
    if verdict != GOOD:
        row.verdict = verdict
        row.blame = {name} | ALSO_BLAMED.get(name, set())
