"""Delimited text in the encodings and manners of departments."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from city.dirt.sheet import Sheet
from taihu.terms import fault


@dataclass(frozen=True)
class Manner:
    """How a department writes its text files."""

    encoding: str = "gb18030"
    delimiter: str = ","
    line_end: str = "\r\n"
    has_mark: bool = False
    quotes_all: bool = False


class DelimitedFile:
    """A file that grows by sheets; it counts its rows."""

    def __init__(self, path: Path, order: list[str], titles: dict[str, str], manner: Manner) -> None:
        self.path, self.rows = path, 0
        self._order, self._manner = order, manner
        path.parent.mkdir(parents=True, exist_ok=True)
        fault.point("city.write.delimited")
        self._stream: BinaryIO = path.open("wb")
        if manner.has_mark:
            self._stream.write("\ufeff".encode(manner.encoding))
        self._write([[titles[name] for name in order]])

    def write(self, sheet: Sheet) -> int:
        """Appends a sheet; returns the number of rows that stood before it."""
        before = self.rows
        self._write(list(zip(*(sheet.columns[name].tolist() for name in self._order), strict=True)))
        self.rows += len(sheet)
        return before

    def _write(self, rows: list[list[str]] | list[tuple[str, ...]]) -> None:
        """Encodes and writes rows."""
        text = io.StringIO(newline="")
        csv.writer(
            text,
            delimiter=self._manner.delimiter,
            lineterminator=self._manner.line_end,
            quoting=csv.QUOTE_ALL if self._manner.quotes_all else csv.QUOTE_MINIMAL,
        ).writerows(rows)
        fault.point("city.write.rows")
        self._stream.write(text.getvalue().encode(self._manner.encoding))

    def close(self) -> None:
        """Ends the file."""
        self._stream.close()


def cut(path: Path, share: float, encoding: str) -> int:
    """Cuts a file in the middle of a character, as a broken transfer does; returns how many whole lines are left."""
    content = path.read_bytes()
    at = int(len(content) * share)
    while at > 0 and _is_whole(content[content.rfind(b"\n", 0, at) + 1 : at], encoding):
        at -= 1
    fault.point("city.write.cut")
    path.write_bytes(content[:at])
    return content[:at].count(b"\n")


def _is_whole(line: bytes, encoding: str) -> bool:
    """True where no character is cut."""
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
