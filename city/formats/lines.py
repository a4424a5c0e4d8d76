"""JSON objects, one a line, with the places of the lines beside them, so that an interface finds any page at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson

from city.dirt.sheet import Sheet
from taihu.terms import fault


class LinesFile:
    """`<stem>.jsonl` and `<stem>.places` (little-endian 64-bit offsets of the lines, and the end); grows by sheets."""

    def __init__(self, folder: Path, stem: str, order: list[str], titles: dict[str, str]) -> None:
        self.rows = self._at = 0
        self._order, self._heads = order, [titles[name] for name in order]
        folder.mkdir(parents=True, exist_ok=True)
        fault.point("city.write.records")
        self._lines = (folder / f"{stem}.jsonl").open("wb")
        self._places = (folder / f"{stem}.places").open("wb")

    def write(self, sheet: Sheet) -> int:
        """Appends a sheet; returns the number of rows that stood before it."""
        before = self.rows
        lines = [
            orjson.dumps(dict(zip(self._heads, row, strict=True)))
            for row in zip(*(sheet.columns[name].tolist() for name in self._order), strict=True)
        ]
        sizes = np.array([len(line) + 1 for line in lines], dtype=np.int64)
        starts = self._at + np.r_[0, np.cumsum(sizes)[:-1]] if len(sizes) else sizes
        fault.point("city.write.records.lines")
        self._places.write(starts.astype("<i8").tobytes())
        self._lines.write(b"".join(line + b"\n" for line in lines))
        self._at += int(sizes.sum())
        self.rows += len(sheet)
        return before

    def close(self) -> None:
        """Writes the end and closes both files."""
        fault.point("city.write.places")
        self._places.write(np.array([self._at], dtype="<i8").tobytes())
        self._places.close()
        self._lines.close()
