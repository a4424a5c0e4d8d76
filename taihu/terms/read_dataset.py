"""Reads `datasets/*.yaml` of a pack into Dataset and Column, and checks that they agree with themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path

from taihu.terms import entry, placed
from taihu.terms.dataset import Agreement, Check, Column, Cycle, Dataset, Delivery, Keep, Kind, Openness, Share
from taihu.terms.label import KINDS, PUBLIC, Label, Level
from taihu.terms.zone import Zone

KEYS = (
    "label",
    "summary",
    "department",
    "every",
    "delivery",
    "key",
    "share",
    "open",
    "presence",
    "policy",
    "procedure",
    "fields",
    "zone",
    "keep",
    "columns",
    "checks",
)
COLUMN_KEYS = (
    *(
        "label",
        "aliases",
        "kind",
        "level",
        "about",
        "class",
        "standard",
        "mask",
        "required",
        "agrees",
        "codes",
        "range",
    ),
    *("unit", "share", "open", "policy"),
)
CHECK_KEYS = ("label", "dimension", "holds")
DIMENSIONS = ("completeness", "accuracy", "consistency", "uniqueness", "timeliness", "accessibility", "normativity")
AGREEMENTS = ("sex", "born", "division")
TEXT = Kind("text")


def read_dataset(path: Path, file: str, pack: str, department: str, faults: placed.Faults) -> Dataset | None:
    """The dataset of one file, named after it; without a department of its own it is the pack's."""
    node = placed.read_yaml(path, file, faults)
    if node is None:
        return None
    _check_file_name(path, node, faults)
    head = entry.Entry(node, faults, KEYS)
    share = head.need("share", entry.one_of({s.value: s for s in Share}), Share.NONE)
    openness = head.need("open", entry.one_of({o.value: o for o in Openness}), Openness.FORBIDDEN)
    inners = tuple(head.entries("columns", COLUMN_KEYS))
    columns = tuple(_read_column(inner, share, openness) for inner in inners)
    dataset = Dataset(
        name=path.stem,
        pack=pack,
        title=head.need_text("label"),
        department=head.read("department", entry.read_name, department),
        cycle=head.need("every", entry.one_of({c.value: c for c in Cycle}), Cycle.ONCE),
        delivery=head.read("delivery", entry.one_of({d.value: d for d in Delivery}), Delivery.FULL),
        key=head.texts("key", entry.read_name),
        presence=_read_presence(head),
        columns=columns,
        checks=tuple(_read_check(e) for e in head.entries("checks", CHECK_KEYS)),
        policy=head.text("policy"),
        procedure=head.text("procedure"),
        summary=head.text("summary"),
        fields=head.texts("fields"),
        zone=head.read("zone", entry.one_of({zone.value: zone for zone in Zone}), Zone.GOVERNED),
        keep=_read_keep(head),
        source=file,
    )
    _check_dataset(head, dataset)
    _check_protected(inners, dataset)
    return dataset


def _check_file_name(path: Path, node: placed.Node, faults: placed.Faults) -> None:
    try:
        entry.read_name(path.stem)
    except ValueError as caught:
        faults.add(f"{node.file}:1", f"{path.name!r} is no name for a dataset", str(caught), "rename the file")


def _read_presence(head: entry.Entry) -> Label:
    if isinstance(head.at("presence"), placed.Map) and head.has("presence"):
        inner = entry.Entry(head.at("presence"), head.faults, ("level", "about", "class"))
        return Label(inner.need("level", Level.read, Level.L4), _read_kinds(inner))
    return Label(head.read("presence", Level.read, Level.L1))


def _read_keep(head: entry.Entry) -> Keep | None:
    inner = head.entry("keep", ("years", "from", "ground"))
    if inner is None:
        return None
    years = inner.need("years", entry.read_whole, 1)
    if years < 1:
        inner.fault("years", f"is {years}", "one year at least")
    return Keep(years, inner.need_text("from"), inner.need_text("ground"))


def _read_kinds(inner: entry.Entry) -> frozenset[str]:
    known: Callable[[str], str] = entry.one_of({kind: kind for kind in KINDS})
    return frozenset((*inner.texts("about", known), *inner.texts("class", known)))


def _read_column(inner: entry.Entry, share: Share, openness: Openness) -> Column:
    lower, upper = _read_range(inner)
    column = Column(
        name=inner.name,
        title=inner.need_text("label"),
        kind=inner.need("kind", Kind.read, TEXT),
        label=Label(inner.need("level", Level.read, Level.L4), _read_kinds(inner)),
        share=inner.read("share", entry.one_of({s.value: s for s in Share}), share),
        open=inner.read("open", entry.one_of({o.value: o for o in Openness}), openness),
        aliases=inner.texts("aliases"),
        about=",".join(inner.texts("about")),
        standard=inner.text("standard"),
        mask=inner.text("mask"),
        unit=inner.text("unit"),
        codes=inner.texts("codes"),
        range_from=lower,
        range_to=upper,
        is_required=inner.read("required", entry.read_flag, False),
        agrees=_read_agreement(inner),
        policy=inner.text("policy"),
    )
    _check_column(inner, column)
    return column


def _read_range(inner: entry.Entry) -> tuple[Decimal | None, Decimal | None]:
    bounds = inner.entry("range", ("from", "to"))
    if bounds is None:
        return None, None
    lower = bounds.read("from", entry.read_decimal, None)
    upper = bounds.read("to", entry.read_decimal, None)
    if lower is not None and upper is not None and lower > upper:
        inner.fault("range", f"begins at {lower}, after its end {upper}", "from ≤ to")
    if lower is None and upper is None:
        inner.fault("range", "says nothing", "give from, to or both")
    return lower, upper


def _read_agreement(inner: entry.Entry) -> Agreement | None:
    agrees = inner.entry("agrees", ("with", "on"))
    if agrees is None:
        return None
    return Agreement(agrees.need_text("with"), agrees.need("on", entry.one_of(AGREEMENTS), AGREEMENTS[0]))


def _read_check(inner: entry.Entry) -> Check:
    dimension = inner.need("dimension", entry.one_of(DIMENSIONS), DIMENSIONS[0])
    return Check(inner.name, inner.need_text("label"), dimension, inner.need_text("holds"), inner.at("holds").line)


def _check_column(inner: entry.Entry, column: Column) -> None:
    if column.open is Openness.OPEN and not column.label.is_within(PUBLIC):
        inner.fault(
            "open",
            f"is open, but the column is {column.label}",
            "only L1 without kinds may be open",
            "set open: restricted or forbidden",
        )
    if column.share is Share.UNCONDITIONAL and column.label.level >= Level.L3:
        inner.fault(
            "share",
            f"is unconditional, but the column is {column.label}",
            "L3 and L4 are shared under conditions",
            "set share: conditional or none",
        )
    if column.is_vaulted and column.label.level < Level.L4:
        inner.fault(
            "level",
            f"is {column.label.level.name} for a direct identifier",
            "direct identifiers are L4",
            "set level: L4",
        )
    if column.is_vaulted and column.kind.name != "text":
        inner.fault(
            "kind", f"is {column.kind} for an identifier", "identifiers are text: 0501 must stay 0501", "set kind: text"
        )
    if (column.range_from is not None or column.range_to is not None) and column.kind.name not in ("int", "decimal"):
        inner.fault("range", f"stands on a column of kind {column.kind}", "ranges belong to int and decimal")
    if column.codes and column.kind.name not in ("text", "code"):
        inner.fault("codes", f"stands on a column of kind {column.kind}", "codes belong to text and code")
    if column.name.endswith("_masked"):
        inner.fault(
            "label", "has a name ending in _masked", "that name is kept for the masked form", "choose another name"
        )


def _check_dataset(head: entry.Entry, dataset: Dataset) -> None:
    names = [column.name for column in dataset.columns]
    if not names:
        head.fault("columns", "has no columns", "a dataset has at least one", "add columns:")
        return
    if not dataset.key:
        head.fault("key", "is missing", "every dataset has a key, unique and never empty", "add key: [column, …]")
    _check_names(head, "key", dataset.key, names)
    if dataset.keep:
        _check_keep(head, dataset, dataset.keep)
    _check_names(head, "columns", (c.agrees.column for c in dataset.columns if c.agrees), names)
    _check_titles(head, dataset)
    person = [c.name for c in dataset.columns if "person" in c.label.kinds]
    if person and not head.has("presence"):
        head.fault(
            "presence",
            f"is missing, but {person[0]} is about a person",
            "the label of which rows exist: L1 … L4",
            "add presence:",
        )


def _check_protected(inners: Iterable[entry.Entry], dataset: Dataset) -> None:
    """Important and core data (GB/T 43697) stay where they are unless the dataset names the procedure for them."""
    for inner, column in zip(inners, dataset.columns, strict=True):
        label = column.label.join(dataset.presence)
        if not label.is_protected:
            continue
        if column.share is Share.UNCONDITIONAL or (column.share is not Share.NONE and not dataset.procedure):
            inner.fault(
                "share",
                f"is {column.share.value}, but the column is {label}",
                "important and core data are not shared, and by the declared procedure under conditions",
                "set share: none, or declare procedure: on the dataset",
            )
        if column.open is not Openness.FORBIDDEN and not dataset.procedure:
            inner.fault(
                "open",
                f"is {column.open.value}, but the column is {label}",
                "important and core data are not opened without the declared procedure",
                "set open: forbidden, or declare procedure: on the dataset",
            )


def _check_keep(head: entry.Entry, dataset: Dataset, keep: Keep) -> None:
    """A period runs from a date that every row has."""
    column = next((column for column in dataset.columns if column.name == keep.start), None)
    if column is None:
        head.fault(
            "keep",
            f"runs from {keep.start!r}, which is no column",
            entry.tell_known(keep.start, [c.name for c in dataset.columns]),
        )
    elif column.kind.name not in ("date", "time"):
        head.fault("keep", f"runs from {keep.start}, a column of kind {column.kind}", "periods run from a date or time")


def _check_names(head: entry.Entry, key: str, used: Iterable[str], names: list[str]) -> None:
    for name in used:
        if name not in names:
            head.fault(key, f"names {name!r}, which is no column", entry.tell_known(name, names))


def _check_titles(head: entry.Entry, dataset: Dataset) -> None:
    """A heading that two columns claim could not be mapped to either."""
    seen: dict[str, str] = {}
    for column in dataset.columns:
        for title in {column.title, *column.aliases}:
            other = seen.setdefault(title, column.name)
            if other != column.name:
                head.fault(
                    "columns",
                    f"has the heading {title!r} for both {other} and {column.name}",
                    "headings are unique",
                    "change label or aliases",
                )
