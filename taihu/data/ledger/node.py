"""Node head: one signature over the heads of all segments, every ten seconds; once an hour it is published."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from taihu.data.ledger import entry as entries
from taihu.data.ledger import handover, tree
from taihu.data.ledger import keys as key_files
from taihu.data.ledger import suite as suites
from taihu.data.ledger.entry import LEAF
from taihu.data.ledger.handover import Standing
from taihu.data.ledger.head import Head
from taihu.data.ledger.ledger import Ledger
from taihu.data.ledger.proof import NODE, Proof, Under, line_of
from taihu.terms import fault

FOLDER = "_node"
FORMAT = "taihu-heads-1"
SIGN_SECONDS = 10.0
PUBLISH_AFTER = datetime.timedelta(hours=1)
TAIL_BYTES = 64 * 1024
MOST_BYTES = 8 * 1024 * 1024
Extensions = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class NodeHead:
    """How far each segment had come: leaves of a small tree, whose root is signed.

    `before` is the digest of the node head before it in the same file. `extensions` are there where it was
    published: for each segment the proof that its tree begins with the one that was published before.
    """

    head: Head
    number: int
    before: str
    standing: tuple[Standing, ...]
    public_key: str
    extensions: Extensions = field(default_factory=dict)

    def digest(self) -> str:
        """What the next one names."""
        suite = suites.find(self.head.suite)
        return suite.digest(self.head.signed_bytes() + self.head.signature.encode()).hex()

    def lines(self) -> list[bytes]:
        """The leaves before they are hashed: place in the chain, then a line for each segment."""
        first = f"taihu-node-1\n{self.number}\n{self.before}".encode()
        return [first, *(line_of(one.segment, one.tree, one.size, one.root) for one in self.standing)]

    def root(self) -> bytes:
        """The root over the lines."""
        return tree.peaks_of(self.head.tree_suite(), leaves_of(self)).root()

    def entries(self) -> int:
        """How many entries all segments hold together."""
        return sum(one.size for one in self.standing)

    def at(self) -> datetime.datetime:
        """When it was signed."""
        return datetime.datetime.fromisoformat(self.head.at)


def leaves_of(node: NodeHead) -> list[bytes]:
    """The leaves of the small tree."""
    suite = node.head.tree_suite()
    return [suite.digest(LEAF + line) for line in node.lines()]


def read_one(said: Mapping[str, Any]) -> NodeHead:
    """A node head from what JSON holds; raises KeyError or TypeError where it is none."""
    head, standing = Head(**said["head"]), tuple(Standing(**one) for one in said["standing"])
    return NodeHead(**{**said, "head": head, "standing": standing})


def read_all(path: Path) -> list[NodeHead]:
    """The node heads of a file, oldest first; a torn last line is left out."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return []
    return [read_one(orjson.loads(line)) for line in lines if line.endswith(b"\n")]


def signed_path(root: Path) -> Path:
    """The node heads of the last hours; the file before it is kept beside."""
    return root / FOLDER / "heads.jsonl"


def published_paths(root: Path) -> list[Path]:
    """All that were published, a file for each month, oldest first."""
    return sorted((root / FOLDER).glob("published-*.jsonl"))


def last_published(root: Path) -> NodeHead | None:
    """The latest of them."""
    return read_last(published_paths(root)[-1:])


def read_last(paths: Sequence[Path]) -> NodeHead | None:
    """The last whole line of the first of these files that has one; only ends of files are read."""
    for path in paths:
        with contextlib.suppress(FileNotFoundError), path.open("rb") as stream:
            found = _last_line(stream)
            if found:
                return read_one(orjson.loads(found))
    return None


def _last_line(stream: BinaryIO) -> bytes:
    size = stream.seek(0, os.SEEK_END)
    length = TAIL_BYTES
    while True:
        stream.seek(max(0, size - length))
        whole = stream.read().rpartition(b"\n")[0]
        if b"\n" in whole or length >= size:
            return whole.rpartition(b"\n")[2]
        length *= 4


def sign(ledger: Ledger, *, at: datetime.datetime) -> NodeHead | None:
    """Signs how far all segments have come; None where nothing came since, or another process is at it."""
    with _alone(ledger.root) as is_mine:
        path = signed_path(ledger.root)
        return _sign(ledger, path, at, read_last((path, _older(path)))) if is_mine else None


def publish(ledger: Ledger, *, at: datetime.datetime) -> NodeHead | None:
    """The same for everybody, with the proofs that nothing that was published before has changed since."""
    with _alone(ledger.root) as is_mine:
        path = ledger.root / FOLDER / f"published-{entries.to_text(at)[:7]}.jsonl"
        return _sign(ledger, path, at, last_published(ledger.root), is_public=True) if is_mine else None


def keep_up(ledger: Ledger, *, at: datetime.datetime, is_last: bool = False) -> None:
    """Signs now, and publishes where the last publication is an hour old, or the house stops."""
    sign(ledger, at=at)
    last = last_published(ledger.root)
    if is_last or last is None or at - last.at() >= PUBLISH_AFTER:
        publish(ledger, at=at)


def _sign(
    ledger: Ledger, path: Path, at: datetime.datetime, before: NodeHead | None, *, is_public: bool = False
) -> NodeHead | None:
    standing = tuple(ledger.standing())
    if not standing or (before and before.standing == standing):
        return None
    number, digest = (before.number + 1, before.digest()) if before else (1, "")
    extensions = _extend(ledger, before.standing, standing) if before and is_public else {}
    signer = ledger.signer
    draft = NodeHead(
        Head(signer.suite.id, "", NODE, 0, "", ""), number, digest, standing, signer.public().hex(), extensions
    )
    made = dataclasses.replace(
        draft,
        head=signer.sign(segment=NODE, size=len(draft.lines()), root=draft.root(), at=entries.to_text(at)),
    )
    _write(path, made, is_public=is_public)
    return made


def _extend(ledger: Ledger, before: Sequence[Standing], now: Sequence[Standing]) -> dict[str, list[str]]:
    """Of each segment that was there before: the consistency proof up to where it is now."""
    sizes = {one.segment: one.size for one in now}
    extensions = {}
    for one in before:
        segment = ledger.segment(one.segment)
        with segment.nodes() as node:
            path = tree.prove_consistency(segment.suite, node, one.size, sizes[one.segment])
        extensions[one.segment] = [step.hex() for step in path]
    return extensions


def _write(path: Path, made: NodeHead, *, is_public: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not is_public and path.exists() and path.stat().st_size > MOST_BYTES:
        fault.point("ledger.node.turn")
        path.replace(_older(path))
    fault.point("ledger.node.line")
    with path.open("a+b") as stream:
        _cut_torn_line(stream)
        stream.write(orjson.dumps(dataclasses.asdict(made)) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    key_files.sync_folder(path.parent)


def _cut_torn_line(stream: BinaryIO) -> None:
    size = stream.seek(0, os.SEEK_END)
    length = TAIL_BYTES
    while size:
        stream.seek(max(0, size - length))
        tail = stream.read()
        if b"\n" in tail or length >= size:
            stream.truncate(size - len(tail) + tail.rfind(b"\n") + 1)
            return
        length *= 4


def _older(path: Path) -> Path:
    return path.with_name("heads-before.jsonl")


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[bool]:
    """True for one process at a time; the others have nothing to do."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fault.point("ledger.node.lock")
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)


def prove(ledger: Ledger, id: str, *, is_whole: bool = False) -> Proof:  # noqa: A002 - what receipts call it
    """The proof for one entry under the latest published head that covers it, else the latest signed one, else alone."""
    name, _, number = id.rpartition("/")
    signed = signed_path(ledger.root)
    for node in filter(None, (last_published(ledger.root), read_last((signed, _older(signed))))):
        for place, one in enumerate(node.standing, 1):
            if one.segment == name and number.isdigit() and int(number) < one.size:
                proof = ledger.prove(id, is_whole=is_whole, size=one.size)
                return dataclasses.replace(proof, under=_under(node, place))
    return ledger.prove(id, is_whole=is_whole)


def _under(node: NodeHead, place: int) -> Under:
    suite, leaves = node.head.tree_suite(), leaves_of(node)
    edge = tree.Peaks(suite)
    made = [step for leaf in leaves for step in edge.add(leaf)]

    def stored(level: int, index: int) -> bytes:
        return made[tree.place(level, index)]

    path = tree.prove_inclusion(suite, stored, place, len(leaves))
    return Under(node.head, place, tuple(step.hex() for step in path))


def tell(ledger: Ledger, *, month: str = "") -> dict[str, Any]:
    """What is published of a month (`2026-11`), or of the last one: for the page and for programs."""
    months = [path.stem.removeprefix("published-") for path in published_paths(ledger.root)]
    chosen = month if month in months else "".join(months[-1:])
    heads = read_all(ledger.root / FOLDER / f"published-{chosen}.jsonl")
    return {
        "format": FORMAT,
        "month": chosen,
        "months": months,
        "handovers": [dataclasses.asdict(one) for one in handover.read_all(ledger.root)],
        "heads": [dataclasses.asdict(head) for head in heads],
    }
