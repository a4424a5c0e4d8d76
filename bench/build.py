"""Measures how long a city takes: a fresh clone to a served city, a second start, and the physical part of it.

`python -m bench.build` clones the committed house into a folder, builds and serves the default city there with this
environment, stops it, and starts it again. Beside it, in the same run: a raw DuckDB CSV→Parquet of the city's largest
delivery, which tells how fast this machine was just then.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import duckdb

HOUSE = Path(__file__).parents[1]
BUILT_GOAL, SERVED_GOAL = 60.0, 5.0
PORT = 18600
MOST_SECONDS = 900


def clone(folder: Path) -> Path:
    """The committed house in a folder of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["git", "clone", "-q", str(HOUSE), str(folder)], check=True)  # noqa: S603, S607 - fixed command
    return folder


def serve(house: Path, size: str) -> float:
    """Seconds from the command to the first page; the city is stopped afterwards."""
    command = [sys.executable, "-m", "taihu.doors.terminal", "run", "--size", size, "--port", str(PORT)]
    environment = {**os.environ, "PYTHONPATH": str(house), "TAIHU_VAR": str(house / "var"), "TAIHU_DEMO": "1"}
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=house, env=environment)  # noqa: S603 - fixed command
    try:
        while not answers():
            if process.poll() is not None or time.monotonic() - began > MOST_SECONDS:
                raise SystemExit(f"the city was not served (exit {process.poll()})")
            time.sleep(0.05)
        return time.monotonic() - began
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def answers() -> bool:
    """True where the front page comes."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=5) as answer:
            return int(answer.status) == 200
    except (OSError, urllib.error.URLError):
        return False


def raw(house: Path) -> float:
    """Seconds of a raw CSV→Parquet of the police's delivery, read as texts."""
    file = max((house / "var" / "city").rglob("*.csv"), key=lambda path: path.stat().st_size)
    text = house / "var" / "raw.csv"
    text.write_text(file.read_text(encoding="gb18030"), encoding="utf-8")
    began = time.monotonic()
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{text}', all_varchar=true, strict_mode=false, ignore_errors=true))"
            f" TO '{house / 'var' / 'raw.parquet'}'"
        )
    return time.monotonic() - began


def main() -> None:
    """Prints both times beside their goals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="default")
    parser.add_argument("--folder", type=Path, default=HOUSE / "var" / "bench" / "build")
    asked = parser.parse_args()
    house = clone(asked.folder.absolute())
    first, second = serve(house, asked.size), serve(house, asked.size)
    limit = raw(house)
    print(f"fresh clone to a served city ({asked.size}): {first:.1f} s (goal {BUILT_GOAL:.0f} on two quiet cores)")
    print(f"second start to the first page:  {second:.1f} s (goal {SERVED_GOAL:.0f})")
    print(f"raw CSV→Parquet of its largest delivery: {limit:.2f} s; ratio raw/build {limit / first:.4f}")


if __name__ == "__main__":
    main()
