"""Runs a method of a pack on CSV files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from taihu.doors.terminal import places
from taihu.patterns.methods import files
from taihu.patterns.methods import run as methods
from taihu.terms import shelf
from taihu.terms.pack import Method


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The method, its inputs and output, and its settings."""
    parser.add_argument(
        "name", help="the method's name or full id: seasonal_forecast, methods.forecast.seasonal_forecast"
    )
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="[NAME=]FILE",
        help="a CSV file in UTF-8, once for each input; NAME= may be left out for one",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="where the rows go, as CSV")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the method")


def run(arguments: argparse.Namespace) -> int:
    """Runs it and says how many rows were written, and what confined it."""
    method = files.find_method(shelf.read_shelf(places.packs()), arguments.name)
    inputs = {name: Path(text) for name, text in read_inputs(arguments.input, method).items()}
    result = files.run_files(method, inputs, arguments.output, _pairs(arguments.set, method))
    sys.stdout.write(f"{len(result.rows)} rows in {arguments.output} (confined by {', '.join(result.held)})\n")
    return 0


def read_inputs(texts: Sequence[str], method: Method) -> dict[str, str]:
    """The files by the names of the method's inputs; a single one needs no name."""
    if len(texts) == 1 and len(method.inputs) == 1 and "=" not in texts[0]:
        return {method.inputs[0].name: texts[0]}
    return _pairs(texts, method)


def _pairs(texts: Sequence[str], method: Method) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    wrong = [name for name, sign, _ in pairs if not sign]
    if wrong:
        inputs = ", ".join(item.name for item in method.inputs)
        settings = ", ".join(setting.name for setting in method.settings)
        raise methods.NotAsked(
            f"{wrong[0]!r} 不是 名称=值", where=method.id, help=f"输入有 {inputs}；设置有 {settings}"
        )
    return {name: value for name, _, value in pairs}
