"""Profiles an unknown table for a draft: where its heading is, and per column what the values are like."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from taihu.data.collect.readers import compose, heading_line, keys, likeness
from taihu.data.collect.readers.body import Body
from taihu.data.collect.readers.heading_line import Heading
from taihu.data.collect.readers.headings import Mapped
from taihu.data.collect.readers.table import Line, Table, name_column
from taihu.terms import identifiers

MOST_ROWS = 300_000
MOST_WORDS = 40
MOST_KNOWN = 50_000
DIGIT = re.compile(r"\d")
RARE = 3  # a word that fewer rows have may tell of one person: it is never shown
INSIDE = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
# The hundred most frequent surnames, and some of two characters.
PERSON = re.compile(
    "(?:[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤费闵钮]|"
    "欧阳|上官|诸葛|司马|司徒|慕容|令狐)[一-鿿]{1,2}"
)
DAY = re.compile(r"(?:18|19|20)\d{2}(?:[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?|\d{4})")
AREA_PHONE = re.compile(r"\(?0\d{2,3}\)?[- ]?[2-9]\d{6,7}(?:[-转]\d{1,6})?")
PLAIN_WHOLE = re.compile(r"[-+]?(?:0|[1-9]\d{0,17}|[1-9]\d{0,2}(?:,\d{3})+)")
TRUTHS = ({"是", "否"}, {"有", "无"}, {"TRUE", "FALSE"}, {"Y", "N"}, {"YES", "NO"}, {"0", "1"})

TESTS: Mapping[str, Callable[[str], bool]] = {
    **{name: likeness.STANDARDS[name] for name in ("resident-id", "uscc", "division", "sex")},
    # Stricter than what a declared phone may be: eight digits alone could be a day or an amount.
    "phone": lambda value: bool(likeness.MOBILE.fullmatch(value) or AREA_PHONE.fullmatch(value)),
    "bank-account": lambda value: bool(likeness.ACCOUNT.fullmatch(value)) and not likeness.RESIDENT.fullmatch(value),
    "date": lambda value: likeness.DATE.fullmatch(value) is not None,
    "day": lambda value: DAY.fullmatch(value) is not None,
    "time": lambda value: likeness.TIME.fullmatch(value) is not None,
    "point": likeness.KINDS["point"],
    "int": lambda value: PLAIN_WHOLE.fullmatch(value) is not None,
    "decimal": lambda value: likeness.DECIMAL.fullmatch(value) is not None,
    "person": lambda value: PERSON.fullmatch(value) is not None,
    "inside": lambda value: INSIDE.search(value) is not None,
}
WORDY = ("sex", "person")  # tests that a value without digits can pass
CHECKS: Mapping[str, Callable[[str], bool]] = {
    "resident-id": lambda value: identifiers.find_fault("resident-id", identifiers.read("resident-id", value)) is None,
    "uscc": lambda value: identifiers.find_fault("uscc", identifiers.read("uscc", value)) is None,
    "bank-account": lambda value: identifiers.has_luhn(value),
}


@dataclass
class Profile:
    """What one column's values are like; no value of it but words that many rows share.

    Equal values are counted first and looked at once; beyond `MOST_KNOWN` different ones each by itself.
    """

    heading: str
    readings: tuple[str, ...]
    rows: int = 0
    filled: int = 0
    longest: int = 0
    whole_digits: int = 0
    scale: int = 0
    fits: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    counts: dict[str, int] = field(default_factory=dict)
    others: set[int] = field(default_factory=set)

    def see(self, cell: str) -> None:
        """Counts one cell."""
        self.rows += 1
        if cell in self.counts:
            self.counts[cell] += 1
        elif len(self.counts) < MOST_KNOWN:
            self.counts[cell] = 1
        else:
            self.others.add(hash(cell))
            self._look(cell, 1)

    def _look(self, cell: str, times: int) -> None:
        """What a value is like, and which check digits are right. Nothing is a number that has no digit."""
        value = likeness.tidy(cell)
        if value.lower() in likeness.BLANKS:
            return
        self.filled += times
        self.longest = max(self.longest, len(value))
        self._measure(value)
        for name in TESTS if DIGIT.search(value) else WORDY:
            if TESTS[name](value):
                self.fits[name] += times
                if name in CHECKS and CHECKS[name](value):
                    self.checked[name] += times

    def _measure(self, value: str) -> None:
        """How many digits a number has before and after its point."""
        if likeness.DECIMAL.fullmatch(value):
            whole, _point, part = value.lstrip("+-").replace(",", "").partition(".")
            self.whole_digits = max(self.whole_digits, len(whole.lstrip("0")))
            self.scale = max(self.scale, len(part))

    @property
    def words(self) -> dict[str, int]:
        """The different values, where they are few."""
        if self.others or len(self.counts) > 2 * MOST_WORDS:
            return {}
        return {cell.strip(): times for cell, times in self.counts.items() if not likeness.is_blank(cell)}

    @property
    def is_different(self) -> bool:
        """True where no two rows have the same value."""
        return self.filled == len(self.counts) + len(self.others) == self.rows

    def tell(self) -> dict[str, Any]:
        """The profile as the parent reads it; called once, after the last cell."""
        for cell, times in self.counts.items():
            self._look(cell, times)
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
            "is_unique": self.is_different and self.rows > 0,
            "is_serial": self._is_serial(),
            "is_truth": bool(self.words) and any(set(map(likeness.tidy, self.words)) <= truth for truth in TRUTHS),
            "words": self._tell_words(),
        }

    def _is_serial(self) -> bool:
        """True for a running number: as many different whole numbers as rows, none larger than twice their count."""
        is_whole = self.filled > 1 and self.fits["int"] == self.filled
        return is_whole and self.is_different and self.whole_digits <= len(str(self.rows * 2))

    def _tell_words(self) -> list[str]:
        """The words of a code list: few, short, each in several rows."""
        words = self.words
        distinct = len(words)
        if not 2 <= distinct <= MOST_WORDS or self.filled < max(20, distinct * 4):
            return []
        if min(words.values()) < RARE or max(map(len, words)) > 20:
            return []
        return sorted(words, key=lambda word: -words[word])


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
        "key": keys.find_key(told, sample),
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
        _shorten(readings),
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


def _shorten(readings: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """For each column its own line of the heading where no other column says the same, else all its lines."""
    own = [texts[min(1, len(texts) - 1)] for texts in readings]
    counts = Counter(own)
    chosen = (text if counts[text] == 1 else texts[0] for text, texts in zip(own, readings, strict=True))
    return tuple(" ".join(text.split()) for text in chosen)


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
