"""Deliveries of two cities that differ only in what is above L1: made from the datasets' own declarations."""

from __future__ import annotations

import csv
import datetime
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taihu.terms import identifiers
from taihu.terms.dataset import Column, Dataset
from taihu.terms.label import PUBLIC
from taihu.terms.shelf import Shelf
from taihu.terms.zone import Zone

WORDS = "太湖长兴安吉德清南浔织里城区河港桥塘新民康泰和顺利达"
HANDS = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林罗郑伟芳娜敏静丽强磊军洋艳勇杰娟涛明超秀霞平刚桂英"
TOWNS = ("330502001", "330502002", "330502100")
INDUSTRIES = ("A01", "C13", "F52", "I64")
# What a standard's value looks like when it is broken: refine sends the row back.
BROKEN = {"resident-id": "330502199001010018", "phone": "1385726191X", "bank-account": "12-34"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file of one dataset."""

    dataset: str
    filename: str
    body: bytes


def write_deliveries(shelf: Shelf, *, seed: int, secret: int, only: Sequence[str] = ()) -> Iterator[Delivery]:
    """A file for each dataset that departments send, or some. `seed` makes all that is L1, `secret` all that is not."""
    for dataset in shelf.datasets():
        if dataset.zone is Zone.GOVERNED and (not only or dataset.name in only):
            rows = _Rows(dataset, seed=seed, secret=secret)
            yield Delivery(dataset.id, f"{dataset.name}.csv", rows.to_csv())


def is_open(column: Column) -> bool:
    """True for a column that is no secret from anybody."""
    return column.label.is_within(PUBLIC)


class _Rows:
    """The rows of one dataset in one city.

    Where presence is L1 both cities have the same rows, and the same rows go back, but for other reasons; where it
    is not, the cities do not even have as many.
    """

    def __init__(self, dataset: Dataset, *, seed: int, secret: int) -> None:
        self._dataset = dataset
        hidden = random.Random(f"{seed}:{secret}:{dataset.id}")
        self._open = random.Random(f"{seed}:{dataset.id}") if dataset.presence.is_within(PUBLIC) else hidden
        self._hidden = hidden

    def to_csv(self) -> bytes:
        """The delivery as a department sends it."""
        stream = io.StringIO()
        writer = csv.writer(stream)
        writer.writerow([column.title for column in self._dataset.columns])
        rows = [self._row(number) for number in range(self._open.randint(18, 30))]
        for number in sorted(self._open.sample(range(len(rows)), 3)):
            self._break(rows[number])
        self._open.shuffle(rows)
        writer.writerows([row[column.name] for column in self._dataset.columns] for row in rows)
        return stream.getvalue().encode()

    def _row(self, number: int) -> dict[str, str]:
        row: dict[str, str] = {}
        columns = self._dataset.columns
        for column in sorted(columns, key=lambda one: bool(one.agrees)):
            chance = self._open if is_open(column) else self._hidden
            # The same number of draws, whatever comes of them: what is empty shifts nothing.
            value, is_empty = _value(column, number, chance, row), chance.random() < 0.2
            may_be_empty = not column.is_required and column.name not in self._dataset.key
            row[column.name] = "" if is_empty and may_be_empty else value
        return row

    def _break(self, row: dict[str, str]) -> None:
        """Makes the row one that goes back: by a column that is hidden where there is one."""
        breakable = [c for c in self._dataset.columns if c.standard in BROKEN or c.range_from is not None or c.codes]
        hidden = [column for column in breakable if not is_open(column)]
        chosen = self._hidden.choice(hidden) if hidden else None
        if chosen is not None:
            row[chosen.name] = BROKEN.get(chosen.standard, "无此值")
            return
        dated = [column for column in self._dataset.columns if column.kind.name in ("date", "time")]
        for column in (breakable or dated)[:1]:
            row[column.name] = "无此值"


def _value(column: Column, number: int, chance: random.Random, row: dict[str, str]) -> str:
    if column.agrees is not None:
        return _agree(column.agrees.on, row[column.agrees.column])
    if column.codes:
        return chance.choice(column.codes)
    if column.standard in STANDARDS:
        return STANDARDS[column.standard](chance, number)
    return KINDS[column.kind.name](chance, number, column)


def _agree(on: str, identifier: str) -> str:
    if on == "sex":
        return identifiers.sex_of(identifier)
    if on == "born":
        born = identifiers.born_of(identifier)
        return born.isoformat() if born else ""
    return identifiers.division_of(identifier)


def _day(chance: random.Random, first: int, last: int) -> datetime.date:
    begin, end = datetime.date(first, 1, 1).toordinal(), datetime.date(last, 10, 1).toordinal()
    return datetime.date.fromordinal(chance.randint(begin, end))


def _resident(chance: random.Random, number: int) -> str:
    first = f"330502{_day(chance, 1950, 2005):%Y%m%d}{chance.randint(0, 9)}{number % 100:02d}"
    return first + identifiers.resident_check(first)


def _uscc(chance: random.Random, number: int) -> str:
    body = f"MA{chance.randint(100, 999)}{number % 1000:03d}"
    first = f"91330502{body}{identifiers.org_check(body)}"
    return first + identifiers.uscc_check(first)


def _account(chance: random.Random, number: int) -> str:
    first = f"62284{chance.randint(10**12, 10**13 - 1)}"
    return next(first + digit for digit in "0123456789" if identifiers.has_luhn(first + digit))


STANDARDS = {
    "resident-id": _resident,
    "uscc": _uscc,
    "bank-account": _account,
    # Few numbers, so that some are shared: what joins bodies must not be what nobody may see.
    "phone": lambda chance, number: f"139572000{chance.randint(10, 40)}",
    "division": lambda chance, number: chance.choice(TOWNS),
    "sex": lambda chance, number: chance.choice(("男", "女")),
    "ethnic-group": lambda chance, number: chance.choice(("汉族", "回族", "畲族")),
    "industry": lambda chance, number: chance.choice(INDUSTRIES),
}


def _text(chance: random.Random, number: int, column: Column) -> str:
    if column.mask == "name":
        return "".join(chance.choice(HANDS) for _ in range(chance.randint(2, 3)))
    if column.name == "name":
        # Bodies that bear one name in several lists: whether they are one body is what linking finds out.
        return f"湖州{WORDS[number % 12 : number % 12 + 4]}有限公司"
    return "".join(chance.choice(WORDS) for _ in range(chance.randint(2, 6))) + f"{number:03d}"


def _number(chance: random.Random, number: int, column: Column) -> str:
    return str(chance.randint(int(column.range_from or 0), int(min(column.range_to or 20_000, 20_000))))


KINDS = {
    "text": _text,
    "code": _text,
    "int": _number,
    "decimal": lambda chance, number, column: (
        f"{_number(chance, number, column)}.{chance.randint(0, 999):03d}"
        if column.range_to is None
        else _number(chance, number, column)
    ),
    "date": lambda chance, number, column: _day(chance, 2015, 2026).isoformat(),
    "time": lambda chance, number, column: f"{_day(chance, 2026, 2026)} {chance.randint(0, 23):02d}:00:00",
    "bool": lambda chance, number, column: chance.choice(("是", "否")),
    "point": lambda chance, number, column: f"POINT(120.{chance.randint(1000, 9999)} 30.{chance.randint(5000, 9999)})",
}
