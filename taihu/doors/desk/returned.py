"""The rows that went back, as their department may see them: by the guard, under its standing permit, masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from taihu.control.accounts.requests import DeskRequest
from taihu.data.guard import answer as guard
from taihu.data.guard import standing
from taihu.data.guard.draft import AnswerColumn
from taihu.data.guard.question import Condition, Op, Order, Rows
from taihu.data.guard.release import How
from taihu.terms.dataset import Column, Dataset
from taihu.terms.mask import ALL
from taihu.terms.permit import Permit
from taihu.terms.problem import Problem

PAGE_ROWS = 50
MARKS = ("_row", "_columns", "_reasons")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as the guard let it go, and whether something of it is hidden."""

    text: str
    is_masked: bool
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row that went back: its number in the file, its reasons, its cells."""

    number: int
    reasons: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, the place of the next ones, or why there are none."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    next: str
    entry: str
    problem: Problem | None = None


def permit_for(dataset: Dataset) -> Permit:
    """The standing permit of the department that sends the dataset."""
    return standing.standing_permit(dataset.department, (dataset,))


def read(request: DeskRequest, batch: Any, dataset: Dataset) -> Page:
    """A page of a batch's returned rows; entered into the ledger as any answer."""
    question = Rows(
        f"{dataset.id}{standing.RETURNED}",
        (*MARKS, *(column.name for column in dataset.columns)),
        where=(Condition("_batch", Op.EQUAL, (batch.id,)),),
        order=(Order("_row"),),
        limit=PAGE_ROWS,
        after=request.GET.get("after", ""),
    )
    try:
        found = guard.answer(
            question, permit_for(dataset), stores=request.stores, by=request.user.username, at=request.at
        )
    except Problem as problem:
        return Page((), (), "", "", problem)
    rows = tuple(_describe(row, found.columns[len(MARKS) :]) for row in found.rows)
    entry = found.receipt.id if found.receipt else ""
    return Page(dataset.columns, rows, found.next, entry)


def _describe(row: tuple[Any, ...], columns: tuple[AnswerColumn, ...]) -> Row:
    number, wrong, reasons, *values = row
    named = set(str(wrong or "").split(","))
    cells = tuple(_cell(column, value, named) for column, value in zip(columns, values, strict=True))
    return Row(int(number), tuple(str(reasons or "").splitlines()), cells)


def _cell(column: AnswerColumn, value: object, wrong: set[str]) -> Cell:
    """A value as the guard let it go; of a text that only lost its numbers, masked where it lost one."""
    text = "" if value is None else str(value)
    is_masked = bool(text) and (column.how == How.MASKED or (column.is_masked and ALL in text))
    return Cell(text, is_masked, column.name in wrong)
