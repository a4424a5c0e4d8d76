"""`python -m city write` and `python -m city serve`: the only place where the city reads the clock."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from city.departments import interface, write
from city.world.city import City, Size
from taihu.terms.problem import Problem

SIZES = {
    "tiny": Size(300, 60),
    "small": Size(2_000, 400),
    "default": Size(100_000, 20_000),
    "full": Size(3_370_000, 600_000),
}


def read_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line; sizes may also come from the environment (SIZE=full)."""
    parser = argparse.ArgumentParser(
        prog="python -m city",
        description="Invents a city and writes what six departments would send. All of it is synthetic.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write", help="write var/city")
    writing.add_argument(
        "--var",
        type=Path,
        default=Path(os.environ.get("TAIHU_VAR", "var")),
        metavar="DIR",
        help="the city goes to DIR/city",
    )
    writing.add_argument("--seed", type=int, default=2017)
    writing.add_argument(
        "--size",
        choices=sorted(SIZES),
        default=os.environ.get("SIZE", "default"),
        help="default: 100,000 residents; full: 3.37 million",
    )
    writing.add_argument("--residents", type=int, default=None, help="instead of the number of the size")
    writing.add_argument("--firms", type=int, default=None, help="instead of the number of the size")
    writing.add_argument(
        "--today",
        type=datetime.date.fromisoformat,
        default=None,
        help="the day of the deliveries (2026-11-24); today by default",
    )
    writing.add_argument("--port", type=int, default=8010, help="port of the health interface, for the manifest")
    writing.add_argument(
        "--if-missing", action="store_true", help="do nothing where a city of this seed and size stands already"
    )
    serving = commands.add_parser("serve", help="play the departments' interfaces")
    serving.add_argument("--var", type=Path, default=Path(os.environ.get("TAIHU_VAR", "var")), metavar="DIR")
    serving.add_argument("--port", type=int, default=8010)
    serving.add_argument("--calm", action="store_true", help="without the faults that a department's interface has")
    return parser.parse_args(words)


class Meter:
    """Says on stderr how far the work is, once it takes longer than three seconds."""

    def __init__(self) -> None:
        self._began = self._said = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Takes note of progress."""
        now = time.monotonic()
        if now - self._began > 3 and (now - self._said > 1 or done == total):
            self._said = now
            sys.stderr.write(f"city: {done:,} of {total:,} residents ({done / total:.0%})\n")


def write_command(arguments: argparse.Namespace) -> None:
    """Writes a city."""
    known = SIZES[arguments.size]
    residents, firms = arguments.residents, arguments.firms
    size = Size(known.residents if residents is None else residents, known.firms if firms is None else firms)
    if size.residents < 100 or size.firms < 1:
        raise write.TooSmall(
            "合成城市至少要有 100 名居民和 1 家企业。", where="--residents, --firms", help="请加大数目。"
        )
    folder = arguments.var / "city"
    made = write.read_parameters(folder)
    wanted = {"seed": arguments.seed, "residents": size.residents, "firms": size.firms}
    if arguments.if_missing and made is not None and {name: made.get(name) for name in wanted} == wanted:
        sys.stderr.write(f"city: {folder} stands already\n")
        return
    today = arguments.today or datetime.datetime.now(tz=datetime.timezone(datetime.timedelta(hours=8))).date()
    city = City(arguments.seed, size, np.datetime64(today, "D"))
    shipments = write.write_city(city, folder, port=arguments.port, progress=Meter())
    sys.stderr.write(
        f"city: {size.residents:,} residents, {size.firms:,} firms, {len(shipments)} deliveries in {folder}\n"
    )


def main(words: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit code."""
    arguments = read_arguments(words)
    try:
        if arguments.command == "write":
            write_command(arguments)
        else:
            interface.serve(arguments.var / "city", port=arguments.port, is_calm=arguments.calm)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
