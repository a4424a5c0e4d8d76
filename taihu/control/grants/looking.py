"""Looks at a grant through the guard's eyes: what would leave, why what would not, and the masked rows themselves."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from taihu.control.accounts.models import Person
from taihu.control.grants import compile as compiling
from taihu.control.grants.models import Grant
from taihu.data.engines.stores import Stores
from taihu.data.guard import answer as guard
from taihu.data.guard.draft import Answer
from taihu.data.guard.question import Lookup, Question, Rows, Verify
from taihu.terms.dataset import Dataset
from taihu.terms.permit import Form
from taihu.terms.problem import Problem


@dataclass(frozen=True)
class Preview:
    """What the approver sees before signing: the masked rows or why there are none, and the digest that binds them."""

    answer: Answer | None
    problem: Problem | None
    digest: str


def question_of(grant: Grant, dataset: Dataset) -> Question:
    """What a consumer of the grant would ask, in the richest of its forms, for all that is granted.

    Columns are not named, so that one which cannot leave does not hide the others.
    """
    if {Form.QUERY.value, Form.BULK.value} & set(grant.forms):
        return Rows(grant.dataset)
    if Form.LOOKUP.value in grant.forms:
        return Lookup(grant.dataset, {})
    claimed = [name for name in grant.columns if name not in dataset.key] or grant.columns
    return Verify(grant.dataset, dict.fromkeys(dataset.key, ""), dict.fromkeys(claimed, ""))


def explain(grant: Grant, *, stores: Stores) -> guard.Explanation:
    """What would leave under the grant, by the code that lets it leave; before anybody signs, and without rows."""
    dataset = stores.shelf.dataset(grant.dataset)
    return guard.explain(question_of(grant, dataset), compiling.to_permit(grant, dataset), stores=stores)


def preview(grant: Grant, *, by: Person, at: datetime.datetime, stores: Stores) -> Preview:
    """The masked rows exactly as the consumer will get them; the ledger keeps that they were shown."""
    dataset = stores.shelf.dataset(grant.dataset)
    permit = compiling.to_permit(grant, dataset)
    digest = compiling.digest(permit)
    try:
        answer = guard.preview(question_of(grant, dataset), permit, stores=stores, by=by.username, at=at)
    except Problem as problem:
        return Preview(None, problem, digest)
    return Preview(answer, None, digest)
