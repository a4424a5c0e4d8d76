"""Proof: shows, without the ledger, that an entry stands in it; a file that anybody can verify."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from taihu.data.ledger import entry as entries
from taihu.data.ledger import handover, tree
from taihu.data.ledger import head as heads
from taihu.data.ledger.entry import Entry, Parts
from taihu.data.ledger.handover import Handover
from taihu.data.ledger.head import Head
from taihu.data.ledger.suite import Suite
from taihu.terms.problem import Problem

FORMAT = "taihu-proof-1"
EXTENSION_FORMAT = "taihu-extension-1"
# What a node head says in the place of a segment's name; no folder can bear it.
NODE = "@node"


def line_of(segment: str, tree: str, size: int, root: str) -> bytes:
    """What a node head says of one segment."""
    return f"{segment}\n{tree}\n{size}\n{root}".encode()


@dataclass(frozen=True, slots=True)
class Under:
    """Shows that a segment's tree stands under a node head: its place among the lines, and the path to the root."""

    head: Head
    place: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """One entry, its place, the audit path, the signed head and the public key.

    Without the private part (`salt`, `private`) the commitment stands for it.
    """

    number: int
    public: str
    commitment: str
    salt: str
    private: str
    path: tuple[str, ...]
    head: Head
    public_key: str
    handovers: tuple[Handover, ...] = ()
    under: Under | None = None

    def to_json(self) -> bytes:
        """The proof file."""
        said = {"format": FORMAT, **dataclasses.asdict(self)}
        return orjson.dumps(said, option=orjson.OPT_INDENT_2)


@dataclass(frozen=True, slots=True)
class Extension:
    """Shows that the tree of `head` begins with the whole tree of `before`: nothing was removed or changed."""

    before: Head
    head: Head
    path: tuple[str, ...]
    public_key: str
    handovers: tuple[Handover, ...] = ()

    def to_json(self) -> bytes:
        """The proof file."""
        said = {"format": EXTENSION_FORMAT, **dataclasses.asdict(self)}
        return orjson.dumps(said, option=orjson.OPT_INDENT_2)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a proof holds; otherwise why not. `key_id` is to be compared with the platform's published one.

    `node` is the head of the node under which the entry stands, where the proof says so.
    """

    is_valid: bool
    reason: str = ""
    entry: Entry | None = None
    key_id: str = ""
    node: Head | None = None


def verify(proof: bytes | str | Mapping[str, Any], *, public_key: bytes | None = None) -> Verdict:
    """Verifies a proof file, of either format, without any store; never raises for a bad one.

    With `public_key` only that key is accepted, or one to which it handed over; without it, the key in the
    file, whose id must be compared.
    """
    try:
        said = proof if isinstance(proof, Mapping) else orjson.loads(proof)
        reader = {FORMAT: _verify_inclusion, EXTENSION_FORMAT: _verify_extension}.get(str(said.get("format")))
        if reader is None:
            return Verdict(False, "不是留痕证明文件")
        if public_key is not None and not _is_trusted(said, public_key):
            return Verdict(False, "证明所附公钥不是所信任的公钥，也没有由它移交")
        return reader(said)
    except (KeyError, TypeError, ValueError, AttributeError, Problem) as failure:
        return Verdict(False, f"证明文件不完整或格式有误（{type(failure).__name__}）")


def _is_trusted(said: Mapping[str, Any], trusted: bytes) -> bool:
    handed = [handover.read_one(one) for one in said.get("handovers", ())]
    return handover.leads(handed, trusted=trusted, to=bytes.fromhex(said["public_key"]))


def _verify_inclusion(said: Mapping[str, Any]) -> Verdict:
    head = Head(**said["head"])
    suite = head.tree_suite()
    public_key = bytes.fromhex(said["public_key"])
    salt, private = bytes.fromhex(said["salt"]), said["private"].encode()
    commitment = bytes.fromhex(said["commitment"])
    if (salt or private) and suite.digest(salt + private) != commitment:
        return Verdict(False, "非公开部分与其承诺值不符")
    parts = Parts(said["public"].encode(), salt, private, commitment)
    path = [bytes.fromhex(step) for step in said["path"]]
    if not tree.is_included(
        suite, leaf=parts.leaf(suite), index=said["number"], size=head.size, path=path, root=bytes.fromhex(head.root)
    ):
        return Verdict(False, "条目与树根不符：条目、序号或路径被改动")
    if not heads.is_signed(head, public_key):
        return Verdict(False, "树根的签名不成立")
    node = said.get("under")
    if node and not _is_under(head, suite, node, public_key):
        return Verdict(False, "分段的树根不在节点树根之下，或节点树根的签名不成立")
    return Verdict(True, "", entries.join(parts), head.key_id, Head(**node["head"]) if node else None)


def _is_under(head: Head, suite: Suite, said: Mapping[str, Any], public_key: bytes) -> bool:
    """True where the node's head covers exactly this head of the segment."""
    node = Head(**said["head"])
    leaf = node.tree_suite().digest(entries.LEAF + line_of(head.segment, suite.id, head.size, head.root))
    path = [bytes.fromhex(step) for step in said["path"]]
    root = bytes.fromhex(node.root)
    return (
        node.segment == NODE
        and said["place"] > 0
        and tree.is_included(node.tree_suite(), leaf=leaf, index=said["place"], size=node.size, path=path, root=root)
        and heads.is_signed(node, public_key)
    )


def _verify_extension(said: Mapping[str, Any]) -> Verdict:
    before, head = Head(**said["before"]), Head(**said["head"])
    suite = head.tree_suite()
    public_key = bytes.fromhex(said["public_key"])
    if before.segment != head.segment:
        return Verdict(False, "两个树根不属于同一分段")
    if not (heads.is_signed(before, public_key) and heads.is_signed(head, public_key)):
        return Verdict(False, "树根的签名不成立")
    path = [bytes.fromhex(step) for step in said["path"]]
    if not tree.is_consistent(
        suite,
        before=before.size,
        size=head.size,
        path=path,
        root_before=bytes.fromhex(before.root),
        root=bytes.fromhex(head.root),
    ):
        return Verdict(False, "后来的台账不是先前台账的延续：有条目被删除或改动")
    return Verdict(True, "", None, head.key_id)
