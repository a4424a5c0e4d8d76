"""`taihu draft FILE`: writes the dataset YAML that a foreign file suggests."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from taihu.data.collect.draft import draft


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, and what is known of it."""
    parser.add_argument("file", type=Path, help="CSV, Excel, JSON, GeoJSON, Parquet, SQLite; packed or not")
    parser.add_argument("--department", default="", help="who sends it")
    parser.add_argument("--output", type=Path, help="where to write the YAML; standard output by default")


def run(arguments: argparse.Namespace) -> int:
    """Writes the declaration; a steward reads it, puts it right, and lays it into a pack's `datasets/`."""
    drafted = draft.draft(arguments.file, department=arguments.department)
    if arguments.output is None:
        sys.stdout.write(drafted.text)
    else:
        arguments.output.write_text(drafted.text, encoding="utf-8")
        sys.stderr.write(f"wrote {arguments.output}\n")
    return 0
