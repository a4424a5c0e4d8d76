"""Runs a method on CSV files, as `taihu method NAME --input FILE --output FILE` does."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from taihu.patterns.methods import run
from taihu.terms import entry, fault
from taihu.terms.figure import Figure
from taihu.terms.pack import Input, Method, UnknownName
from taihu.terms.shelf import Shelf
from taihu.terms.table import Table, read_cell, write_cell

FIGURE_COLUMNS = ("baseline", "low", "high", "n", "split")


def find_method(shelf: Shelf, name: str) -> Method:
    """The method of that name or full id; raises UnknownName where there is none or more than one."""
    methods = [method for pack in shelf.packs.values() for method in pack.methods]
    found = [method for method in methods if name in (method.name, method.id)]
    if len(found) != 1:
        raise UnknownName("方法", name, entry.tell_known(name, (method.id for method in methods)))
    return found[0]


def run_files(method: Method, inputs: Mapping[str, Path], output: Path, settings: Mapping[str, str]) -> run.Result:
    """Reads the inputs from UTF-8 CSV files, runs the method, and writes its rows beside their baselines."""
    declared = {item.name: item for item in method.inputs}
    unknown = [name for name in inputs if name not in declared]
    if unknown:
        raise run.NotAsked(
            f"方法没有名为 {', '.join(unknown)} 的输入", where=method.id, help=f"需要 {', '.join(declared)}"
        )
    tables = {name: read_table(declared[name], path) for name, path in inputs.items()}
    result = run.run(method, tables, settings)
    partial = output.with_name(f".{output.name}.part")
    fault.point("methods.files.write")
    partial.write_text(write_csv(result), encoding="utf-8", newline="")
    os.replace(partial, output)  # noqa: PTH105 - atomic on one file system
    return result


def read_table(declared: Input, path: Path) -> Table:
    """The declared columns of a CSV file; raises NotAsked with the line, never with the cell."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as caught:
        raise run.NotAsked("读不到输入文件", where=str(path), help=caught.strerror or "") from None
    except UnicodeDecodeError:
        raise run.NotAsked("输入文件不是 UTF-8", where=str(path), help="请另存为 UTF-8 编码的 CSV") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = [name for name, _ in declared.columns]
    missing = [name for name in names if name not in (reader.fieldnames or ())]
    if missing:
        found = ", ".join(reader.fieldnames or ())
        raise run.NotAsked(
            f"输入 {declared.name} 缺少列 {', '.join(missing)}",
            where=f"{path}:1",
            help=f"文件中有 {found}" if found else "文件是空的",
        )
    columns: dict[str, list[object]] = {name: [] for name in names}
    for row in reader:
        for name, kind in declared.columns:
            try:
                columns[name].append(read_cell(row[name], kind))
            except ValueError:
                raise run.NotAsked(
                    f"列 {name} 的值不是 {kind}", where=f"{path}:{reader.line_num}", help="请更正该行"
                ) from None
    return Table(columns)  # type: ignore[arg-type]  # each column holds cells of its kind


def write_csv(result: run.Result) -> str:
    """The rows as CSV; a figure takes its own column and five beside it, so that it never travels alone."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    head: list[str] = []
    for output in result.outputs:
        head.append(output.name)
        head += [f"{output.name}_{part}" for part in FIGURE_COLUMNS] if output.is_figure else []
    writer.writerow(head)
    for row in result.rows:
        writer.writerow(
            [
                cell
                for output, value in zip(result.outputs, row, strict=True)
                for cell in _write_cells(output.is_figure, value)
            ]
        )
    return stream.getvalue()


def _write_cells(is_figure: bool, value: object) -> Sequence[str]:
    if isinstance(value, Figure):
        return [
            f"{value.value:.6g}",
            f"{value.baseline:.6g}",
            f"{value.interval[0]:.6g}",
            f"{value.interval[1]:.6g}",
            str(value.n),
            value.split,
        ]
    return [""] * (1 + len(FIGURE_COLUMNS)) if is_figure else [write_cell(value)]
