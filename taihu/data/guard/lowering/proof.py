"""Proof: what the ledger keeps of a release: who allowed it, by which method, with which figures; never a value."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import pyarrow as pa

from taihu.data.guard.declassify.fallen import Said
from taihu.data.guard.lowering.allowed import Allowed
from taihu.data.guard.lowering.falling import Falling
from taihu.data.ledger.entry import Entry

SYSTEM = "lower"


def say_figures(proven: Mapping[str, Said], found: Mapping[str, float]) -> dict[str, str]:
    """The method's proof and the gate's figures as texts."""
    said = {key: _say(value) for key, value in proven.items() if value is not None and key != "method"}
    return {**{f"gate.{key}": f"{value:g}" for key, value in found.items()}, **said}


def _say(value: Said) -> str:
    if isinstance(value, tuple):
        return " ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def write(
    falling: Falling,
    figures: Mapping[str, str],
    allowed: Allowed,
    versions: str,
    rows: pa.Table,
    *,
    by: str,
    at: datetime.datetime,
) -> Entry:
    """The entry of a release, written before it can be read."""
    down = falling.declassifier
    parameters = {f"with.{key}": str(number) for key, number in down.numbers.items()}
    parameters |= {f"with.climb.{column}": str(steps) for column, steps in down.steps.items()}
    return _entry(
        falling,
        "declassify" if falling.method else "derive",
        {
            "method": down.method,
            "from": str(falling.label),
            "to": str(down.to),
            "sources": " ".join(dataset.id for dataset in falling.sources),
            "versions": versions,
            "digest": falling.digest,
            "allowed": "；".join(allowed.by),
            "reason": allowed.reason,
            "until": allowed.until.isoformat() if allowed.until else "",
            **parameters,
            **{f"proof.{key}": value for key, value in figures.items()},
        },
        rows=rows.num_rows,
        by=by,
        at=at,
    )


def write_end(falling: Falling, reason: str, *, rows: int, by: str, at: datetime.datetime) -> Entry:
    """The entry of a release that is taken back."""
    return _entry(falling, "declassify.end", {"reason": reason}, rows=rows, by=by, at=at)


def _entry(
    falling: Falling, act: str, detail: Mapping[str, str], *, rows: int, by: str, at: datetime.datetime
) -> Entry:
    down, dataset = falling.declassifier, falling.dataset
    return Entry(
        at=at,
        act=act,
        by=by,
        department=dataset.department,
        system=SYSTEM,
        grant=f"lower.{down.id}",
        purpose=falling.pack.purpose,
        ground=down.policy,
        dataset=dataset.id,
        columns=tuple(column.name for column in dataset.columns),
        label=str(dataset.label),
        rows=rows,
        where=down.id,
        detail={key: value for key, value in detail.items() if value},
    )
