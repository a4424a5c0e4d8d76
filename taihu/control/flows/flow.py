"""A flow: the states of a matter, the moves between them, who may make each, and within how many working days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from taihu.control.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class Who:
    """A role on one side of a matter: the steward of the provider, the officer of the bureau.

    `side` names a party of the matter, which says the department; empty means any department.
    """

    role: Role
    side: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """Working days allowed in a state and who may decide once they are over.

    Either a `rule` of `packs/standards/limits.yaml`, which says the days by date with their source, or
    `days` with the `policy` that says so.
    """

    days: int = 0
    policy: str = ""
    rule: str = ""
    escalates_to: Who | None = None

    def __post_init__(self) -> None:
        """Refuses a clock that has run out before it starts, or that says its days twice."""
        if (self.days >= 1) == bool(self.rule):
            raise ValueError("a clock names either a rule of the limits or at least one working day")


@dataclass(frozen=True, slots=True)
class State:
    """A place where a matter waits, and for whom; an end has no way out."""

    name: str
    title: str
    waits_for: Who | None = None
    clock: Clock | None = None
    is_end: bool = False
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A way from one state to another.

    `needs_reason` makes words mandatory; `is_return` sends a matter back to be mended. `apart_from`
    names moves (`source>to`): whoever made the latest of them on this matter may not make this one.
    `is_house` lets a run of ours make it (an expiry, a watch), besides the people named.
    """

    source: str
    to: str
    title: str
    who: tuple[Who, ...]
    needs_reason: bool = False
    is_return: bool = False
    is_opener_only: bool = False
    is_house: bool = False
    apart_from: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The move as `source>to`."""
        return f"{self.source}>{self.to}"


class NotSound(ValueError):
    """A flow that contradicts itself."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A sound machine: it is checked when it is made, so that nothing else needs to be."""

    name: str
    title: str
    start: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    sides: Mapping[str, str] = field(default_factory=dict)
    policy: str = ""

    def __post_init__(self) -> None:
        """Refuses a flow with a wrong name, a trap, or a state that nothing reaches."""
        for fault in find_faults(self):
            raise NotSound(f"flow {self.name}: {fault}")
        object.__setattr__(self, "sides", MappingProxyType(dict(self.sides)))

    def state(self, name: str) -> State:
        """The state of that name; raises KeyError naming the known ones."""
        for state in self.states:
            if state.name == name:
                return state
        raise KeyError(f"flow {self.name} has no state {name!r}; states are {', '.join(s.name for s in self.states)}")

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """The ways out of a state, in the order in which they were declared."""
        return tuple(move for move in self.moves if move.source == state)

    def find_move(self, source: str, to: str) -> Move | None:
        """The move between two states, if there is one."""
        return next((move for move in self.moves if move.source == source and move.to == to), None)


def find_faults(flow: Flow) -> Iterator[str]:
    """What is wrong with a flow, as sentences."""
    names = [state.name for state in flow.states]
    known = set(names)
    if len(known) != len(names):
        yield "two states have one name"
    if flow.start not in known:
        yield f"it starts in {flow.start!r}, which is no state"
    pairs = [move.name for move in flow.moves]
    if len(set(pairs)) != len(pairs):
        yield "two moves join the same states"
    yield from _faults_of_moves(flow, known)
    yield from _faults_of_states(flow)


def _faults_of_moves(flow: Flow, known: set[str]) -> Iterator[str]:
    names = {move.name for move in flow.moves}
    for move in flow.moves:
        yield from (f"move {move.name} knows no state {end!r}" for end in (move.source, move.to) if end not in known)
        yield from (
            f"move {move.name} keeps apart from {n!r}, which is no move" for n in move.apart_from if n not in names
        )
        if not move.who and not move.is_house:
            yield f"nobody may make move {move.name}"
        if move.is_return and not move.needs_reason:
            yield f"move {move.name} returns without a reason"


def _faults_of_states(flow: Flow) -> Iterator[str]:
    reached = {flow.start} | {move.to for move in flow.moves}
    for state in flow.states:
        has_ways = bool(flow.moves_from(state.name))
        if state.is_end and has_ways:
            yield f"end {state.name} has a way out"
        if not state.is_end and not has_ways:
            yield f"state {state.name} is a trap"
        if state.name not in reached:
            yield f"nothing reaches state {state.name}"
        if state.is_end and state.clock:
            yield f"end {state.name} has a clock"
    yield from (f"{place} knows no side {side!r}" for place, side in _sides_named(flow) if side not in flow.sides)
    if not _ends_reachable(flow):
        yield "an end cannot be reached from every state"


def _sides_named(flow: Flow) -> Iterator[tuple[str, str]]:
    named = [(f"move {move.name}", who) for move in flow.moves for who in move.who]
    named += [(f"state {state.name}", state.waits_for) for state in flow.states if state.waits_for]
    clocks = [(f"state {state.name}", state.clock.escalates_to) for state in flow.states if state.clock]
    named += [(place, who) for place, who in clocks if who]
    return ((place, who.side) for place, who in named if who.side)


def _ends_reachable(flow: Flow) -> bool:
    safe = {state.name for state in flow.states if state.is_end}
    while grown := {move.source for move in flow.moves if move.to in safe} - safe:
        safe |= grown
    return not safe or safe == {state.name for state in flow.states}
