"""History: whether published node heads belong together, and whether a proof stands under one of them; off-line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import orjson

from taihu.data.ledger import handover, tree
from taihu.data.ledger import head as heads
from taihu.data.ledger import suite as suites
from taihu.data.ledger.head import Head
from taihu.data.ledger.node import FORMAT, NodeHead, read_one
from taihu.data.ledger.proof import NODE, Verdict
from taihu.terms.problem import Problem


def verify_history(file: bytes | str | Mapping[str, Any], *, public_key: bytes | None = None) -> Verdict:
    """Verifies a file of published heads: each signed, each the continuation of the one before; never raises."""
    try:
        said = file if isinstance(file, Mapping) else orjson.loads(file)
        if said.get("format") != FORMAT:
            return Verdict(False, "不是台账公示文件")
        nodes = [read_one(one) for one in said["heads"]]
        handed = [handover.read_one(one) for one in said.get("handovers", ())]
        fault = find_fault(nodes, handed, public_key=public_key)
    except (KeyError, TypeError, ValueError, AttributeError, Problem) as failure:
        return Verdict(False, f"公示文件不完整或格式有误（{type(failure).__name__}）")
    if fault:
        return Verdict(False, fault)
    return Verdict(True, "", None, nodes[-1].head.key_id if nodes else "", nodes[-1].head if nodes else None)


def find_fault(
    nodes: Sequence[NodeHead], handed: Sequence[handover.Handover], *, public_key: bytes | None, is_public: bool = True
) -> str:
    """The first fault of a chain of node heads, empty where there is none."""
    for node in nodes:
        fault = _fault_of(node, handed, public_key)
        if fault:
            return f"第 {node.number} 期：{fault}"
    for before, node in pairwise(nodes):
        fault = _fault_between(before, node, is_public=is_public)
        if fault:
            return f"第 {node.number} 期：{fault}"
    return ""


def _fault_of(node: NodeHead, handed: Sequence[handover.Handover], trusted: bytes | None) -> str:
    public = bytes.fromhex(node.public_key)
    if trusted is not None and not handover.leads(handed, trusted=trusted, to=public):
        return "所附公钥不是所信任的公钥，也没有由它移交"
    if node.head.segment != NODE or node.head.size != len(node.lines()) or node.root().hex() != node.head.root:
        return "树根与所列分段不符"
    return "" if heads.is_signed(node.head, public) else "签名不成立"


def _fault_between(before: NodeHead, node: NodeHead, *, is_public: bool) -> str:
    if node.number != before.number + 1 or node.before != before.digest():
        return "不接续上一期"
    if node.head.at < before.head.at:
        return "时间早于上一期"
    now = {one.segment: one for one in node.standing}
    for one in before.standing:
        later = now.get(one.segment)
        if later is None or later.tree != one.tree or later.size < one.size:
            return f"分段 {one.segment} 不见了或变短了"
        if is_public and not _is_extended(one, later, node.extensions.get(one.segment, ())):
            return f"分段 {one.segment} 不是上一期的延续：有条目被删除或改动"
    return ""


def _is_extended(one: handover.Standing, later: handover.Standing, steps: Sequence[str]) -> bool:
    return tree.is_consistent(
        suites.find(one.tree),
        before=one.size,
        size=later.size,
        path=[bytes.fromhex(step) for step in steps],
        root_before=bytes.fromhex(one.root),
        root=bytes.fromhex(later.root),
    )


def is_published(verdict: Verdict, head: Head, file: Mapping[str, Any]) -> bool:
    """True where a valid proof, whose segment head is `head`, stands under one of the heads of a verified file."""
    nodes = [read_one(one) for one in file["heads"]]
    if verdict.node is not None and any(node.head == verdict.node for node in nodes):
        return True
    return any(
        (one.segment, one.size, one.root) == (head.segment, head.size, head.root)
        for node in nodes
        for one in node.standing
    )
