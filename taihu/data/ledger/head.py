"""Signed tree head: what a segment says, under its key, about all its entries so far."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from taihu.data.ledger import suite as suites
from taihu.data.ledger.suite import Suite


@dataclass(frozen=True, slots=True)
class Head:
    """Size and root of a segment's tree, the time of its last entry, and the signature over them (hexadecimal).

    `tree` names the suite of the tree where it is not the suite of the signature: an older tree, signed anew.
    """

    suite: str
    key_id: str
    segment: str
    size: int
    root: str
    at: str
    signature: str = ""
    tree: str = ""

    def signed_bytes(self) -> bytes:
        """What the signature covers: all fields, each on a line of its own."""
        form = ("taihu-head-2", self.tree) if self.tree else ("taihu-head-1",)
        fields = (*form, self.suite, self.key_id, self.segment, str(self.size), self.root, self.at)
        return "\n".join(fields).encode()

    def tree_suite(self) -> Suite:
        """The suite by which root and path were made. Raises UnknownSuite."""
        return suites.find(self.tree or self.suite)

    def to_line(self) -> bytes:
        """The head as one line of JSON."""
        return orjson.dumps(dataclasses.asdict(self)) + b"\n"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs heads; the private key is read at the first signature."""

    suite: Suite
    key: Callable[[], bytes]

    def public(self) -> bytes:
        """The public key that verifies the heads."""
        return self.suite.public_key(self.key())

    def sign(self, *, segment: str, size: int, root: bytes, at: str, tree: Suite | None = None) -> Head:
        """The signed head of a tree, which may be of another suite than the signature."""
        private = self.key()
        key_id = self.suite.key_id(self.suite.public_key(private))
        other = tree.id if tree is not None and tree != self.suite else ""
        head = Head(self.suite.id, key_id, segment, size, root.hex(), at, tree=other)
        return dataclasses.replace(head, signature=self.suite.sign(private, head.signed_bytes()).hex())


def is_signed(head: Head, public: bytes) -> bool:
    """True where the key's owner signed exactly this head. Raises UnknownSuite."""
    suite = suites.find(head.suite)
    if head.key_id != suite.key_id(public):
        return False
    return suite.is_signed(public, head.signed_bytes(), bytes.fromhex(head.signature))
