"""Conceal: single raw values in the form in which they leave, in Python; and the subjects that rows are about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from taihu.data.guard import refused
from taihu.data.guard.draft import AnswerColumn, Row
from taihu.data.guard.plain import Plain
from taihu.data.guard.release import How, Leaving, find_mask
from taihu.data.vault.vault import Vault
from taihu.terms.permit import Permit

SUBJECTS = "ledger-subject"


def to_column(leaving: Leaving) -> AnswerColumn:
    """The heading of a leaving column."""
    column = leaving.column
    return AnswerColumn(
        name=column.name,
        title=column.title,
        label=leaving.label,
        is_masked=leaving.how not in (How.CLEAR, How.VAULT),
        kind=column.kind,
        unit=column.unit,
        standard=column.standard,
        how=leaving.how.value,
    )


def mask(leaving: Leaving, value: Plain) -> Plain:
    """A raw value as it leaves: of a vaulted column the masked form, or its token, which `reveal` replaces."""
    if value is None or leaving.how is not How.MASKED or leaving.column.is_vaulted:
        return value
    return find_mask(leaving.mask).apply(str(value))


def grant_purpose(permit: Permit, vault: Vault) -> str:
    """The name of the key whose tokens a grant gets: tokens of two grants cannot be joined."""
    return purpose_of(permit.grant, vault)


def purpose_of(grant: str, vault: Vault) -> str:
    """As `grant_purpose`, by the grant's id."""
    return f"grant-{vault.token(grant, purpose='grant-names')}"


def reveal(rows: Sequence[Row], leaving: Sequence[Leaving], vault: Vault) -> list[Row]:
    """Rows with the values from the vault in place of their tokens; raises ValueMissing."""
    places = [n for n, item in enumerate(leaving) if item.how is How.VAULT]
    if not places:
        return list(rows)
    values = vault.reveal(str(row[n]) for row in rows for n in places if row[n] is not None)
    for n in places:
        if any(row[n] is not None and row[n] not in values for row in rows):
            raise refused.ValueMissing(
                f"保险库中缺少「{leaving[n].column.title}」的一个原值", help="请联系平台运营人员核对该批次"
            )
    return [tuple(values.get(str(v)) if n in places else v for n, v in enumerate(row)) for row in rows]


def subjects(tokens: Iterable[Plain], vault: Vault) -> tuple[str, ...]:
    """The ledger's names of the people behind platform tokens."""
    return tuple(sorted({vault.token(str(token), purpose=SUBJECTS) for token in tokens if token is not None}))


def subject_of(value: str, vault: Vault) -> str:
    """The ledger's name of the person with an identifier in its kept spelling: by it a citizen finds entries."""
    return vault.token(vault.token(value), purpose=SUBJECTS)
