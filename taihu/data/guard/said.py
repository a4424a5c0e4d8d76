"""Said: one question with its permit, operator and moment, and the ledger entries that come of it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass

from taihu.data.engines.stores import Stores
from taihu.data.guard import admit, evidence, refused
from taihu.data.guard.draft import Draft, head
from taihu.data.guard.question import Ask, Question
from taihu.data.ledger.entry import Entry
from taihu.data.ledger.ledger import Ledger
from taihu.data.ledger.writer import Receipt, Unavailable
from taihu.terms.label import Label, Level
from taihu.terms.permit import Permit
from taihu.terms.problem import Problem

ANSWER = "answer"
CITY = zoneinfo.ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Said:
    """What was asked, under which permit, by whom, when."""

    question: Question
    permit: Permit
    by: str
    at: datetime.datetime

    @property
    def on(self) -> datetime.date:
        """The day in the city, by which permits end and calls are counted."""
        return self.at.astimezone(CITY).date()

    @property
    def reads(self) -> str:
        """The table or query that the question names; `text` for a query that was written by hand."""
        return admit.reads(self.question) or (self.question.query if isinstance(self.question, Ask) else "") or "text"

    def entry(self, act: str, draft: Draft, stores: Stores) -> Entry:
        """The entry of an answer, with what it takes to give it again, or of a preview."""
        given = evidence.gather(self.question, self.permit, draft, stores, self.at) if act == ANSWER else evidence.NONE
        heading = draft.heading or head(draft.columns, draft.label)
        return dataclasses.replace(
            self.base(act),
            dataset=" ".join(draft.reads),
            columns=heading.names,
            label=heading.label,
            rows=len(draft.rows),
            detail=self._detail(**draft.detail, masked=heading.masked),
            evidence=given.public,
            subjects=draft.subjects,
            sealed=given.sealed,
        )

    def refusal(self, problem: Problem) -> Entry:
        """The entry of a refusal: its code, never its words, which could quote the question."""
        return dataclasses.replace(
            self.base("refuse"), dataset=self.reads[:200], detail=self._detail(code=problem.code)
        )

    def base(self, act: str) -> Entry:
        """Who, under which grant, for which purpose, when: what every entry of this question says."""
        return Entry(
            at=self.at,
            act=act,
            by=self.by,
            department=self.permit.department,
            system=self.permit.system,
            grant=self.permit.grant,
            purpose=self.permit.purpose,
            ground=self.permit.ground,
            where=self.reads[:200],
        )

    def _detail(self, **said: str) -> dict[str, str]:
        """The form of the question, what columns left otherwise than in the clear, the filing; nothing that is empty."""
        whole = {"form": type(self.question).__name__.lower(), **said, "filing": self.question.filing[:200]}
        return {name: value for name, value in whole.items() if value}


def enter(said: Said, act: str, draft: Draft, stores: Stores) -> Receipt | None:
    """Puts an answer or a preview into the ledger; where it cannot write only L1 leaves, without a receipt."""
    return enter_made(lambda: said.entry(act, draft, stores), draft.label, stores.ledger)


def enter_made(make: Callable[[], Entry], label: Label, ledger: Ledger) -> Receipt | None:
    """Puts an entry into the ledger; where that cannot be, nothing above L1 leaves."""
    try:
        return ledger.append(make())
    except Unavailable as unavailable:
        _check_needs_no_ledger(label, unavailable)
        return None


async def enter_soon(said: Said, act: str, draft: Draft, stores: Stores) -> Receipt | None:
    """The same for an event loop: waits without holding a thread."""
    try:
        return await stores.ledger.append_soon(said.entry(act, draft, stores))
    except Unavailable as unavailable:
        _check_needs_no_ledger(draft.label, unavailable)
        return None


def enter_refusal(said: Said, problem: Problem, ledger: Ledger) -> None:
    """Puts a refusal into the ledger. A ledger that cannot write does not stop a refusal: nothing leaves with it."""
    with contextlib.suppress(Unavailable):
        ledger.append(said.refusal(problem))


async def enter_refusal_soon(said: Said, problem: Problem, ledger: Ledger) -> None:
    """The same for an event loop."""
    with contextlib.suppress(Unavailable):
        await ledger.append_soon(said.refusal(problem))


def _check_needs_no_ledger(label: Label, unavailable: Unavailable) -> None:
    if label.level is not Level.L1:
        raise refused.NoLedger(
            "留痕台账暂不可写，L2 及以上的数据停止应答",
            where=unavailable.where,
            help="请稍后重试；平台运营人员已在处理",
        ) from unavailable
