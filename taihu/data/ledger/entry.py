"""Entry: one line of the ledger, with a public part and a private part that can be forgotten."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from taihu.data.ledger.suite import Suite

PRIVATE = ("subjects", "sealed")
# Numbers of matters: of an answer about several people they are the affair of one of them.
HIDDEN = ("filing",)
LEAF = b"\x00"


@dataclass(frozen=True, slots=True)
class Entry:
    """Who (`by`, `department`, `system`) was told what, on which grant, for which purpose, when.

    `dataset` may name several, separated by a space. `detail` never holds a value of level L3 or above.
    `evidence` says by what the answer can be given again: its keyed digest, the permit, the packs, the data, the keys.
    `subjects` are keyed tokens of the people concerned, `sealed` is the question under a key; they are the private part.
    """

    at: datetime.datetime
    act: str
    by: str = ""
    department: str = ""
    system: str = ""
    grant: str = ""
    purpose: str = ""
    ground: str = ""
    dataset: str = ""
    columns: tuple[str, ...] = ()
    label: str = ""
    rows: int = 0
    where: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()
    sealed: str = ""

    def __post_init__(self) -> None:
        """Refuses a time without zone: entries of several machines are put in one order."""
        if self.at.tzinfo is None:
            raise ValueError("an entry's time carries its zone; pass an aware datetime as at=")


FIELDS = tuple(f.name for f in dataclasses.fields(Entry) if f.name not in PRIVATE)


@dataclass(frozen=True, slots=True)
class Parts:
    """An entry as bytes: public part, salt and private part.

    Where the private part was forgotten, the commitment stands for it; where the whole entry was dropped, its leaf.
    """

    public: bytes
    salt: bytes
    private: bytes
    commitment: bytes
    dropped: bytes = b""

    def leaf(self, suite: Suite) -> bytes:
        """H(0 ‖ public ‖ H(salt ‖ private)): stays the same when the private part, or all, is forgotten."""
        return self.dropped or suite.digest(LEAF + self.public + self.commitment)


def split(entry: Entry, *, salt: bytes, suite: Suite) -> Parts:
    """The entry's two parts as they are hashed and written."""
    said: dict[str, Any] = {name: getattr(entry, name) for name in FIELDS}
    said["at"] = to_text(entry.at)
    said["columns"] = list(entry.columns)
    said["detail"] = {name: value for name, value in entry.detail.items() if name not in HIDDEN}
    if entry.evidence:
        said["evidence"] = dict(entry.evidence)
    else:
        del said["evidence"]
    public = orjson.dumps(said)
    hidden: dict[str, Any] = {"subjects": list(entry.subjects)}
    hidden |= {"sealed": entry.sealed} if entry.sealed else {}
    hidden |= {name: entry.detail[name] for name in HIDDEN if name in entry.detail}
    private = orjson.dumps(hidden)
    return Parts(public, salt, private, suite.digest(salt + private))


def join(parts: Parts) -> Entry:
    """The entry that was split; its subjects are empty where the private part is not there."""
    said = orjson.loads(parts.public)
    private = orjson.loads(parts.private) if parts.private else {"subjects": []}
    return Entry(
        **{
            **said,
            "at": datetime.datetime.fromisoformat(said["at"]),
            "columns": tuple(said["columns"]),
            "detail": said["detail"] | {name: private[name] for name in HIDDEN if name in private},
            "subjects": tuple(private["subjects"]),
            "sealed": private.get("sealed", ""),
        }
    )


def to_text(at: datetime.datetime) -> str:
    """A moment in UTC with microseconds: the order of the texts is the order of the times."""
    return at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
