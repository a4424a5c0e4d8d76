"""Checks packs and, once nothing is wrong in them, runs their sentences if asked to."""

from __future__ import annotations

import argparse

from taihu.doors.terminal import check_packs, pack_tests


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder of packs, and whether their sentences are run too."""
    check_packs.add_arguments(parser)
    parser.add_argument("--tests", action="store_true", help="run tests.yaml of each pack as well")


def run(arguments: argparse.Namespace) -> int:
    """Prints faults, then failed sentences; the exit code says whether there were any."""
    found = check_packs.run(arguments)
    if found or not arguments.tests:
        return found
    return pack_tests.run(arguments)
