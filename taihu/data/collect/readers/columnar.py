"""Reads Parquet by pyarrow, in a child of its own because the library is slow to load."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet

from taihu.data.collect.readers import child_main, documents
from taihu.data.collect.readers.table import Line, check_line
from taihu.data.collect.readers.workbook import write_value
from taihu.data.objects.reading import Fact
from taihu.terms import problem


class NotParquet(problem.Problem):
    """The Parquet file cannot be read."""

    code = "C-066"


class Columnar:
    """A Parquet file; rows are numbered from 1."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sheet = ""
        self.unit = "条"
        self.notes: list[str] = []
        self.facts: list[Fact] = []
        try:
            self.names = tuple(parquet.read_schema(path).names)
        except (pa.ArrowException, OSError):
            raise _refuse() from None

    def lines(self) -> Iterator[Line]:
        """All rows; page checksums are compared where the writer made them."""
        number = 0
        try:
            file = parquet.ParquetFile(self.path, page_checksum_verification=True)
            for batch in file.iter_batches(batch_size=4096):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    cells = [_write(value) for value in row]
                    check_line(number, cells, unit="条")
                    yield Line(number, cells)
        except (pa.ArrowException, OSError, UnicodeDecodeError):
            raise _refuse() from None


def _refuse() -> NotParquet:
    return NotParquet("Parquet 文件已损坏或不完整。", where="Parquet 文件", help="请重新导出后报送。")


def _write(value: object) -> str:
    if isinstance(value, str | list | dict):
        return documents.write_value(value)
    return value.hex() if isinstance(value, bytes) else write_value(value)


if __name__ == "__main__":
    child_main.main(lambda path, _form, _wanted: Columnar(path))
