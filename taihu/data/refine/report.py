"""Report: what refining made of a batch: counts, reasons, remarks and the score with its grounds."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from taihu.terms import fault


@dataclass(frozen=True, slots=True)
class CheckScore:
    """One check: how many rows it looked at, and how many passed."""

    code: str
    column: str
    title: str
    passed: int
    checked: int


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """One dimension of GB/T 36344 with the checks that count in it."""

    name: str
    title: str
    weight: str
    passed: int
    checked: int
    checks: tuple[CheckScore, ...]

    @property
    def percent(self) -> Decimal | None:
        """The share that passed, in percent with two places; None where nothing was checked."""
        return (Decimal(self.passed) * 100 / self.checked).quantize(Decimal("0.01")) if self.checked else None


@dataclass(frozen=True, slots=True)
class Reasons:
    """How many rows of a batch a reason returned, by code and column."""

    code: str
    column: str
    text: str
    rows: int


@dataclass(frozen=True, slots=True)
class Noted:
    """A remark that returned no row."""

    code: str
    column: str
    text: str
    rows: int


@dataclass(frozen=True, slots=True)
class Refined:
    """What came of a batch. `rows_in` = `accepted` + `returned`, always.

    `is_current` is false where a newer full delivery had been refined before, or where no row could be
    accepted: the state in force stayed as it was. `version` is the governed table's.
    """

    batch: str
    dataset: str
    rows_in: int
    accepted: int
    returned: int
    reasons: tuple[Reasons, ...]
    remarks: tuple[Noted, ...]
    score: tuple[DimensionScore, ...]
    is_current: bool
    version: int

    @property
    def by_code(self) -> Mapping[str, int]:
        """Rows per code; a row with several reasons counts under each."""
        found: dict[str, int] = {}
        for reason in self.reasons:
            found[reason.code] = found.get(reason.code, 0) + reason.rows
        return found

    @property
    def percent(self) -> Decimal | None:
        """The weighted score over the dimensions in which something was checked."""
        parts = [(Decimal(d.weight), d.passed, d.checked) for d in self.score if d.checked]
        total = sum((weight for weight, _, _ in parts), Decimal(0))
        if not total:
            return None
        return (sum(weight * passed / checked for weight, passed, checked in parts) * 100 / total).quantize(
            Decimal("0.01")
        )


def path_of(root: Path, batch: str) -> Path:
    """Where a report lies."""
    return root / "refined" / f"{batch}.json"


def keep(root: Path, refined: Refined) -> None:
    """Writes the report; it holds counts and titles, never a value of a row."""
    path = path_of(root, refined.batch)
    fault.point("refine.report.write")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(asdict(refined), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    fault.point("refine.report.rename")
    draft.replace(path)


def find(root: Path, batch: str) -> Refined | None:
    """The report of a batch; none before it was refined."""
    path = path_of(root, batch)
    if not path.is_file():
        return None
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    score = tuple(DimensionScore(**{**d, "checks": tuple(CheckScore(**c) for c in d["checks"])}) for d in said["score"])
    reasons = tuple(Reasons(**reason) for reason in said["reasons"])
    remarks = tuple(Noted(**remark) for remark in said["remarks"])
    return Refined(**{**said, "score": score, "reasons": reasons, "remarks": remarks})
