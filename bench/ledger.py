"""Measures the ledger against the disk: durable appends of 64 callers, and proofs at a million entries.

`python -m bench.ledger` prints appends a second and their waits beside how often this disk can be told to write
through in a second, in the same run; then the time of an inclusion proof in a segment of a million entries.
"""

from __future__ import annotations

import argparse
import datetime
import os
import shutil
import threading
import time
from pathlib import Path

from taihu.data.ledger import proof
from taihu.data.ledger.entry import Entry
from taihu.data.ledger.ledger import Ledger

NOON = datetime.datetime(2026, 11, 25, 4, tzinfo=datetime.UTC)


def entry(number: int) -> Entry:
    """An answer as the exchange door writes it."""
    return Entry(
        at=NOON + datetime.timedelta(milliseconds=number),
        act="answer",
        by="沈芳",
        department="civil",
        system="civil.relief",
        grant="grant-12",
        purpose="低保复核",
        ground="社会救助暂行办法 第十七条",
        dataset="bases.people.resident",
        columns=("name", "sex", "born_on", "town", "address", "phone"),
        label="L2 person",
        rows=1,
        where="bases.people.resident",
        detail={"form": "lookup", "key": "resident_id"},
        subjects=(f"{number:032x}",),
    )


def count_syncs(folder: Path, seconds: float) -> float:
    """How many times a second one thread can append 400 bytes and have them on the disk."""
    count, began = 0, time.perf_counter()
    with (folder / "raw").open("wb", buffering=0) as stream:
        while time.perf_counter() - began < seconds:
            stream.write(b"x" * 400)
            os.fdatasync(stream.fileno())
            count += 1
    return count / (time.perf_counter() - began)


def append(ledger: Ledger, callers: int, seconds: float) -> list[float]:
    """The waits of all appends of some threads within some seconds."""
    waits: list[list[float]] = [[] for _ in range(callers)]
    until = time.perf_counter() + seconds

    def call(number: int) -> None:
        mine, begun = waits[number], time.perf_counter()
        while begun < until:
            ledger.append(entry(number))
            now = time.perf_counter()
            mine.append(now - begun)
            begun = now

    threads = [threading.Thread(target=call, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(wait for mine in waits for wait in mine)


def time_proofs(ledger: Ledger, entries: int) -> tuple[float, float, int]:
    """p50 and p99 of a proof in milliseconds at so many entries, and how many steps it has."""
    for begin in range(0, entries, 2_000):
        ledger.append_many([entry(number) for number in range(begin, min(begin + 2_000, entries))])
    times, steps = [], 0
    for number in range(0, entries, max(1, entries // 500)):
        begun = time.perf_counter()
        found = ledger.prove(f"proofs/{number}")
        times.append((time.perf_counter() - begun) * 1000)
        steps = max(steps, len(found.path))
        if number == 0 and not proof.verify(found.to_json()).is_valid:
            raise SystemExit("a proof does not verify")
    times.sort()
    return times[len(times) // 2], times[len(times) * 99 // 100], steps


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("var/bench/ledger"))
    parser.add_argument("--callers", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--entries", type=int, default=1_000_000)
    asked = parser.parse_args()
    shutil.rmtree(asked.folder, ignore_errors=True)
    asked.folder.mkdir(parents=True)
    ledger = Ledger(asked.folder / "ledger", "bench")
    syncs = count_syncs(asked.folder, 2.0)
    append(ledger, asked.callers, 1.0)
    waits = append(ledger, asked.callers, asked.seconds)
    ledger.close()
    rate = len(waits) / asked.seconds
    p50, p99 = waits[len(waits) // 2] * 1000, waits[len(waits) * 99 // 100] * 1000
    print(f"the disk alone: {syncs:,.0f} durable writes/s of one thread")
    print(f"ledger, {asked.callers} callers: {rate:,.0f} durable appends/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    print(f"ratio appends/disk writes: {rate / syncs:.1f} (goals: 5,000/s, p99 under 25 ms)")
    proofs = Ledger(asked.folder / "ledger", "proofs")
    middle, worst, steps = time_proofs(proofs, asked.entries)
    proofs.close()
    print(
        f"inclusion proof at {asked.entries:,} entries: p50 {middle:.3f} ms, p99 {worst:.3f} ms, {steps} steps (goal 1 ms)"
    )


if __name__ == "__main__":
    main()
