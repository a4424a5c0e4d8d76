"""`taihu verify PROOF`: checks a proof of the ledger with nothing but the file, and a public key if there is one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from taihu.data.collect.erasure import proof as erasures
from taihu.data.ledger import proof


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The proof file, and the platform's public key as hexadecimal."""
    parser.add_argument("proof", type=Path)
    parser.add_argument("--key", default="", help="public key that alone is trusted, as hexadecimal")


def run(arguments: argparse.Namespace) -> int:
    """Says whether the proof holds; exit code 1 where it does not."""
    trusted = bytes.fromhex(arguments.key) if arguments.key else None
    data = arguments.proof.read_bytes()
    verdict = proof.verify(data, public_key=trusted)
    if not verdict.is_valid:
        sys.stdout.write(f"不成立:{verdict.reason}\n")
        return 1
    if wrong := erasures.check(data, verdict):
        sys.stdout.write(f"不成立:{wrong}\n")
        return 1
    sys.stdout.write(f"成立 · 公钥标识 {verdict.key_id}\n")
    if verdict.entry is not None:
        entry = verdict.entry
        sys.stdout.write(
            f"{entry.at.isoformat()} {entry.act} {entry.department} {entry.system} {entry.dataset} {entry.rows} 行\n"
        )
    return 0
