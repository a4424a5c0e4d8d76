"""The rows that went back, as their department may see them: by the guard, under its standing permit, masked, and what became of them since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taihu.control.accounts.requests import DeskRequest
from taihu.data.guard import answer as guard
from taihu.data.guard import standing
from taihu.data.guard.draft import Answer, AnswerColumn
from taihu.data.guard.question import Condition, Op, Order, Rows
from taihu.data.guard.release import How
from taihu.data.refine import dismissals, still_open
from taihu.data.refine.dismissals import Decision
from taihu.terms.dataset import Column, Dataset
from taihu.terms.mask import ALL
from taihu.terms.permit import Permit
from taihu.terms.problem import Problem

PAGE_ROWS = 50
MARKS = ("_row", "_columns", "_reasons")
OPEN, MENDED, DISMISSED, ALL_ROWS = "open", "mended", "dismissed", "all"
STATES = {OPEN: "待改正", MENDED: "已由后续报送处理", DISMISSED: "不再报送", ALL_ROWS: "全部"}
TONES = {OPEN: "warn", MENDED: "ok", DISMISSED: "info"}


@dataclass(frozen=True, slots=True)
class Tab:
    """Rows of one state, as the shell's tabs read it."""

    title: str
    url: str
    count: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as the guard let it go, and whether something of it is hidden."""

    text: str
    is_masked: bool
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row that went back: its number in the file, its reasons, its cells, what became of it."""

    number: int
    reasons: tuple[str, ...]
    cells: tuple[Cell, ...]
    state: str = OPEN
    decision: Decision | None = None

    @property
    def title(self) -> str:
        """The state in words."""
        return STATES[self.state]

    @property
    def tone(self) -> str:
        """The colour of the state."""
        return TONES[self.state]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of one state or of all, the place of the next ones, or why there are none."""

    tabs: tuple[Tab, ...]
    chosen: str
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    next: int = 0
    entry: str = ""
    problem: Problem | None = None


def permit_for(dataset: Dataset) -> Permit:
    """The standing permit of the department that sends the dataset."""
    return standing.standing_permit(dataset.department, (dataset,))


def read(request: DeskRequest, batch: Any, dataset: Dataset) -> Page:
    """A page of a batch's returned rows, the open ones first asked for; entered into the ledger as any answer."""
    found = still_open.sort_rows(stores=request.stores, batch=batch)
    numbers = {OPEN: found.open, MENDED: found.mended, DISMISSED: found.dismissed}
    states = {row: state for state, rows in numbers.items() for row in rows}
    numbers[ALL_ROWS] = tuple(sorted(states))
    chosen = request.GET.get("rows", "")
    if chosen not in numbers:
        chosen = OPEN if found.open else ALL_ROWS
    tabs = tuple(
        Tab(title, f"?rows={state}#returned", len(numbers[state]), state == chosen) for state, title in STATES.items()
    )
    after = int(said) if (said := request.GET.get("after", "")).isascii() and said.isdigit() else 0
    asked = [row for row in numbers[chosen] if row > after][: PAGE_ROWS + 1]
    if not asked:
        return Page(tabs, chosen)
    try:
        answered = _ask(request, batch, dataset, asked[:PAGE_ROWS])
    except Problem as problem:
        return Page(tabs, chosen, problem=problem)
    decided = dismissals.find_decisions(request.stores.root, batch.id)
    headings = answered.columns[len(MARKS) :]
    rows = tuple(_describe(row, headings, states, decided) for row in answered.rows)
    entry = answered.receipt.id if answered.receipt else ""
    return Page(tabs, chosen, dataset.columns, rows, asked[PAGE_ROWS - 1] if len(asked) > PAGE_ROWS else 0, entry)


def _ask(request: DeskRequest, batch: Any, dataset: Dataset, numbers: Sequence[int]) -> Answer:
    question = Rows(
        f"{dataset.id}{standing.RETURNED}",
        (*MARKS, *(column.name for column in dataset.columns)),
        where=(
            Condition("_batch", Op.EQUAL, (batch.id,)),
            Condition("_row", Op.IN, tuple(str(number) for number in numbers)),
        ),
        order=(Order("_row"),),
        limit=PAGE_ROWS,
    )
    permit = permit_for(dataset)
    return guard.answer(question, permit, stores=request.stores, by=request.user.username, at=request.at)


def _describe(
    row: tuple[Any, ...],
    columns: tuple[AnswerColumn, ...],
    states: Mapping[int, str],
    decided: Mapping[int, Decision],
) -> Row:
    number, wrong, reasons, *values = row
    named = set(str(wrong or "").split(","))
    cells = tuple(_cell(column, value, named) for column, value in zip(columns, values, strict=True))
    state = states[int(number)]
    decision = decided.get(int(number)) if state == DISMISSED else None
    return Row(int(number), tuple(str(reasons or "").splitlines()), cells, state, decision)


def _cell(column: AnswerColumn, value: object, wrong: set[str]) -> Cell:
    """A value as the guard let it go; of a text that only lost its numbers, masked where it lost one."""
    text = "" if value is None else str(value)
    is_masked = bool(text) and (column.how == How.MASKED or (column.is_masked and ALL in text))
    return Cell(text, is_masked, column.name in wrong)
