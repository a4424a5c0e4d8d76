"""`taihu explain QUERY --for PERMIT`: what would leave, in which form, and why not more."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from taihu.data.engines import stores as engine_stores
from taihu.data.guard import examine, remedies
from taihu.data.guard.examine import Examined, Verdict
from taihu.data.query import explain as paths
from taihu.doors.terminal import ask, permits, places
from taihu.terms import shelf

HOW = {
    "zh": {"clear": "可提供", "masked": "脱敏后提供", "token": "以令牌提供", "refused": "不能提供"},
    "en": {"clear": "leaves", "masked": "leaves masked", "token": "leaves as a token", "refused": "does not leave"},
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """As for `ask`, and the language."""
    ask.add_arguments(parser)
    parser.add_argument("--language", choices=("zh", "en"), default="zh")


def run(arguments: argparse.Namespace) -> int:
    """Prints each column with its label, form and path; exit code 1 where nothing would leave."""
    stores = engine_stores.open_stores(places.var(), shelf.read_shelf(places.packs()), segment="terminal")
    try:
        permit = permits.find_permit(arguments.permit, stores)
        found = examine.examine(ask.read_question(arguments), permit, stores=stores)
    finally:
        stores.close()
    for line in say(found, arguments.language):
        sys.stdout.write(line + "\n")
    return int(found.is_refused)


def say(found: Examined, language: str) -> Iterator[str]:
    """The verdict in lines: rows, outputs with their paths, and what would do instead."""
    for verdict in (found.rows, *found.outputs):
        yield f"{verdict.name} · {verdict.label} · {HOW[language][verdict.how]}"
        yield from _say_paths(verdict, language)
    if found.remedies:
        yield remedies.say(found.remedies, language)


def _say_paths(verdict: Verdict, language: str) -> Iterator[str]:
    if verdict.is_refused and not verdict.paths:
        yield f"    {verdict.reason}"
    for path in verdict.paths:
        yield "    " + " ← ".join(paths.tell(step, language) for step in path.steps)
