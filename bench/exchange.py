"""Measures the guarded, ledgered lookup against the same lookup bare, both in this run, at 64 connections.

`python -m bench.exchange` brings 100,000 residents in, serves them through the gateway as the city does, and through
a bare application on the same server; rounds alternate, the best of each counts.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import house
from bench.refine import PACKS
from taihu.data.engines import stores as engines
from taihu.doors.terminal import ports
from taihu.terms.shelf import read_shelf

GUARDED, BARE = 18501, 18502
PATH = f"/exchange/v1/{house.DATASET}/lookup"


def write_bodies(folder: Path, numbers: list[str]) -> tuple[Path, Path]:
    """The requests: by number for the gateway, by what the file holds (the token) for the bare application."""
    stores = engines.open_stores(folder / "var", read_shelf(PACKS), segment="terminal")
    tokens = [stores.vault.token(number) for number in numbers]
    stores.close()
    paths = folder / "numbers.txt", folder / "tokens.txt"
    for path, keys in zip(paths, (numbers, tokens), strict=True):
        bodies = [json.dumps({"key": {"resident_id": key}, "operator": "bench"}) for key in keys]
        path.write_text("\n".join(bodies), encoding="utf-8")
    return paths


@contextlib.contextmanager
def served(application: str, port: int, var: Path) -> Iterator[None]:
    """One worker of the server the city runs on."""
    command = [sys.executable, "-m", "granian", "--host", "127.0.0.1", "--workers", "1", "--no-ws"]
    asked = [*command, "--log-level", "warning", "--interface", "asgi", "--port", str(port), application]
    process = subprocess.Popen(asked, env={**os.environ, "TAIHU_VAR": str(var)})  # noqa: S603 - fixed command
    try:
        ports.wait(port, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def measure(port: int, bodies: Path, key: str, asked: argparse.Namespace) -> dict[str, Any]:
    """One round of load from a process of its own."""
    command = [sys.executable, "-m", "bench.load", "--port", str(port), "--path", PATH, "--bodies", str(bodies)]
    sized = [*command, "--key", key, "--connections", str(asked.connections), "--seconds", str(asked.seconds)]
    done = subprocess.run(sized, check=True, capture_output=True, text=True)  # noqa: S603 - fixed command
    return dict(json.loads(done.stdout))


def main() -> None:
    """Prints both rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("var/bench/exchange"))
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    folder = asked.folder.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    numbers, tokens = write_bodies(folder, house.make(folder))
    found: dict[str, list[dict[str, Any]]] = {"guarded": [], "bare": []}
    gateway = served("taihu.doors.exchange.application:application", GUARDED, folder / "var")
    with gateway, served("bench.bare:application", BARE, folder / "var"):
        for _ in range(asked.rounds):
            found["bare"].append(measure(BARE, tokens, "", asked))
            found["guarded"].append(measure(GUARDED, numbers, house.KEY, asked))
    best = {name: max(rounds, key=lambda one: one["rate"]) for name, rounds in found.items()}
    for name, words in (("bare", "lookup bare:           "), ("guarded", "lookup guarded, in ledger:")):
        one = best[name]
        print(f"{words} {one['rate']:,.0f}/s, p50 {one['p50_ms']:.1f} ms, p99 {one['p99_ms']:.1f} ms")
    ratio = best["guarded"]["rate"] / best["bare"]["rate"]
    print(f"ratio guarded/bare at {asked.connections} connections: {ratio:.2f} (goal 0.65)")


if __name__ == "__main__":
    main()
