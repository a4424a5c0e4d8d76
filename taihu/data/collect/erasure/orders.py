"""Orders: asks for an erasure, with the identifier sealed under a key that ends with it, and refuses one."""

from __future__ import annotations

import datetime
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from taihu.data.collect.erasure import records
from taihu.data.collect.erasure.hunt import Found, Hunt
from taihu.data.collect.erasure.records import Record, Records
from taihu.data.engines.stores import Stores
from taihu.data.guard import raw
from taihu.data.ledger.entry import Entry
from taihu.terms import fault, identifiers, problem
from taihu.terms.dataset import Dataset, Keep

STANDARD = "resident-id"
ORDER, FOUND = "order", "found"


class NotAnIdentifier(problem.Problem):
    """What should name the person is no valid number."""

    code = "C-102"


class NoWords(problem.Problem):
    """An erasure needs its ground, the reference of its order and a reason in words, without anybody's number."""

    code = "C-103"
    status = 422


class NoPeriod(problem.Problem):
    """The dataset declares no period for which its rows may be kept."""

    code = "C-104"
    status = 409


@dataclass(frozen=True, slots=True)
class Words:
    """Why: the clause of the law, the reference of the order, and the reason."""

    ground: str
    reference: str
    reason: str


def ask_for_person(*, identifier: str, words: Words, stores: Stores, by: str, at: datetime.datetime) -> Record:
    """Asks to erase a person. The number is kept sealed until the work is done; after that only its token."""
    number = identifiers.read(STANDARD, identifier)
    if identifiers.find_fault(STANDARD, number) is not None:
        raise NotAnIdentifier("公民身份号码不合规。", where="证件号码", help="请核对号码的位数与校验码。")
    hunt = Hunt(number, stores.vault.token(number))
    return _ask(hunt, records.PERSON, stores.vault.token(number, purpose=records.PURPOSE), words, stores, by, at)


def ask_for_period(*, dataset: Dataset, words: Words, stores: Stores, by: str, at: datetime.datetime) -> Record:
    """Asks to erase the rows of a dataset that are older than it may keep them; raises NoPeriod."""
    if dataset.keep is None:
        raise NoPeriod(
            f"「{dataset.title}」没有规定保存期限。", where=dataset.id, help="请先在数据资源的 YAML 中写明 keep。"
        )
    hunt = hunt_period(dataset, dataset.keep, at.date())
    return _ask(hunt, records.PERIOD, "", words, stores, by, at)


def hunt_period(dataset: Dataset, keep: Keep, on: datetime.date) -> Hunt:
    """What is over its years on a day."""
    return Hunt(dataset=dataset.id, column=keep.start, before=years_before(on, keep.years).isoformat())


def years_before(day: datetime.date, years: int) -> datetime.date:
    """The same day so many years earlier; from the 29th of February the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _ask(hunt: Hunt, kind: str, subject: str, words: Words, stores: Stores, by: str, at: datetime.datetime) -> Record:
    said = {"依据": words.ground, "文号": words.reference, "理由": words.reason}
    for title, text in said.items():
        if not text.strip():
            raise NoWords(f"请填写{title}。", where=title, help="删除须写明依据、文号与理由。")
        if raw.has_number(text):
            raise NoWords(f"{title}中含有证件号码、电话或账号。", where=title, help="请删去号码。")
    record = Record(
        id=secrets.token_hex(8),
        kind=kind,
        dataset=hunt.dataset,
        before=hunt.before,
        subject=subject,
        reference=words.reference.strip(),
        ground=words.ground.strip(),
        reason=words.reason.strip(),
        asked_by=by,
        asked_at=at,
    )
    keep(record.id, ORDER, json.dumps(asdict(hunt)), stores=stores)
    stores.ledger.append(enter(record, "erase.ask", by, at))
    Records(stores.root).keep(record)
    return record


def enter(record: Record, act: str, by: str, at: datetime.datetime, **detail: str) -> Entry:
    """The ledger's entry about an erasure: the order and its ground, never whose rows."""
    told = {"kind": record.kind, "reference": record.reference, **detail}
    return Entry(at=at, act=act, by=by, ground=record.ground, dataset=record.dataset, where=record.id, detail=told)


def refuse(*, id: str, stores: Stores, by: str, at: datetime.datetime) -> Record:  # noqa: A002 - the field's name
    """Refuses an erasure that was asked for; the sealed number goes with its key."""
    record = Records(stores.root).find(id)
    stores.ledger.append(enter(record, "erase.refuse", by, at))
    fault.point("erasure.refuse.move")
    refused = Records(stores.root).move(id, records.REFUSED)
    forget(id, stores=stores)
    return refused


def keep(id: str, name: str, text: str, *, stores: Stores) -> None:  # noqa: A002 - the field's name
    """Keeps a text sealed under the key of the erasure."""
    folder = folder_of(id, stores.root)
    sealed = stores.vault.seal(text.encode(), purpose=_purpose(id), about=f"{id} {name}".encode())
    fault.point("erasure.order.write")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f"{name}.draft"
    with draft.open("wb") as stream:
        stream.write(sealed)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(folder / name)


def read(id: str, name: str, *, stores: Stores) -> str | None:  # noqa: A002 - the field's name
    """What was kept sealed; none where it was not."""
    try:
        sealed = (folder_of(id, stores.root) / name).read_bytes()
    except FileNotFoundError:
        return None
    return stores.vault.unseal(sealed, purpose=_purpose(id), about=f"{id} {name}".encode()).decode()


def read_hunt(id: str, *, stores: Stores) -> Hunt:  # noqa: A002 - the field's name
    """What the order is after."""
    return Hunt(**json.loads(read(id, ORDER, stores=stores) or "{}"))


def read_found(id: str, *, stores: Stores) -> Found | None:  # noqa: A002 - the field's name
    """What was found before anything was changed."""
    text = read(id, FOUND, stores=stores)
    return Found(**json.loads(text)) if text else None


def forget(id: str, *, stores: Stores) -> None:  # noqa: A002 - the field's name
    """Destroys the erasure's key, and what was sealed with it."""
    stores.vault.end_key(_purpose(id))
    for name in (ORDER, FOUND):
        fault.point("erasure.order.remove")
        (folder_of(id, stores.root) / name).unlink(missing_ok=True)


def folder_of(id: str, root: Path) -> Path:  # noqa: A002 - the field's name
    """Where an erasure's order, and later its proof, lie."""
    return root / "erasures" / id


def _purpose(id: str) -> str:  # noqa: A002 - the field's name
    return f"erasure-{id}"
