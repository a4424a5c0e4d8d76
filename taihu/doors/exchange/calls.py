"""What clients send to this door and get back: the bodies of each operation, typed."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from taihu.doors.exchange import problems

LARGEST_BODY = 64 * 1024


class Lookup(msgspec.Struct, forbid_unknown_fields=True):
    """Rows by the key of the dataset. Keys travel in the body: an address is written into logs."""

    key: dict[str, str]
    operator: str
    columns: list[str] = []
    filing: str = ""


class Verify(msgspec.Struct, forbid_unknown_fields=True):
    """Do the claimed values agree with the row of this key? The values themselves do not leave."""

    key: dict[str, str]
    claims: dict[str, str]
    operator: str
    filing: str = ""


class Ask(msgspec.Struct, forbid_unknown_fields=True):
    """A published query of a pack, with its parameters."""

    operator: str
    parameters: dict[str, str] = {}
    filing: str = ""


class Told(msgspec.Struct):
    """The place of the answer in the ledger: what a proof is asked by."""

    id: str


class ColumnTold(msgspec.Struct):
    """A column of an answer: its name, Chinese title, label, and whether its values are masked."""

    name: str
    title: str
    label: str
    masked: bool


class Rows(msgspec.Struct):
    """The answer to a lookup or a query."""

    columns: list[ColumnTold]
    rows: list[tuple[Any, ...]]
    ledger: Told | None


class Verdict(msgspec.Struct):
    """The answer to a verification: 一致 (true) or 不一致 (false) per claim; null where there is no such row."""

    found: bool
    agrees: dict[str, bool]
    ledger: Told | None


class PermitTold(msgspec.Struct):
    """One grant that the key opens."""

    grant: str
    reads: list[str]
    columns: list[str]
    level: str
    forms: list[str]
    purpose: str
    until: str
    calls_a_day: int


class Permits(msgspec.Struct):
    """All grants that the key opens."""

    permits: list[PermitTold]


class Refusal(msgspec.Struct):
    """The error shape of every operation."""

    code: str
    message: str
    where: str
    help: str


Body = TypeVar("Body")


def read(body: bytes, shape: type[Body]) -> Body:
    """Reads a body strictly; raises NotUnderstood with the place in the body, TooLarge."""
    if len(body) > LARGEST_BODY:
        raise problems.TooLarge(f"请求体超过 {LARGEST_BODY // 1024} kB", help="请分批调用")
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        place = str(fault).rpartition("`$")[2].rstrip("`") if "`$" in str(fault) else ""
        raise problems.NotUnderstood(
            "请求体不符合该接口的格式", where=f"body{place}", help="格式见 /exchange/v1/openapi.json"
        ) from None
