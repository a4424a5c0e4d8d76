"""Small tables in text, cells between pipes: how tests and dated parameters write their rows."""

from __future__ import annotations

from taihu.terms import placed

Rows = tuple[tuple[str, ...], ...]


def read_pipes(node: placed.Node, faults: placed.Faults) -> Rows:
    """The rows of a table in pipes, the head first; every row has the width of the head, empty cells mean nothing."""
    if not isinstance(node, placed.Text):
        faults.add(node, "is no table", "cells between pipes, one row a line, after `|`")
        return ()
    rows = [tuple(cell.strip() for cell in _inner(line).split("|")) for line in node.value.splitlines() if line.strip()]
    if not rows:
        faults.add(node, "is an empty table", "at least a head: column | column")
        return ()
    for number, row in enumerate(rows):
        if len(row) != len(rows[0]):
            faults.add(node, f"has {len(row)} cells in row {number}", f"the head has {len(rows[0])}", "mind the pipes")
            return ()
    if len(set(rows[0])) != len(rows[0]) or "" in rows[0]:
        faults.add(node, "has a doubled or empty column in its head", "column names are unique")
        return ()
    return tuple(rows)


def _inner(line: str) -> str:
    stripped = line.strip()
    return stripped[1:-1] if stripped.startswith("|") and stripped.endswith("|") and len(stripped) > 1 else stripped
