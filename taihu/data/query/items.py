"""The items of SELECT: stars spread out, names of output columns, and what a name or number after them means."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from sqlglot import exp

from taihu.data.query import expressions, formulas, refusals
from taihu.data.query.names import Reach, Reading
from taihu.data.query.place import Place


@dataclasses.dataclass(frozen=True)
class Item:
    """One output column: its name ("" where none was given) and its expression."""

    name: str
    expr: formulas.Expr
    at: Place


def read_items(reading: Reading, select: exp.Select, reach: Reach) -> list[Item]:
    """All output columns; an alias may be used by the items after it."""
    found: list[Item] = []
    for node in select.expressions:
        known = {item.name.lower(): item.expr for item in reversed(found) if item.name}
        here = dataclasses.replace(reach, aliases=known)
        if isinstance(node, exp.Star):
            found += _star(reading, node, reach, None)
        elif isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
            reading.only(node, "this", "table")
            found += _star(reading, node.this, reach, node.args["table"].name)
        elif isinstance(node, exp.Alias):
            reading.only(node, "this", "alias")
            found.append(Item(node.alias, expressions.read(reading, node.this, here), reading.at(node)))
        else:
            name = node.name if isinstance(node, exp.Column) else ""
            found.append(Item(name, expressions.read(reading, node, here), reading.at(node)))
    if not found:
        raise reading.not_allowed(select, "没有列的 SELECT")
    return found


def _star(reading: Reading, node: exp.Star, reach: Reach, alias: str | None) -> Iterable[Item]:
    """The columns of `*` or `t.*`, with EXCLUDE and REPLACE."""
    reading.only(node, "except_", "replace")
    at = reading.at(node)
    columns = _of_alias(reach, alias, at) if alias is not None else reach.visible()
    if not columns:
        raise reading.not_allowed(node, "没有 FROM 的 *")
    without = {part.name.lower() for part in node.args.get("except_") or ()}
    instead = {part.alias.lower(): part for part in node.args.get("replace") or ()}
    _check_known({*without, *instead}, [name for name, _ in columns], at)
    for name, column in columns:
        replaced = instead.get(name.lower())
        if replaced is not None:
            yield Item(name, expressions.read(reading, replaced.this, reach), reading.at(replaced))
        elif name.lower() not in without:
            yield Item(name, formulas.Col(column.kind, column.id, at), at)


def _of_alias(reach: Reach, alias: str, at: Place) -> list[tuple[str, formulas.Col]]:
    binding = reach.binding(alias)
    if binding is None:
        raise refusals.UnknownTable(
            f"没有叫「{alias}」的表或别名。",
            at=at,
            help=f"此处可用：{refusals.known(b.alias for b in reach.bindings)}。",
        )
    return list(binding.columns)


def _check_known(names: set[str], columns: list[str], at: Place) -> None:
    unknown = names - {name.lower() for name in columns}
    if unknown:
        raise refusals.UnknownName(
            f"没有叫「{min(unknown)}」的数据项。", at=at, help=f"此处可用：{refusals.known(columns)}。"
        )


def by_number(_reading: Reading, node: exp.Expr, listed: list[Item]) -> formulas.Expr | None:
    """What `GROUP BY 2` or `ORDER BY 2` means; None for anything that is not a number."""
    if not isinstance(node, exp.Literal) or node.args.get("is_string") or not node.name.isdigit():
        return None
    if not 1 <= int(node.name) <= len(listed):
        raise refusals.UnknownName(
            f"没有第 {node.name} 列。", at=_reading.at(node), help=f"SELECT 有 {len(listed)} 列。"
        )
    return listed[int(node.name) - 1].expr


def by_order(reading: Reading, node: exp.Expr, listed: list[Item], reach: Reach) -> formulas.Expr:
    """What an ORDER BY part means: an output name, a number, or an expression."""
    numbered = by_number(reading, node, listed)
    if numbered is not None:
        return numbered
    if isinstance(node, exp.Column) and not node.args.get("table"):
        named = [item for item in listed if item.name.lower() == node.name.lower()]
        if len({id(item.expr) for item in named}) > 1:
            raise refusals.AmbiguousName(f"「{node.name}」可以是几列。", at=reading.at(node), help="请写列号或改名。")
        if named:
            return named[0].expr
    check_clear(reading, node, reach)
    return expressions.read(reading, node, reach)


def check_clear(reading: Reading, node: exp.Expr, reach: Reach) -> None:
    """Refuses a bare name that is both an input column and another output column: engines read it differently."""
    for column in node.find_all(exp.Column):
        if column.args.get("table") or column.find_ancestor(exp.Select) is not node.find_ancestor(exp.Select):
            continue
        inputs, alias = reach.local(column.name), reach.aliases.get(column.name.lower())
        if inputs and alias is not None and inputs[0] != alias:
            at = reading.at(column)
            raise refusals.AmbiguousName(
                f"「{column.name}」既是输入列又是别的输出列。", at=at, help="请写 表.数据项，或给输出列改名。"
            )
