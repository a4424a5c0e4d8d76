"""Identify: finds direct identifiers in what is about to leave, by what columns are and by what cells hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from taihu.terms import identifiers

# Standards whose values name one person, phone or account by themselves.
DIRECT = frozenset({"resident-id", "phone", "bank-account", "certificate-id"})


@dataclass(frozen=True, slots=True)
class Found:
    """Identifiers in a column: which kind, and in how many cells; never which."""

    column: str
    title: str
    cells: int


def find_direct(table: pa.Table, standards: Mapping[str, str]) -> Iterator[Found]:
    """Columns declared under a standard of identifiers (`standards`: column → standard), and cells that hold one.

    An id number counts where it holds a day of birth, mistyped check digit or not; a card where its check digit
    holds. Other long numbers do not; numbers inside a longer text are found too. A keyed token names a person to
    whoever has seen it elsewhere (PIPL art. 73), so it is not opened either.
    """
    for name in table.column_names:
        if standards.get(name, "") in DIRECT:
            yield Found(name, "标识类数据项", table.num_rows)
            continue
        texts = [str(value) for value in table.column(name).to_pylist() if isinstance(value, str | int)]
        for title, holds in KINDS.items():
            cells = sum(holds(text) for text in texts)
            if cells:
                yield Found(name, title, cells)


def _holds(form: str, is_one: Callable[[str], bool]) -> Callable[[str], bool]:
    pattern = re.compile(rf"(?<![0-9A-Za-z]){form}(?![0-9A-Za-z])")
    return lambda text: any(is_one(found[0]) for found in pattern.finditer(text))


def _is_resident(number: str) -> bool:
    born = identifiers.born_of(number.upper())
    return born is not None and born.year >= 1900


KINDS: Mapping[str, Callable[[str], bool]] = {
    "公民身份号码": _holds(r"[1-9][0-9]{16}[0-9Xx]", _is_resident),
    "手机号码": _holds(r"1[3-9][0-9]{9}", lambda number: True),
    "令牌": _holds(r"[0-9a-f]{32}", lambda text: True),
    "银行卡号": _holds(r"62[0-9]{14,17}", lambda number: identifiers.is_card(number) and identifiers.has_luhn(number)),
}
