"""The Merkle tree of RFC 9162: roots, inclusion proofs and consistency proofs, over stored nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from taihu.data.ledger.suite import Suite

NODE = b"\x01"
Node = Callable[[int, int], bytes]


def join(suite: Suite, left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return suite.digest(NODE + left + right)


def place(level: int, index: int) -> int:
    """Where the node stands in a file to which each leaf and then each subtree it completes is appended."""
    last_leaf = ((index + 1) << level) - 1
    return 2 * last_leaf - last_leaf.bit_count() + level


@dataclass(slots=True)
class Peaks:
    """The complete subtrees at the right edge of a growing tree, largest first."""

    suite: Suite
    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def add(self, leaf: bytes) -> list[bytes]:
        """Appends a leaf; returns it and the subtrees that it completes, in the order of `place`."""
        made = [leaf]
        size = self.size
        while size & 1:
            made.append(join(self.suite, self.hashes.pop(), made[-1]))
            size >>= 1
        self.hashes.append(made[-1])
        self.size += 1
        return made

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self.hashes:
            return self.suite.digest(b"")
        root = self.hashes[-1]
        for peak in reversed(self.hashes[:-1]):
            root = join(self.suite, peak, root)
        return root


def peaks_of(suite: Suite, leaves: Sequence[bytes]) -> Peaks:
    """The right edge of the tree over these leaves."""
    edge = Peaks(suite)
    for leaf in leaves:
        edge.add(leaf)
    return edge


def peaks(suite: Suite, node: Node, size: int) -> Peaks:
    """The right edge of the tree of that size, read from stored nodes."""
    hashes = []
    start = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            hashes.append(node(level, start >> level))
            start += 1 << level
    return Peaks(suite, size, hashes)


def _range(suite: Suite, node: Node, start: int, end: int) -> bytes:
    """The hash over leaves `start` up to `end`, where `start` begins a subtree at least as large."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    split = 1 << ((size - 1).bit_length() - 1)
    return join(suite, _range(suite, node, start, start + split), _range(suite, node, start + split, end))


def prove_inclusion(suite: Suite, node: Node, index: int, size: int) -> list[bytes]:
    """The audit path of a leaf in the tree of that size (RFC 9162, 2.1.3.1)."""
    path = []
    start, end = 0, size
    while end - start > 1:
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < split:
            path.append(_range(suite, node, split, end))
            end = split
        else:
            path.append(_range(suite, node, start, split))
            start = split
    return path[::-1]


def is_included(suite: Suite, *, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """True where the path leads from the leaf to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            found = join(suite, step, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = join(suite, found, step)
        position, last = position >> 1, last >> 1
    return last == 0 and found == root


def prove_consistency(suite: Suite, node: Node, before: int, size: int) -> list[bytes]:
    """Proves that the tree of size `before` is the beginning of the tree of that size (RFC 9162, 2.1.4.1)."""
    proof: list[bytes] = []
    start, end, is_whole = 0, size, True
    while before < end:
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if before <= split:
            proof.append(_range(suite, node, split, end))
            end = split
        else:
            proof.append(_range(suite, node, start, split))
            start, is_whole = split, False
    if not is_whole:
        proof.append(_range(suite, node, start, end))
    return proof[::-1]


def is_consistent(
    suite: Suite, *, before: int, size: int, path: Sequence[bytes], root_before: bytes, root: bytes
) -> bool:
    """True where the smaller tree is the beginning of the larger one (RFC 9162, 2.1.4.2)."""
    if not 0 < before <= size:
        return False
    if before == size:
        return not path and root_before == root
    hashes = [root_before, *path] if before & (before - 1) == 0 else list(path)
    position, last = before - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    edges = _climb(suite, hashes, position, last)
    return edges == (root_before, root)


def _climb(suite: Suite, hashes: Sequence[bytes], position: int, last: int) -> tuple[bytes, bytes] | None:
    """The roots of the smaller and the larger tree that a consistency proof leads to, if it leads anywhere."""
    if not hashes:
        return None
    old = new = hashes[0]
    for step in hashes[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            old, new = join(suite, step, old), join(suite, step, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = join(suite, new, step)
        position, last = position >> 1, last >> 1
    return (old, new) if last == 0 else None
