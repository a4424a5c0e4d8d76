"""Forget: when the term of a class is over, first the private parts of its entries go, then all but their leaves."""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from taihu.data.ledger import entry as entries
from taihu.data.ledger import keys as key_files
from taihu.data.ledger import record
from taihu.data.ledger.entry import Entry, Parts
from taihu.data.ledger.ledger import Ledger
from taihu.data.ledger.segment import OFFSET, Mark, Segment
from taihu.terms import fault, retention
from taihu.terms.retention import Class

ACT = "ledger.forget"
WORK, DRAFT, BEFORE = "_forget", "draft-", "before-"
KEPT, FORGOTTEN, DROPPED = "kept", "forgotten", "dropped"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many private parts and how many whole entries went, of how many segments."""

    private: int = 0
    whole: int = 0
    segments: int = 0


def forget(ledger: Ledger, classes: Sequence[Class], *, at: datetime.datetime) -> Forgotten:
    """Takes away what is over in all sealed segments; enters what it takes, first. Idempotent; one caller at a time.

    Trees stay as they are: every proof of an entry that is left holds, and so does every head ever signed.
    """
    mend(ledger.root)
    total = Forgotten()
    for segment in ledger.segments():
        if not segment.is_sealed():
            continue
        fates = list(_judge(segment, classes, at))
        private = [number for number, fate in enumerate(fates) if fate == FORGOTTEN]
        whole = [number for number, fate in enumerate(fates) if fate == DROPPED]
        if not private and not whole:
            continue
        _enter(ledger, segment, (("private", private), ("whole", whole)), at)
        _rewrite(segment, fates)
        ledger.index.forget(segment.name)
        total = Forgotten(total.private + len(private), total.whole + len(whole), total.segments + 1)
    return total


def _judge(segment: Segment, classes: Sequence[Class], at: datetime.datetime) -> Iterator[str]:
    """What becomes of each entry; `kept` too where that was done already."""
    for _, parts in segment.scan(0, segment.mark().count):
        if parts.dropped:
            yield KEPT
            continue
        entry = entries.join(parts)
        term = class_of(entry, classes).term
        if retention.is_over(entry.at, term.public, at):
            yield DROPPED
        elif parts.private and retention.is_over(entry.at, term.private, at):
            yield FORGOTTEN
        else:
            yield KEPT


def class_of(entry: Entry, classes: Sequence[Class]) -> Class:
    """The first class that holds the entry."""
    kinds = entry.label.partition(" ")[2].split(",")
    return next(one for one in classes if one.holds(entry.act, kinds))


def _enter(ledger: Ledger, segment: Segment, taken: Iterable[tuple[str, Sequence[int]]], at: datetime.datetime) -> None:
    """The entries by which an auditor tells retention from erasure. A kill after them takes nothing unsaid."""
    ledger.append_many(
        [
            Entry(
                at=at,
                act=ACT,
                by="house",
                system="ledger",
                rows=len(numbers),
                where=segment.name,
                detail={"segment": segment.name, "part": part, "numbers": write_numbers(numbers)},
            )
            for part, numbers in taken
            if numbers
        ]
    )


def write_numbers(numbers: Sequence[int]) -> str:
    """Numbers as ranges: `0-99 105 200-201`."""
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    return " ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def read_numbers(text: str) -> Iterator[int]:
    """The numbers of such ranges."""
    for run in text.split():
        first, _, last = run.partition("-")
        yield from range(int(first), int(last or first) + 1)


def _rewrite(segment: Segment, fates: Sequence[str]) -> None:
    """Writes the segment anew beside itself and puts it in its place; the tree is the same file."""
    draft = segment.folder.parent / WORK / (DRAFT + segment.name)
    fault.point("ledger.forget.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(segment.folder, draft, ignore=shutil.ignore_patterns("entries.log", "offsets.bin"))
    fresh = Segment(draft, segment.suite)
    offset = 0
    with fresh.entries_path.open("wb") as records, fresh.offsets_path.open("wb") as offsets:
        for number, parts in segment.scan(0, len(fates)):
            data = record.encode(_CHANGES[fates[number]](parts, segment))
            records.write(data)
            offsets.write(OFFSET.pack(offset))
            offset += len(data)
        for stream in (records, offsets):
            stream.flush()
            os.fsync(stream.fileno())
    for path in (fresh.mark_path, fresh.checkpoint_path):
        path.write_bytes(Mark(len(fates), offset).encode())
    key_files.sync_folder(draft)
    _exchange(segment.folder, draft)


_CHANGES: dict[str, Callable[[Parts, Segment], Parts]] = {
    KEPT: lambda parts, segment: parts,
    FORGOTTEN: lambda parts, segment: replace(parts, salt=b"", private=b""),
    DROPPED: lambda parts, segment: Parts(b"", b"", b"", b"", parts.leaf(segment.suite)),
}


def _exchange(folder: Path, draft: Path) -> None:
    """Puts the draft in the place of the folder; `mend` finishes what a kill leaves half-way."""
    before = draft.with_name(BEFORE + folder.name)
    fault.point("ledger.forget.exchange")
    folder.rename(before)
    fault.point("ledger.forget.place")
    draft.rename(folder)
    key_files.sync_folder(folder.parent)
    fault.point("ledger.forget.remove")
    shutil.rmtree(before)


def mend(root: Path) -> None:
    """Finishes an exchange that was killed: a segment that stands nowhere is put back, leavings are removed."""
    for before in (root / WORK).glob(f"{BEFORE}*"):
        place = root / before.name.removeprefix(BEFORE)
        fault.point("ledger.forget.mend")
        if place.exists():
            shutil.rmtree(before)
        else:
            before.rename(place)
    for draft in (root / WORK).glob(f"{DRAFT}*"):
        fault.point("ledger.forget.clear")
        shutil.rmtree(draft)
