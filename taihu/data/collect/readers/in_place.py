"""Decides whether a text table can be read where it lies, every line being one plain row of the right width."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from taihu.data.collect.readers import compose, heading_line, likeness
from taihu.data.collect.readers import encoding as encodings
from taihu.data.collect.readers.body import Body
from taihu.data.collect.readers.compose import Composed
from taihu.data.collect.readers.delimited import Delimited
from taihu.data.collect.readers.heading_line import Heading
from taihu.data.collect.readers.headings import Wanted
from taihu.data.collect.readers.table import Line, Listed
from taihu.data.objects.reading import DATUM, Reading
from taihu.terms import fault

LONGEST_LINE = 1_000_000
BLOCK = 1 << 20
SHORTEST = 10  # a line this much longer than its delimiters and as many blanks holds something
END = encodings.END.encode()
TAIL = 60  # lines at the end in which notes and totals are looked for


def read(table: Delimited, heading: Heading, wanted: Sequence[Wanted], out: Path) -> Composed | None:
    """The reading of the file itself, or of its plain transcription to UTF-8 in `out`; none where lines need mending."""
    encoding = table.encoding
    mapped = heading.mapped
    has_point = mapped.longitude is not None and mapped.latitude is not None
    if encoding.garbled or encoding.is_cut or has_point or not _has_plain_heading(table, heading):
        return None
    heading_line.check(heading, wanted, place=compose.place(table, heading))
    is_own = encoding.codec == "utf-8"
    if not is_own:
        _transcribe(table, out)
    rows = _count_plain(table.path if is_own else out, table.delimiter, heading)
    if rows is None:
        return None
    compose.check_rows(rows, table, heading)
    _check_sample(table, heading, wanted)
    names = {position: name for name, position in mapped.positions.items()}
    if mapped.datum is not None:
        names[mapped.datum] = DATUM
    reading = Reading(
        sha256="",
        rows=rows,
        layout=tuple(names.get(position, "") for position in range(len(heading.texts))),
        delimiter=table.delimiter,
        skip=heading.last_line,
        header_rows=heading.lines,
        units=compose.read_units(heading, wanted),
        facts=compose.tell_facts(table, heading, rows),
        notes=(*table.notes, *compose.tell_columns(heading, wanted)),
    )
    return Composed(reading, is_own)


def _has_plain_heading(table: Delimited, heading: Heading) -> bool:
    """True where no line up to the heading runs over several: then line numbers count rows."""
    if not heading.lines:
        return False
    numbers = [line.number for line in _take(table, heading.last_line)]
    return numbers == list(range(1, heading.last_line + 1))


def _take(table: Delimited, last: int) -> Iterator[Line]:
    for line in table.lines():
        if line.number > last:
            return
        yield line


def _transcribe(table: Delimited, out: Path) -> None:
    """Writes the file again in UTF-8, line by line."""
    fault.point("collect.transcribe.write")
    with out.open("w", encoding="utf-8", newline="") as file:
        file.writelines(encodings.read_lines(table.path, table.encoding))


def _count_plain(path: Path, delimiter: str, heading: Heading) -> int | None:
    """The rows below the heading, or none where one line is blank, broken, quoted oddly, repeated or a note."""
    plain = _Plain(delimiter, len(heading.texts) - 1)
    rows = 0
    tail: deque[bytes] = deque(maxlen=TAIL)
    with path.open("rb") as file:
        above = [file.readline() for _ in range(heading.last_line)]
        plain.ending = _ending(above[0])
        if not plain.ending or {_ending(line) for line in above} != {plain.ending}:
            return None
        known = {line.rstrip(b"\r\n") for line in above}
        while lines := file.readlines(BLOCK):
            if not plain.accepts_all(lines) and not all(map(plain.accepts, lines)):
                return None
            if not known.isdisjoint(line.rstrip(b"\r\n") for line in lines):
                return None
            rows += len(lines)
            tail.extend(lines[-TAIL:])
    return None if _has_notes(tail, delimiter, heading) else rows


def _ending(line: bytes) -> bytes:
    """How a line ends; nothing for the last one of a file that does not."""
    return b"\r\n" if line.endswith(b"\r\n") else b"\n" if line.endswith(b"\n") else b""


class _Plain:
    """Accepts lines that every CSV reader takes for the same row; all must end as the heading does."""

    def __init__(self, delimiter: str, delimiters: int) -> None:
        self.mark = delimiter.encode()
        self.delimiters = delimiters
        self.quoted = _write_pattern(delimiter)
        self.nothing = self.mark + b' "\r\n'
        self.ending = b""
        self.is_last = False

    def accepts_all(self, lines: Sequence[bytes]) -> bool:
        """True for a block of lines that are plain for sure; where not, each has to be looked at."""
        block = b"".join(lines)
        if not self.ending or b'"' in block or not block.endswith(self.ending):
            return False
        returns = len(lines) if self.ending == b"\r\n" else 0
        sizes = {len(line) for line in lines}
        return (
            not self.is_last
            and block.count(b"\r\n") == block.count(b"\r") == returns
            and min(sizes) > 2 * self.delimiters + SHORTEST
            and max(sizes) <= LONGEST_LINE
            and {line.count(self.mark) for line in lines} == {self.delimiters}
        )

    def accepts(self, line: bytes) -> bool:
        """One line more; a line without an end can only be the last."""
        if self.is_last or line.endswith(END) or not line.strip(self.nothing) or len(line) > LONGEST_LINE:
            return False
        ending = _ending(line)
        self.is_last = not ending
        if (ending and ending != self.ending) or line.count(b"\r") != ending.count(b"\r"):
            return False
        if b'"' not in line:
            return line.count(self.mark) == self.delimiters
        inside = sum(part.count(self.mark) for part in line.split(b'"')[::2])
        return inside == self.delimiters and self.quoted.fullmatch(line) is not None


def _write_pattern(delimiter: str) -> re.Pattern[bytes]:
    """Lines whose quotes open at a cell's start and close at its end; possessive, so that it never backtracks."""
    mark = re.escape(delimiter).encode()
    cell = rb'(?:"(?:[^"]|"")*+"|[^"\r\n' + mark + rb"]*+)"
    return re.compile(cell + rb"(?:" + mark + cell + rb")*+\r?\n?")


def _has_notes(tail: Sequence[bytes], delimiter: str, heading: Heading) -> bool:
    """True where the last lines are blank, notes or totals."""
    lines = [
        Line(heading.last_line + n, line.decode().strip("\r\n").split(delimiter)) for n, line in enumerate(tail, 1)
    ]
    body = Body(Listed(lines), replace(heading))
    return sum(1 for _ in body) != len(lines)


def _check_sample(table: Delimited, heading: Heading, wanted: Sequence[Wanted]) -> None:
    """Looks whether headings and values belong together; raises Swapped."""
    columns = [column for column in wanted if column.name in heading.mapped.positions]
    samples: dict[str, list[str]] = {column.name: [] for column in columns}
    for count, line in enumerate(Body(table, heading)):
        if count == compose.SAMPLE:
            break
        for name, position in heading.mapped.positions.items():
            samples[name].append(line.cells[position])
    likeness.check_swapped(columns, samples, place=compose.place(table, heading))
