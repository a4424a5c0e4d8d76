"""What is so: people, firms and places of a city that this folder invents for itself, with numbers that are right."""

import csv
import datetime
from dataclasses import dataclass
from pathlib import Path
from random import Random

STANDARDS = Path(__file__).resolve().parents[2] / "packs" / "standards"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严"
GIVEN = "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红鹏飞建国志文海燕春梅雪峰晨浩宇轩子涵梓怡欣悦嘉诚思远一鸣俊泽雨桐若曦诗琪"
RARE = ("张㐂", "王𠮷", "李䶮", "吴喆翀", "陈堃", "沈𬱖", "閻錫山", "张", "欧阳修远")
DOTTED = ("阿依古丽·买买提", "迪丽热巴·迪力木拉提", "尼玛·次仁", "古力娜扎·拜合提亚尔")
ROADS = ("人民路", "建设路", "红旗路", "太湖路", "苕溪东路", "文苑弄", "漾西老街", "环城北路")
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ALL_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Person:
    """One resident: number, name, sex and birthday agree."""

    number: str
    name: str
    sex: str
    born: datetime.date


def _mod(numbers, weights, base):
    return sum(n * w for n, w in zip(numbers, weights, strict=True)) % base


def check_person(seventeen):
    """The last character of an identity number: powers of two modulo eleven, so that the whole is one."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(seventeen))
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def number_of(born, sex, place, rng):
    """An identity number for that birthday, sex and place."""
    order = rng.randrange(1, 499) * 2 - (1 if sex == "1" else 0)
    first = f"{place}{born:%Y%m%d}{order:03d}"
    return first + check_person(first)


def a_person(rng, first_year=1935, last_year=2015):
    """Somebody."""
    start = datetime.date(first_year, 1, 2)
    born = start + datetime.timedelta(days=rng.randrange((datetime.date(last_year, 12, 31) - start).days))
    sex = rng.choice("12")
    place = rng.choice(("330501", "330502", "330503", "330521", "330522", "330523", "330511", "342524", "320584"))
    return Person(number_of(born, sex, place, rng), a_name(rng), sex, born)


def a_name(rng):
    """A name as people bear them, rare characters and long names among them."""
    dice = rng.random()
    if dice < 0.04:
        return rng.choice(RARE)
    if dice < 0.07:
        return rng.choice(DOTTED)
    return rng.choice(SURNAMES) + "".join(rng.choice(GIVEN) for _ in range(rng.choice((1, 2, 2, 2))))


def organisation(rng):
    """Nine characters of GB 11714."""
    eight = "".join(rng.choice(LETTERS) for _ in range(8))
    rest = 11 - _mod([ALL_LETTERS.index(c) for c in eight], (3, 7, 9, 10, 5, 8, 4, 2), 11)
    return eight + {10: "X", 11: "0"}.get(rest, str(rest))


def a_firm_code(rng):
    """Eighteen characters of GB 32100, the organisation code inside right too."""
    head = rng.choice(("91", "92", "93")) + rng.choice(("330502", "330503", "330521", "330522", "330523", "330500"))
    first = head + organisation(rng)
    total = sum(LETTERS.index(c) * pow(3, place, 31) for place, c in enumerate(first))
    return first + LETTERS[(31 - total % 31) % 31]


def a_card(rng):
    """A bank card of nineteen digits with its Luhn digit."""
    first = "62284803" + "".join(rng.choice("0123456789") for _ in range(10))
    doubled = [sum(divmod(int(d) * (2 if place % 2 == 0 else 1), 10)) for place, d in enumerate(reversed(first))]
    return first + str(-sum(doubled) % 10)


def a_phone(rng):
    """A mobile number."""
    return "1" + rng.choice("3456789") + "".join(rng.choice("0123456789") for _ in range(9))


def read_places():
    """Towns and their villages from the city's list, by code."""
    with (STANDARDS / "divisions.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.reader(lines) if row and not row[0].startswith("#")]
    towns = {row[0]: row[1] for row in rows if len(row[0]) == 9}
    villages = {row[0]: row[1] for row in rows if len(row[0]) == 12}
    return towns, villages


TOWNS, VILLAGES = read_places()
NATIONS = {
    "01": "汉族",
    "02": "蒙古族",
    "03": "回族",
    "06": "苗族",
    "15": "土家族",
    "11": "满族",
    "08": "壮族",
    "22": "畲族",
}


def a_town(rng):
    """The code of a town."""
    return rng.choice(sorted(TOWNS))


def a_point(rng):
    """Longitude and latitude inside the city, six places."""
    return round(rng.uniform(119.5, 120.3), 6), round(rng.uniform(30.5, 31.0), 6)


def a_day(rng, first=datetime.date(2016, 1, 1), last=datetime.date(2026, 11, 20)):
    """A day that is no default of any system."""
    return first + datetime.timedelta(days=rng.randrange(1, (last - first).days))


def seeded(seed):
    """A source of chance that only the seed decides."""
    return Random(seed)
