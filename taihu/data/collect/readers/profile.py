"""Profiles an unknown table for a draft: where its heading is, and per column what the values are like."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from taihu.data.collect.readers import compose, heading_line, likeness
from taihu.data.collect.readers.body import Body
from taihu.data.collect.readers.heading_line import Heading
from taihu.data.collect.readers.headings import Mapped
from taihu.data.collect.readers.table import Line, Table, name_column
from taihu.terms import identifiers

MOST_ROWS = 300_000
MOST_WORDS = 40
RARE = 3  # a word that fewer rows have may tell of one person: it is never shown
PAIRED = 6
INSIDE = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
PLAIN_WHOLE = re.compile(r"[-+]?(?:0|[1-9]\d{0,17}|[1-9]\d{0,2}(?:,\d{3})+)")
TRUTHS = ({"是", "否"}, {"有", "无"}, {"TRUE", "FALSE"}, {"Y", "N"}, {"YES", "NO"}, {"0", "1"})

TESTS: Mapping[str, Callable[[str], bool]] = {
    **{name: likeness.STANDARDS[name] for name in ("resident-id", "uscc", "phone", "bank-account", "division", "sex")},
    "date": lambda value: likeness.DATE.fullmatch(value) is not None,
    "time": lambda value: likeness.TIME.fullmatch(value) is not None,
    "point": likeness.KINDS["point"],
    "int": lambda value: PLAIN_WHOLE.fullmatch(value) is not None,
    "decimal": lambda value: likeness.DECIMAL.fullmatch(value) is not None,
    "inside": lambda value: INSIDE.search(value) is not None,
}
CHECKS: Mapping[str, Callable[[str], bool]] = {
    "resident-id": lambda value: identifiers.find_fault("resident-id", identifiers.read("resident-id", value)) is None,
    "uscc": lambda value: identifiers.find_fault("uscc", identifiers.read("uscc", value)) is None,
    "bank-account": lambda value: identifiers.has_luhn(value),
}


@dataclass
class Profile:
    """What one column's values are like; no value of it but words that many rows share."""

    heading: str
    readings: tuple[str, ...]
    rows: int = 0
    filled: int = 0
    longest: int = 0
    whole_digits: int = 0
    scale: int = 0
    fits: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    seen: set[int] = field(default_factory=set)
    twice: int = 0

    def see(self, cell: str) -> None:
        """Counts one cell."""
        self.rows += 1
        if likeness.is_blank(cell):
            return
        self.filled += 1
        value = likeness.tidy(cell)
        self.longest = max(self.longest, len(cell.strip()))
        mark = hash(value)
        self.twice += mark in self.seen
        self.seen.add(mark)
        if len(self.words) <= MOST_WORDS:
            self.words[cell.strip()] += 1
        for name, test in TESTS.items():
            if test(value):
                self.fits[name] += 1
                if name in CHECKS and CHECKS[name](value):
                    self.checked[name] += 1
        self._measure(value)

    def _measure(self, value: str) -> None:
        """How many digits a number has before and after its point."""
        if likeness.DECIMAL.fullmatch(value):
            whole, _point, part = value.lstrip("+-").replace(",", "").partition(".")
            self.whole_digits = max(self.whole_digits, len(whole.lstrip("0")))
            self.scale = max(self.scale, len(part))

    def tell(self) -> dict[str, Any]:
        """The profile as the parent reads it."""
        shares = {name: round(count / self.filled, 4) for name, count in self.fits.items()} if self.filled else {}
        return {
            "heading": self.heading,
            "readings": self.readings,
            "rows": self.rows,
            "filled": self.filled,
            "longest": self.longest,
            "whole_digits": self.whole_digits,
            "scale": self.scale,
            "shares": shares,
            "checked": {name: round(self.checked[name] / self.fits[name], 4) for name in CHECKS if self.fits[name]},
            "is_unique": self.twice == 0 and self.filled == self.rows > 0,
            "is_serial": self._is_serial(),
            "is_truth": bool(self.words) and any(set(map(likeness.tidy, self.words)) <= truth for truth in TRUTHS),
            "words": self._tell_words(),
        }

    def _is_serial(self) -> bool:
        """True for a running number: as many different whole numbers as rows, none larger than twice their count."""
        is_whole = self.filled > 1 and self.fits["int"] == self.filled
        return is_whole and self.twice == 0 and self.whole_digits <= len(str(self.rows * 2))

    def _tell_words(self) -> list[str]:
        """The words of a code list: few, short, each in several rows."""
        distinct = len(self.words)
        if not 2 <= distinct <= MOST_WORDS or self.filled < max(20, distinct * 4):
            return []
        if min(self.words.values()) < RARE or max(map(len, self.words)) > 20:
            return []
        return [word for word, _count in self.words.most_common()]


def profile(table: Table) -> dict[str, Any]:
    """Everything that a draft needs; raises NoHeading, NoRows."""
    heading = find_heading(table)
    combined = heading_readings(table, heading)
    columns = [Profile(text, readings) for text, readings in zip(heading.texts, combined, strict=True)]
    body = Body(table, heading)
    sample: list[Sequence[str]] = []
    for line in itertools.islice(body, MOST_ROWS):
        cells = [*line.cells[: len(columns)], *[""] * (len(columns) - len(line.cells))]
        for column, cell in zip(columns, cells, strict=True):
            column.see(cell)
        sample.append(cells)
    compose.check_rows(body.rows, table, heading)
    told = [column.tell() for column in columns]
    return {
        "columns": told,
        "key": find_key(told, sample),
        "title": find_title(table, heading),
        "unit": heading.unit,
        "sheet": table.sheet,
        "letters": [name_column(n) for n in range(len(columns))] if table.sheet else [],
        "facts": [
            [fact.title, fact.text] for fact in compose.tell_facts(table, heading, body.rows) if fact.name != "columns"
        ],
        "notes": [*table.notes, *body.tell()],
    }


def find_heading(table: Table) -> Heading:
    """The line, or lines, that read most like headings; raises NoHeading, NoRows."""
    if table.names:
        return Heading((), table.names, Mapped())
    top = list(itertools.islice(table.lines(), heading_line.SEARCHED))
    if not any(any(cell.strip() for cell in line.cells) for line in top):
        raise heading_line.NoRows("文件是空的。", where="第 1 行", help="请换一个有数据的文件。")
    usual = Counter(sum(bool(c.strip()) for c in line.cells) for line in top).most_common()
    width = max(count for count, times in usual if times == usual[0][1])
    scored = [
        (_score(readings, width), -depth, -first, readings)
        for first, depth, readings in heading_line.list_candidates(top)
    ]
    best = max(scored, key=lambda found: found[:3])
    if best[0] <= 0:
        raise heading_line.NoHeading(
            f"前 {len(top)} 行中没有找到表头。",
            where=f"第 {top[0].number}—{top[-1].number} 行",
            help="请加上一行列名后重试。",
        )
    first, depth, readings = -best[2], -best[1], best[3]
    used = top[first : first + depth]
    found = heading_line.UNIT_LINE.search(" ".join(c for line in top[: first + depth] for c in line.cells))
    return Heading(
        tuple(line.number for line in used),
        tuple(_shorten(texts) for texts in readings),
        Mapped(),
        found[1] if found else "",
        tuple(tuple(cell.strip() for cell in line.cells) for line in used),
    )


def heading_readings(table: Table, heading: Heading) -> list[tuple[str, ...]]:
    """All ways to read each heading, the one shown first."""
    if not heading.lines:
        return [(text,) for text in heading.texts]
    rows = [
        line.cells for line in itertools.islice(table.lines(), heading_line.SEARCHED) if line.number in heading.lines
    ]
    return [(text, *readings) for text, readings in zip(heading.texts, heading_line.combine(rows), strict=True)]


def _shorten(readings: Sequence[str]) -> str:
    """The fullest reading; one line of text."""
    return " ".join(readings[0].split())


def _score(readings: Sequence[Sequence[str]], width: int) -> float:
    """How much a group of lines is like headings: as wide as the table, different words, usual endings, no values."""
    texts = [texts[0] for texts in readings if texts[0]]
    if len(texts) < max(1, 0.6 * width) or not texts:
        return 0.0
    values = sum(bool(heading_line.VALUE.search(text)) or len(text) > 40 for text in texts)
    usual = sum(bool(heading_line.USUAL.search(text)) for text in texts)
    repeated = len(texts) - len(set(texts))
    return len(texts) + usual - 3.0 * values - 2.0 * repeated


def find_title(table: Table, heading: Heading) -> str:
    """The title above the heading: the first line there that says one thing."""
    for line in _above(table, heading):
        said = list(dict.fromkeys(cell.strip() for cell in line.cells if cell.strip()))
        if len(said) == 1 and 2 <= len(said[0]) <= 60 and not heading_line.UNIT_LINE.search(said[0]):
            return " ".join(said[0].split())
    return ""


def _above(table: Table, heading: Heading) -> Iterator[Line]:
    for line in table.lines():
        if not heading.lines or line.number >= heading.lines[0]:
            return
        yield line


def find_key(columns: Sequence[Mapping[str, Any]], sample: Sequence[Sequence[str]]) -> list[int]:
    """Positions of the key: one unique column, an identifier rather than another, else a pair; else nothing."""
    complete = [
        n for n, c in enumerate(columns) if c["filled"] == c["rows"] and not c["is_serial"] and c["longest"] <= 60
    ]
    ranked = sorted(complete, key=lambda n: (_rank(columns[n]), n))
    for n in ranked:
        if columns[n]["is_unique"] and _rank(columns[n]) < 4:
            return [n]
    for pair in itertools.combinations(ranked[:PAIRED], 2):
        if len({tuple(likeness.tidy(row[n]) for n in pair) for row in sample}) == len(sample):
            return sorted(pair)
    return []


def _rank(column: Mapping[str, Any]) -> int:
    """Identifiers first, then numbers of files, then other texts; amounts and times never."""
    shares = column["shares"]
    if max(shares.get("resident-id", 0), shares.get("uscc", 0)) >= likeness.ENOUGH:
        return 0
    if re.search(r"(编号|编码|代码|单号|证号|号码|号|(?i:\bid|code|no))$", column["heading"]):
        return 1
    if max(shares.get("date", 0), shares.get("time", 0)) >= likeness.ENOUGH:
        return 3
    return 4 if shares.get("decimal", 0) >= likeness.ENOUGH else 2
