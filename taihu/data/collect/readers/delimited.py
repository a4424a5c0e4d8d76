"""Reads text tables: finds the delimiter, keeps line numbers as the sender's editor shows them, marks broken lines."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from taihu.data.collect.readers import encoding as encodings
from taihu.data.collect.readers.encoding import Encoding
from taihu.data.collect.readers.table import LONGEST_CELL, Line, check_line
from taihu.data.objects.reading import Fact

DELIMITERS = {",": "逗号", "\t": "制表符", ";": "分号", "|": "竖线"}
SAMPLE = 200
MOST_SPAN = 100  # lines that one quoted cell may run over


class Delimited:
    """A CSV or its like. A record that runs over several lines bears the number of its first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.encoding: Encoding = encodings.detect(path)
        self.delimiter = _sniff(list(itertools.islice(encodings.read_lines(path, self.encoding), SAMPLE)))
        self._well_formed = _write_pattern(self.delimiter)
        self.names: tuple[str, ...] = ()
        self.sheet = ""
        self.unit = "行"
        self.notes: list[str] = []
        self.facts = [
            Fact("encoding", "编码", self.encoding.title),
            Fact("delimiter", "分隔符", DELIMITERS.get(self.delimiter, "无（单列）")),
        ]
        if self.encoding.garbled:
            self.notes.append(
                f"{len(self.encoding.garbled)} 行含有损坏的字符，首见于第 {min(self.encoding.garbled)} 行。"
            )

    def lines(self) -> Iterator[Line]:
        """All records; a line with its record broken by a stray quote stands alone, so that no line is swallowed."""
        width = _Width()
        for number, text, is_last in self._join(width):
            cells = _parse(text, self.delimiter)
            check_line(number, cells)
            yield Line(number, cells, self._judge(number, text, is_last=is_last, is_narrow=len(cells) < width.usual))
            width.see(len(cells))

    def _judge(self, number: int, text: str, *, is_last: bool, is_narrow: bool) -> str:
        """What is wrong with a line before its cells are counted: cut at the end of the file, or damaged."""
        is_open = not text.endswith(("\n", "\r"))
        if is_last and is_open and (is_narrow or self.encoding.is_cut or text.count('"') % 2):
            return "cut"
        return "garbled" if number in self.encoding.garbled else ""

    def _join(self, width: _Width) -> Iterator[tuple[int, str, bool]]:
        """(line number, record, whether it is the last): lines are joined while a cell's quote is open."""
        waiting: list[str] = []
        for number, line, is_last in _mark_last(enumerate(encodings.read_lines(self.path, self.encoding), 1)):
            is_odd = line.count('"') % 2 == 1
            if not waiting and not (is_odd and _opens_cell(line, self.delimiter)):
                yield number, line, is_last
                continue
            waiting.append(line)
            first = number - len(waiting) + 1
            if len(waiting) > 1 and is_odd:
                yield from self._accept(first, waiting, is_last, width)
                waiting = []
            elif is_last or len(waiting) > MOST_SPAN or sum(map(len, waiting)) > LONGEST_CELL:
                yield from _split(first, waiting, is_last)
                waiting = []

    def _accept(self, first: int, lines: list[str], is_last: bool, width: _Width) -> Iterator[tuple[int, str, bool]]:
        """Joined lines as one record where it has the usual number of cells, else each line by itself."""
        record = "".join(lines)
        if self._is_one(record, lines[1:-1], width.usual):
            yield first, record, is_last
        else:
            yield from _split(first, lines, is_last)

    def _is_one(self, record: str, inner: list[str], usual: int) -> bool:
        """True for a well-formed record of the usual width, none of whose inner lines is a row by itself."""
        if not self._well_formed.fullmatch(record.rstrip("\r\n")):
            return False
        has_rows_inside = usual > 1 and any(len(_parse(line, self.delimiter)) == usual for line in inner)
        return not usual or (not has_rows_inside and len(_parse(record, self.delimiter)) == usual)


class _Width:
    """The number of cells that most lines had so far."""

    def __init__(self) -> None:
        self.seen: Counter[int] = Counter()
        self.usual = 0

    def see(self, cells: int) -> None:
        """Counts one line; after the sample the usual width stands."""
        if cells > 1 and self.seen.total() < SAMPLE:
            self.seen[cells] += 1
            self.usual = self.seen.most_common(1)[0][0]


def _write_pattern(delimiter: str) -> re.Pattern[str]:
    """Records whose quotes open at a cell's start and close at its end; possessive, so that it never backtracks."""
    cell = rf'(?:"(?:[^"]|"")*+"|[^"\r\n{re.escape(delimiter)}]*+)'
    return re.compile(rf"{cell}(?:{re.escape(delimiter)}{cell})*+")


def _mark_last(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str, bool]]:
    """Adds to each line whether it is the last."""
    held = next(lines, None)
    for following in lines:
        if held:
            yield (*held, False)
        held = following
    if held:
        yield (*held, True)


def _split(first: int, lines: list[str], is_last: bool) -> Iterator[tuple[int, str, bool]]:
    """Lines that no quote joins, one by one."""
    for offset, line in enumerate(lines):
        yield first + offset, line, is_last and offset == len(lines) - 1


def _opens_cell(line: str, delimiter: str) -> bool:
    """True where the quote left open stands at the start of a cell: `a,"b` does, `5"6` does not."""
    rest = re.sub(r'"(?:[^"]|"")*"', "", line)
    place = rest.rfind('"')
    return place == 0 or (place > 0 and rest[place - 1] == delimiter)


def _parse(text: str, delimiter: str) -> list[str]:
    """The cells of one record."""
    text = text.rstrip("\r\n") if '"' not in text else text
    if not text.strip("\r\n"):
        return []
    if '"' not in text:
        return text.split(delimiter)
    try:
        rows = list(csv.reader([text], delimiter=delimiter, quotechar='"', doublequote=True, strict=False))
    except csv.Error:
        return text.rstrip("\r\n").split(delimiter)
    return [cell.rstrip("\r\n") if n == len(rows[0]) - 1 else cell for n, cell in enumerate(rows[0])] if rows else []


def _sniff(lines: list[str]) -> str:
    """The delimiter that splits most lines into the same number of cells, the more cells the better."""
    csv.field_size_limit(LONGEST_CELL * 4)
    best = (0.0, ",")
    for delimiter in DELIMITERS:
        widths = Counter(len(_parse(line, delimiter)) for line in lines if line.strip())
        widths.pop(1, None)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = count * min(width, 20) ** 0.5
        best = max(best, (score, delimiter), key=lambda item: item[0])
    return best[1]
