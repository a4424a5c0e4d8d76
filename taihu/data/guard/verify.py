"""Verification: do claimed values agree with the row of a key? One bit a claim leaves, never the value."""

from __future__ import annotations

import decimal
import unicodedata

from taihu.data.engines.stores import Stores
from taihu.data.guard import conceal, find, plain, refused, release
from taihu.data.guard.draft import AnswerColumn, Draft
from taihu.data.guard.find import TEXT
from taihu.data.guard.plain import Plain
from taihu.data.guard.question import Verify
from taihu.data.vault.vault import Vault
from taihu.terms.dataset import Column, Dataset
from taihu.terms.label import join_all
from taihu.terms.permit import Permit

SAME, DIFFERENT = "一致", "不一致"


def decide_verify(question: Verify, permit: Permit, dataset: Dataset) -> tuple[Column, ...]:
    """The columns whose claims would be compared; raises a refusal."""
    release.check_presence(dataset, permit)
    if not question.claims:
        raise refused.WrongValue("没有要核验的数据项", where=dataset.id, help="请给出至少一项所报内容")
    columns = tuple(release.find(dataset, name) for name in question.claims)
    for column in columns:
        release.check_granted(dataset.id, column, permit)
    return columns


def draft_verify(question: Verify, permit: Permit, stores: Stores) -> Draft:
    """One row of 一致 and 不一致, or no row where the key is not there."""
    dataset = stores.shelf.dataset(question.dataset)
    columns = decide_verify(question, permit, dataset)
    if set(question.key) != set(dataset.key):
        raise find.wrong_key(dataset, whole=True)
    key = find.read_key(dataset, question.key, permit, stores.vault)
    claims = [(column, question.claims[column.name]) for column in columns]
    for column, claim in claims:
        plain.read(column, claim)
    people = [column.name for column in dataset.columns if column.is_vaulted]
    found = find.find_rows(dataset, key, [*(column.name for column in columns), *people], permit, stores)
    rows = [
        tuple(SAME if agrees(column, claim, raw[column.name], stores.vault) else DIFFERENT for column, claim in claims)
        for raw in found.raw
    ]
    return Draft(
        reads=(dataset.id,),
        columns=tuple(map(to_claimed, columns)),
        label=join_all((dataset.presence, *(column.label for column in columns))),
        rows=list(rows),
        subjects=conceal.subjects((raw[name] for raw in found.raw for name in people), stores.vault),
        detail={"key": " ".join(question.key)},
        data=(f"{dataset.id}={found.version}",),
    )


def draft_verdicts(question: Verify, permit: Permit, stores: Stores) -> Draft:
    """What a consumer of verifications can see at all: the two words, for each column; no row is read."""
    dataset = stores.shelf.dataset(question.dataset)
    columns = decide_verify(question, permit, dataset)
    label = join_all((dataset.presence, *(column.label for column in columns)))
    words = [tuple(word for _ in columns) for word in (SAME, DIFFERENT)]
    return Draft(reads=(dataset.id,), columns=tuple(map(to_claimed, columns)), label=label, rows=list(words))


def to_claimed(column: Column) -> AnswerColumn:
    """The heading of a verified column: its label stays, though only one bit leaves."""
    return AnswerColumn(column.name, column.title, column.label, True, TEXT, how="verified")


def agrees(column: Column, claim: str, stored: Plain, vault: Vault) -> bool:
    """True where a claim says what is stored: numbers by value, texts without blanks and widths."""
    if stored is None:
        return False
    if column.is_vaulted:
        return vault.token(plain.spell(column, claim)) == stored
    value = plain.read(column, claim)
    if isinstance(value, str):
        return _squeeze(value) == _squeeze(str(stored))
    if isinstance(value, decimal.Decimal):
        return value == decimal.Decimal(str(stored))
    return plain.tidy(column.kind, value) == stored


def _squeeze(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
