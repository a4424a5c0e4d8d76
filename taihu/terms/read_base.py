"""Reads `base.yaml` of a base pack, and checks it against the base's datasets."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable

from taihu.terms import entry, placed
from taihu.terms.base import Base, Comparison, Fall, Member, SoleSource
from taihu.terms.dataset import Dataset
from taihu.terms.label import Label, Level
from taihu.terms.subject import About

KEYS = (
    "dataset",
    "about",
    "identifier",
    "name",
    "members",
    "sources",
    "compare",
    "blocks",
    "weak",
    "forms",
    "sure",
    "falls",
)
ABOUT = {"person": About.PERSON, "organisation": About.ORGANISATION, "place": About.PLACE}
HOW = ("exact", "chinese-name", "latin-name", "code", "date", "text", "organisation-name", "address")


def read_bases(node: placed.Node, pack: str, datasets: Iterable[Dataset], faults: placed.Faults) -> tuple[Base, ...]:
    """The base of the file, as a tuple of one; every column that it names must exist."""
    head = entry.Entry(node, faults, KEYS)
    known = {dataset.name: dataset for dataset in datasets}
    name = head.need("dataset", entry.one_of({n: n for n in known}), "")
    if name not in known:
        return ()
    columns = {column.name: column.name for column in known[name].columns}
    of_base: Callable[[str], str] = entry.one_of(columns)
    base = Base(
        dataset=name,
        pack=pack,
        about=head.need("about", entry.one_of(ABOUT), About.PERSON),
        identifier=head.need("identifier", of_base, ""),
        name=head.need("name", of_base, ""),
        members=tuple(_read_member(inner, known, columns) for inner in head.entries("members", ("unique", "columns"))),
        sources=tuple(_read_source(inner, columns) for inner in head.entries("sources", ("order", "since", "policy"))),
        comparisons=tuple(_read_comparisons(head, columns)),
        blocks=tuple(_read_blocks(head, columns)),
        weak=head.texts("weak", of_base),
        forms=head.texts("forms", str),
        is_sure=head.read("sure", entry.read_flag, False),
        fall=_read_fall(head),
    )
    _check_sources(head, base)
    return (base,)


def _read_fall(head: entry.Entry) -> Fall | None:
    inner = head.entry("falls", ("to", "by", "policy"))
    if inner is None:
        return None
    to = Label(inner.need("to", Level.read, Level.L4))
    return Fall(to, inner.need_text("by"), inner.need_text("policy"))


def _read_member(inner: entry.Entry, known: dict[str, Dataset], columns: dict[str, str]) -> Member:
    dataset = known.get(inner.name)
    if dataset is None:
        inner.faults.add(inner.node, "is no dataset of this pack", entry.tell_known(inner.name, known))
        return Member(inner.name, {})
    pairs = inner.pairs("columns")
    own = {column.name for column in dataset.columns}
    for base_column, column in pairs.items():
        if base_column not in columns:
            inner.fault("columns", f"names {base_column!r}", entry.tell_known(base_column, columns))
        if column not in own:
            inner.fault("columns", f"names {column!r}", entry.tell_known(column, own))
    return Member(dataset.id, pairs, inner.read("unique", entry.read_flag, False))


def _read_source(inner: entry.Entry, columns: dict[str, str]) -> SoleSource:
    if inner.name not in columns:
        inner.faults.add(inner.node, "is no column of the base", entry.tell_known(inner.name, columns))
    return SoleSource(
        column=inner.name,
        order=inner.texts("order", entry.read_name),
        since=inner.need("since", entry.read_day, datetime.date.max),
        policy=inner.need_text("policy"),
    )


def _read_comparisons(head: entry.Entry, columns: dict[str, str]) -> Iterable[Comparison]:
    for column, how in head.pairs("compare").items():
        if column not in columns:
            head.fault("compare", f"names {column!r}", entry.tell_known(column, columns))
        if how not in HOW:
            head.fault("compare", f"is {how!r}", f"allowed are {', '.join(HOW)}")
        yield Comparison(column, how)


def _read_blocks(head: entry.Entry, columns: dict[str, str]) -> Iterable[tuple[str, ...]]:
    node = head.map.get("blocks")
    if node is None:
        return
    if not isinstance(node, placed.List):
        head.fault("blocks", "is no list", "a list of columns, or of lists of columns")
        return
    for item in node.items:
        words = item.items if isinstance(item, placed.List) else (item,)
        if not words:
            head.faults.add(item, "is empty", "the columns on which two rows must agree to be compared")
        block = tuple(entry.parse_text(word, head.faults, entry.one_of(columns), "") for word in words)
        yield tuple(word for word in block if word)


def _check_sources(head: entry.Entry, base: Base) -> None:
    members = {member.dataset.rpartition(".")[2]: member for member in base.members}
    for source in base.sources:
        senders = [name for name, member in members.items() if source.column in member.columns]
        for name in source.order:
            if name not in senders:
                head.fault(
                    "sources", f"{source.column}: {name!r} sends no such column", entry.tell_known(name, senders)
                )
