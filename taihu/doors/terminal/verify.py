"""`taihu verify WHAT`: checks a proof, published heads or a whole copy of the ledger, with nothing but the files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import orjson

from taihu.data.collect.erasure import proof as erasures
from taihu.data.ledger import audit, history, node, proof
from taihu.data.ledger.head import Head
from taihu.data.ledger.proof import Verdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to verify, the public key that is trusted, and the published heads it must agree with."""
    parser.add_argument(
        "what", type=Path, help="a proof file, a file of published heads, or a copy of the ledger's folder"
    )
    parser.add_argument("--key", default="", help="public key that alone is trusted, as hexadecimal")
    parser.add_argument(
        "--published", type=Path, help="heads.json of the open portal, which what is verified must be under"
    )
    parser.add_argument("--live", action="store_true", help="the folder is written to: its end may not be signed yet")


def run(arguments: argparse.Namespace) -> int:
    """Says whether it holds; exit code 1 where it does not."""
    trusted = bytes.fromhex(arguments.key) if arguments.key else None
    published: dict[str, Any] | None = None
    if arguments.published:
        published = orjson.loads(arguments.published.read_bytes())
        verdict = history.verify_history(published or {}, public_key=trusted)
        if not verdict.is_valid:
            return _say_no(f"公示文件：{verdict.reason}")
    if arguments.what.is_dir():
        return _run_audit(arguments.what, trusted, published, is_live=arguments.live)
    data = arguments.what.read_bytes()
    if _format(data) == node.FORMAT:
        return _tell(history.verify_history(data, public_key=trusted))
    verdict = proof.verify(data, public_key=trusted)
    if verdict.is_valid and published is not None:
        head = Head(**orjson.loads(data)["head"])
        if not history.is_published(verdict, head, published):
            return _say_no("证明不在公示的树根之下：请稍后重新下载证明，或取更新的公示文件")
        sys.stdout.write("在公示的树根之下\n")
    if verdict.is_valid and (wrong := erasures.check(data, verdict)):
        return _say_no(wrong)
    return _tell(verdict)


def _format(data: bytes) -> str:
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError:
        return ""
    return str(said.get("format")) if isinstance(said, dict) else ""


def _run_audit(folder: Path, trusted: bytes | None, published: dict[str, Any] | None, *, is_live: bool) -> int:
    heads = [node.read_one(one) for one in published["heads"]] if published else []
    report = audit.audit(folder, public_key=trusted, published=heads, is_live=is_live)
    if not report.is_valid:
        return _say_no(report.fault)
    sys.stdout.write(
        f"成立 · {report.segments} 个分段 {report.entries} 条，{report.heads} 个签名树根，"
        f"其中依规清除 {report.dropped} 条 · 公钥标识 {report.key_id}\n"
    )
    return 0


def _say_no(reason: str) -> int:
    sys.stdout.write(f"不成立：{reason}\n")
    return 1


def _tell(verdict: Verdict) -> int:
    if not verdict.is_valid:
        return _say_no(verdict.reason)
    sys.stdout.write(f"成立 · 公钥标识 {verdict.key_id}\n")
    if verdict.node is not None:
        sys.stdout.write(f"节点树根 {verdict.node.root} · {verdict.node.at}\n")
    if verdict.entry is not None:
        entry = verdict.entry
        sys.stdout.write(
            f"{entry.at.isoformat()} {entry.act} {entry.department} {entry.system} {entry.dataset} {entry.rows} 行\n"
        )
    return 0
