"""Draws a flow as a Mermaid state diagram; `docs/flows` holds the drawings and a test keeps them equal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from taihu.control.flows.flow import Clock, Flow, Move, State, Who
from taihu.terms import fault


def draw(flow: Flow) -> str:
    """The flow as a page: title, rule, diagram, and the clocks as a table."""
    lines = [f"# {flow.title} (`{flow.name}`)", ""]
    if flow.policy:
        lines += [flow.policy, ""]
    lines += ["Generated from the code; `make docs` writes it anew.", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    {_id(state.name)}: {state.title}" for state in flow.states]
    lines.append(f"    [*] --> {_id(flow.start)}")
    lines += [f"    {_id(move.source)} --> {_id(move.to)}: {_label(flow, move)}" for move in flow.moves]
    lines += [f"    {_id(state.name)} --> [*]" for state in flow.states if state.is_end]
    lines += ["```", "", "| 状态 | 待办 | 时限 | 超期后 | 依据 |", "| --- | --- | --- | --- | --- |"]
    lines += [_row(flow, state) for state in flow.states]
    return "\n".join(lines) + "\n"


def write(flows: Iterable[Flow], folder: Path) -> list[Path]:
    """Writes one page per flow; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for flow in flows:
        file = folder / f"{flow.name}.md"
        fault.point("flows.diagram.write")
        file.write_text(draw(flow), encoding="utf-8")
        written.append(file)
    return written


def _id(name: str) -> str:
    return name.replace("-", "_")


def _label(flow: Flow, move: Move) -> str:
    people = [_who(flow, who) for who in move.who] + (["平台"] if move.is_house else [])
    marks = [word for word, holds in (("须说明理由", move.needs_reason), ("须另一人", bool(move.apart_from))) if holds]
    return " · ".join([move.title, "、".join(people), *marks])


def _who(flow: Flow, who: Who) -> str:
    return f"{flow.sides.get(who.side, '')}{who.role.title}"


def _row(flow: Flow, state: State) -> str:
    waits = _who(flow, state.waits_for) if state.waits_for else ""
    limit: Clock | None = state.clock
    days = f"`limits.{limit.rule}`" if limit and limit.rule else f"{limit.days} 个工作日" if limit else ""
    over = _who(flow, limit.escalates_to) if limit and limit.escalates_to else ""
    return f"| {state.title} | {waits} | {days} | {over} | {limit.policy if limit else ''} |"
