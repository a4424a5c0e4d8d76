"""The only way out of the stores: admits, fetches, enters into the ledger, and only then lets go."""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import dataclass

from taihu.data.engines.stores import Stores
from taihu.data.guard import admit, ask, conceal, lookup, rows, verify
from taihu.data.guard.asked import read_asked
from taihu.data.guard.draft import Answer, AnswerColumn, Draft
from taihu.data.guard.permits import Permits
from taihu.data.guard.question import Lookup, Question, Rows, Verify
from taihu.data.guard.release import Release, Withheld
from taihu.data.guard.said import ANSWER, Said, enter, enter_refusal
from taihu.data.guard.table import open_table
from taihu.data.ledger.writer import Receipt
from taihu.terms.label import PUBLIC, Label, join_all
from taihu.terms.permit import Permit
from taihu.terms.problem import Problem

PREVIEW_ROWS = 5


@dataclass(frozen=True)
class Explanation:
    """The columns that would leave, granted ones that would not, and labels; `problem` where nothing would."""

    columns: tuple[AnswerColumn, ...]
    withheld: tuple[Withheld, ...]
    label: Label
    presence: Label
    problem: Problem | None = None


def answer(
    question: Question,
    permit: Permit,
    *,
    stores: Stores,
    by: str,
    at: datetime.datetime,
    permits: Permits | None = None,
) -> Answer:
    """Answers under a permit; raises a refusal, which the ledger keeps too.

    Nothing returns before its entry is durable; where the ledger cannot write, only L1 leaves. `permits` counts
    the call; without it the file under the stores' root is opened for this one call.
    """
    said = Said(question, permit, by, at)
    try:
        admit.check(question, permit, said.on)
        admit.count(permit, said.on, stores=stores, permits=permits)
        draft = draft_answer(said, stores)
        return _let_go(draft, enter(said, ANSWER, draft, stores))
    except Problem as problem:
        enter_refusal(said, problem, stores.ledger)
        raise


def preview(
    question: Question, permit: Permit, *, stores: Stores, by: str, at: datetime.datetime, limit: int = PREVIEW_ROWS
) -> Answer:
    """Some rows exactly as the consumer of the permit would get them, for whoever is asked to sign.

    A lookup is shown on the first rows of its dataset. Counts no call; the ledger keeps the act `preview`.
    """
    said = Said(question, permit, by, at)
    try:
        admit.check(question, permit, said.on)
        draft = _draft_preview(said, stores, limit)
        return _let_go(draft, enter(said, "preview", draft, stores))
    except Problem as problem:
        enter_refusal(said, problem, stores.ledger)
        raise


def explain(question: Question, permit: Permit, *, stores: Stores) -> Explanation:
    """What would leave, without rows and without an entry."""
    try:
        admit.check_form(question, permit)
        admit.check_procedure(permit)
        admit.check_reads(question, permit)
        return _decide(question, permit, stores)
    except Problem as problem:
        return Explanation((), (), PUBLIC, PUBLIC, problem)


def _decide(question: Question, permit: Permit, stores: Stores) -> Explanation:
    match question:
        case Lookup():
            return _of_release(lookup.decide_lookup(question, permit, stores.shelf.dataset(question.dataset)))
        case Rows():
            return _of_release(rows.decide_rows(question, permit, open_table(question.table, stores, question.zone)))
        case Verify():
            dataset = stores.shelf.dataset(question.dataset)
            columns = tuple(map(verify.to_claimed, verify.decide_verify(question, permit, dataset)))
            label = join_all((dataset.presence, *(column.label for column in columns)))
            return Explanation(columns, (), label, dataset.presence)
        case _:
            asked = read_asked(question, permit, stores)
            outputs = ask.decide_outputs(asked, question, permit)
            presence = asked.grades.presence.label
            columns = tuple(ask.to_column(asked, output) for output in outputs)
            return Explanation(columns, (), join_all((presence, *(o.label for o in outputs))), presence)


def _of_release(decided: Release) -> Explanation:
    columns = tuple(conceal.to_column(item) for item in decided.leaving)
    return Explanation(columns, decided.withheld, decided.label, decided.presence)


def draft_answer(said: Said, stores: Stores) -> Draft:
    """What would leave, if the ledger takes it; the caller has admitted the question, or gives a past answer again."""
    permit = said.permit
    match said.question:
        case Lookup() as question:
            return lookup.draft_lookup(question, permit, stores)
        case Verify() as question:
            return verify.draft_verify(question, permit, stores)
        case Rows() as question:
            return rows.draft_rows(question, permit, stores)
        case question:
            return ask.draft_ask(question, permit, stores, at=said.at)


def _draft_preview(said: Said, stores: Stores, limit: int) -> Draft:
    match said.question:
        case Lookup() as question:
            first = Rows(
                question.dataset, question.columns, limit=limit, clear=question.clear, has_tokens=question.has_tokens
            )
            return rows.draft_rows(first, said.permit, stores)
        case Verify() as question:
            return verify.draft_verdicts(question, said.permit, stores)
        case Rows() as question:
            shown = dataclasses.replace(question, limit=min(limit, question.limit))
            return rows.draft_rows(shown, said.permit, stores)
        case question:
            asked = dataclasses.replace(question, limit=min(limit, question.limit))
            return ask.draft_ask(asked, said.permit, stores, at=said.at)


def _let_go(draft: Draft, receipt: Receipt | None) -> Answer:
    return Answer(draft.columns, draft.rows, receipt, draft.next, draft.withheld)
