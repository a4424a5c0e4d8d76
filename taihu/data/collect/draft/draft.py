"""Writes the dataset YAML that a foreign file suggests, for a steward to finish."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taihu.data.collect import child
from taihu.data.collect.draft.propose import Proposed, is_serial, propose
from taihu.data.collect.receive import clean_name
from taihu.terms.label import Level

PLAIN = re.compile(r"[\w一-鿿][\w一-鿿·/%²³℃-]*(?: [\w一-鿿]+)*")
ODD = {"yes", "no", "true", "false", "null", "on", "off", "y", "n"}


@dataclass(frozen=True)
class Draft:
    """The text of a dataset file, the name it suggests for that file, and what a steward should look at."""

    text: str
    name: str
    columns: tuple[Proposed, ...]
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def draft(path: Path, *, name: str = "", department: str = "") -> Draft:
    """The declaration that a file suggests. The file is read in a child; no value of it is quoted but the words of code
    lists that many rows share. Raises what `child.run` raises.
    """
    with tempfile.TemporaryDirectory(prefix="taihu-draft-") as folder:
        inner, out = Path(folder) / "inner", Path(folder) / "out"
        answer = child.run(child.Job(path.absolute(), clean_name(path.name), out, inner, purpose="draft"))
    found = answer["profile"]
    columns = propose(found["columns"])
    key, remark = _find_key(found, columns)
    title = _find_title(found, path)
    head = _write_head(found, path, title, department, columns, key, remark)
    text = "\n".join([*head, *_write_columns(columns, key), ""])
    return Draft(
        text, name or "dataset", tuple(columns), tuple((a, b) for a, b in found["facts"]), tuple(found["notes"])
    )


def _find_key(found: Mapping[str, Any], columns: Sequence[Proposed]) -> tuple[list[str], str]:
    """Names of the key's columns, and what to say of them."""
    by_position = {column.position: column.name for column in columns}
    key = [by_position[position] for position in found["key"] if position in by_position]
    if key:
        return key, "在本文件中没有重复也没有空值"
    likely = next((c.name for c in columns if c.standard in ("resident-id", "uscc")), columns[0].name)
    return [likely], "请确认：本文件中没有找到不重复、无空值的列"


def _find_title(found: Mapping[str, Any], path: Path) -> str:
    """The title above the table, else the file's name."""
    return found["title"] or clean_name(path.name).partition(".")[0] or "数据资源"


def _write_head(
    found: Mapping[str, Any],
    path: Path,
    title: str,
    department: str,
    columns: Sequence[Proposed],
    key: Sequence[str],
    remark: str,
) -> list[str]:
    """The lines above the columns. Levels, sharing and opening are proposals on the safe side."""
    of_people = any(column.about for column in columns)
    facts = "；".join(f"{name}：{text}" for name, text in found["facts"])
    presence = max((c.level for c in columns if c.kinds), default=Level.L2) if of_people else Level.L1
    lines = [f"# 由文件「{clean_name(path.name)}」起草（{facts}）。", "# 级别、共享、开放均为从严建议，请逐项核对。"]
    lines += [f"# {note}" for note in found["notes"]]
    skipped = [c["heading"] for c in found["columns"] if c["heading"] and is_serial(c)]
    lines += [f"# 未列入的行号列：{'、'.join(skipped)}。"] if skipped else []
    lines += [
        f"label: {quote(title)}",
        *([f"department: {department}"] if department else []),
        "every: month            # 请按实际更新周期填写：hour day week month quarter year once",
        "delivery: full          # 每次报送全部数据；只报变化时改为 changes",
        f"key: [{', '.join(key)}]    # {remark}",
        "share: conditional",
        f"open: {'forbidden' if of_people else 'restricted'}",
        f"presence: {min(presence, Level.L3).name if of_people else presence.name}",
        "columns:",
    ]
    return lines


def _write_columns(columns: Sequence[Proposed], key: Sequence[str]) -> list[str]:
    """One line a column, remarks behind it."""
    width = max(len(column.name) for column in columns) + 1
    lines = []
    for column in columns:
        items = ", ".join(f"{name}: {value}" for name, value in _list_items(column, key))
        remark = f"  # {'；'.join(column.why)}" if column.why else ""
        lines.append(f"  {column.name + ':':<{width}} {{{items}}}{remark}")
    return lines


def _list_items(column: Proposed, key: Sequence[str]) -> list[tuple[str, str]]:
    """The entries of one column in the order in which packs write them."""
    items = [
        ("label", quote(column.heading)),
        ("aliases", _list(column.aliases)),
        ("kind", quote(column.kind)),
        ("unit", column.unit),
        ("level", column.level.name),
        ("about", column.about),
        ("class", ", ".join(column.kinds) if len(column.kinds) < 2 else _list(column.kinds)),
        ("standard", column.standard),
        ("mask", column.mask),
        ("codes", _list(column.codes)),
        ("required", "yes" if column.is_required or column.name in key else ""),
        ("agrees", f"{{with: {column.agrees[0]}, on: {column.agrees[1]}}}" if column.agrees else ""),
    ]
    return [(name, value) for name, value in items if value]


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(quote(text) for text in texts)}]" if texts else ""


def quote(text: str) -> str:
    """A YAML scalar: bare where nothing in it means anything, else in single quotes."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain if PLAIN.fullmatch(plain) and plain.lower() not in ODD else "'" + plain.replace("'", "''") + "'"
