"""Evidence: what an entry says so that its answer can be given again: digest, permit, packs, data, keys, the question."""

from __future__ import annotations

import base64
import datetime
import functools
import hashlib
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import orjson

from taihu.data.engines.stores import Stores
from taihu.data.guard import conceal, editions, permits, spoken
from taihu.data.guard.draft import AnswerColumn, Draft, Row
from taihu.data.guard.question import Question
from taihu.data.guard.refused import Refused
from taihu.data.ledger.keys import sync_folder
from taihu.data.ledger.suite import INTL_1
from taihu.data.ledger.writer import Unavailable
from taihu.data.vault.vault import Vault
from taihu.terms import fault
from taihu.terms.permit import Permit

DIGITS = 32
KEY_DIGITS = 8
Kept = TypeVar("Kept")


class PermitGone(Refused):
    """The permit under which an answer was given is no longer kept."""

    code = "G-REPLAY-03"
    status = 410


@dataclass(frozen=True, slots=True)
class Evidence:
    """The public part, and the question under a key."""

    public: Mapping[str, str] = field(default_factory=dict)
    sealed: str = ""


NONE = Evidence()


def gather(question: Question, permit: Permit, draft: Draft, stores: Stores, at: datetime.datetime) -> Evidence:
    """What the entry of an answer says; permit and packs are durable when it returns. Raises Unavailable."""
    answer = digest(draft.columns, draft.rows, stores.vault, at)
    return gather_told(question, permit, answer, draft.columns, draft.data, stores, at)


def gather_told(
    question: Question,
    permit: Permit,
    answer: str,
    columns: Sequence[AnswerColumn],
    data: Sequence[str],
    stores: Stores,
    at: datetime.datetime,
) -> Evidence:
    """The same where the digest was worked out page by page."""
    kept = durable(lambda: keep_permit(permit, stores))
    edition = durable(lambda: editions.keep(stores))
    vault = stores.vault
    public = {
        "answer": answer,
        "permit": kept,
        "packs": edition,
        "data": " ".join(data),
        "keys": name_keys(columns, permit, vault, at),
    }
    sealed = vault.seal(spoken.write(question), purpose=_purpose("questions", at), about=permit.grant.encode())
    return Evidence(public, base64.b64encode(sealed).decode())


def durable(write: Callable[[], Kept]) -> Kept:
    """What a write gives; raises Unavailable where the disk does not take it: then nothing above L1 may leave."""
    try:
        return write()
    except OSError as failure:
        reason = os.strerror(failure.errno or 0)
        raise Unavailable(f"应答的凭据无法保存（{reason}）", where="guard", help="请检查磁盘空间") from None


def digest(columns: Sequence[AnswerColumn], rows: Sequence[Row], vault: Vault, at: datetime.datetime) -> str:
    """The keyed digest of an answer as a bag of rows.

    Keyed, because few answers have much to guess: 一致 or 不一致 would be found by trying.
    """
    lines = sorted(orjson.dumps(row) for row in rows)
    heads = orjson.dumps([[column.name, column.how] for column in columns])
    text = b"\n".join((heads, *lines)).decode()
    return vault.token(text, purpose=_purpose("answers", at))


def digest_pages(pages: Sequence[str], vault: Vault, at: datetime.datetime) -> str:
    """The digest of a delivery, from those of its pages in their order."""
    return vault.token("\n".join(pages), purpose=_purpose("answers", at))


def _purpose(what: str, at: datetime.datetime) -> str:
    """A key for each month: what is over can be made unreadable by putting its key away."""
    told = at if at.tzinfo is datetime.UTC else at.astimezone(datetime.UTC)
    return f"ledger-{what}-{told.year:04}-{told.month:02}"


def name_keys(columns: Sequence[AnswerColumn], permit: Permit, vault: Vault, at: datetime.datetime) -> str:
    """The names of the keys by which the answer's tokens and its digest were made."""
    purposes = {"platform": "platform", "answer": _purpose("answers", at)}
    if any(column.how == "token" for column in columns):
        purposes["grant"] = conceal.grant_purpose(permit, vault)
    return " ".join([f"{name}:{_name_key(vault.key(purpose))}" for name, purpose in purposes.items()])


@functools.lru_cache(maxsize=256)
def _name_key(key: bytes) -> str:
    return INTL_1.key_id(key)[:KEY_DIGITS]


def open_question(sealed: str, grant: str, vault: Vault, at: datetime.datetime) -> Question:
    """The question of an entry; raises NotOpened."""
    data = base64.b64decode(sealed)
    return spoken.read(vault.unseal(data, purpose=_purpose("questions", at), about=grant.encode()))


def keep_permit(permit: Permit, stores: Stores) -> str:
    """Keeps the permit under its digest, whatever becomes of the grant; durable when it returns."""
    return _keep_permit(stores.root, permit)


@functools.lru_cache(maxsize=1_000)
def _keep_permit(root: Path, permit: Permit) -> str:
    """Remembered: what was durable once is not asked for again at each answer."""
    text = permits.to_text(permit)
    name = hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
    path = _permit_path(root, name)
    if not path.exists():
        _write(path, text)
    return name


def read_permit(name: str, stores: Stores) -> Permit:
    """The permit of that digest; raises PermitGone where it is not there or was changed."""
    try:
        text = _permit_path(stores.root, name).read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    if hashlib.sha256(text.encode()).hexdigest()[:DIGITS] != name:
        raise PermitGone("当时的许可已不在，或已被改动", where=name, help="请从备份恢复 guard/permits 后重试")
    return permits.from_text(text)


def _permit_path(root: Path, name: str) -> Path:
    return root / "guard" / "permits" / f"{name}.json"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.stem}-{secrets.token_hex(4)}")
    fault.point("guard.evidence.permit")
    try:
        with draft.open("wb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
