"""`taihu COMMAND`: finds the command in the table, loads only it, runs it."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Sequence
from typing import Protocol, cast

import taihu
from taihu.terms import problem

# Command → (module, what it does). Loading a module costs up to a second, so only the asked one is loaded.
COMMANDS = {
    "run": ("serve", "build the city if there is none, and serve it at http://127.0.0.1:8000"),
    "build": ("build", "build the city without serving it"),
    "check-packs": ("checking", "say what is wrong in packs, and how to put it right"),
    "topic": ("topic", "write the smallest topic pack that passes"),
    "draft": ("draft", "write the dataset YAML that a foreign file suggests"),
    "bring": ("bring", "bring a file in as a delivery of a dataset"),
    "ask": ("ask", "ask a query under a permit"),
    "explain": ("explain", "say what would leave under a permit, and why not more"),
    "verify": ("verify", "verify a proof, published heads, or a copy of the ledger, off-line"),
    "deliver": ("deliver", "hand a whole dataset over under a permit, entered once, as CSV"),
    "replay": ("replay", "give a past answer again and say whether it is the same"),
    "trace": ("trace", "say whose delivery a leaked file comes from"),
    "vault": ("vault", "rotate the keys of the vault, of deliveries or of one grant's tokens"),
    "method": ("method", "run a method of a pack on files"),
    "real": ("real", "take real data down the road and print what came of it"),
    "measure": ("measure", "measure the linkage of a built city against its truth"),
    "work": ("work", "work off what is due (the worker process of `run`)"),
    "map": ("house", "print the map of the house"),
    "docs": ("documents", "regenerate the documents that are generated"),
}
# Commands that keep rows in the control database: Django is set up before their module loads.
NEED_DJANGO = {"build", "work", "docs"}


class Command(Protocol):
    """What a command module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declares the command's arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Runs it; returns the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; a Problem is printed in the error shape, exit code 1."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in COMMANDS:
        return _run(words[0], words[1:])
    parser = argparse.ArgumentParser(
        prog="taihu",
        description="太湖 · a city's public-data platform",
        epilog=_listing(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"taihu {taihu.__version__}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help="one of the commands below")
    parser.parse_args(words)
    return 2


def _listing() -> str:
    return "commands:\n" + "\n".join(f"  {name:12} {words}" for name, (_, words) in COMMANDS.items())


def _run(name: str, words: Sequence[str]) -> int:
    module, description = COMMANDS[name]
    if name in NEED_DJANGO:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taihu.site.settings")
        importlib.import_module("django").setup()
    command = cast("Command", importlib.import_module(f"taihu.doors.terminal.{module}"))
    parser = argparse.ArgumentParser(prog=f"taihu {name}", description=description)
    parser.add_argument("--json", action="store_true", help="print problems as JSON")
    command.add_arguments(parser)
    arguments = parser.parse_args(words)
    try:
        return command.run(arguments)
    except problem.Problem as found:
        text = json.dumps(found.to_shape(), ensure_ascii=False) if arguments.json else str(found)
        sys.stderr.write(text + "\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
