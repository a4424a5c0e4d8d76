import hashlib

import pytest

from taihu.data.ledger import tree
from taihu.data.ledger.suite import INTL_1


def leaves(count):
    return [hashlib.sha256(b"\0%d" % n).digest() for n in range(count)]


def mth(hashes):
    """The root by the definition of RFC 9162, 2.1.1."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << ((len(hashes) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + mth(hashes[:k]) + mth(hashes[k:])).digest()


def grown(count):
    edge, nodes = tree.Peaks(INTL_1), []
    for leaf in leaves(count):
        nodes += edge.add(leaf)
    return edge, lambda level, index: nodes[tree.place(level, index)]


@pytest.mark.parametrize("count", [*range(20), 31, 32, 33, 100])
def test_the_root_is_that_of_the_definition(count):
    edge, node = grown(count)

    assert edge.root() == mth(leaves(count))
    assert tree.peaks(INTL_1, node, count).root() == edge.root()


@pytest.mark.slow
def test_every_inclusion_proof_holds_and_no_altered_one_does():
    for size in range(1, 34):
        edge, node = grown(size)
        root = edge.root()
        for index, leaf in enumerate(leaves(size)):
            path = tree.prove_inclusion(INTL_1, node, index, size)
            about = {"leaf": leaf, "index": index, "size": size, "path": path, "root": root}

            assert tree.is_included(INTL_1, **about)
            assert not tree.is_included(INTL_1, **{**about, "leaf": b"\1" * 32})
            assert not tree.is_included(INTL_1, **{**about, "index": size})
            assert not tree.is_included(INTL_1, **{**about, "path": [*path, b"\1" * 32]})
            assert not tree.is_included(INTL_1, **{**about, "root": b"\1" * 32})
            if path:
                assert not tree.is_included(INTL_1, **{**about, "path": path[:-1]})
                assert not tree.is_included(INTL_1, **{**about, "index": (index + 1) % size})


@pytest.mark.slow
def test_every_consistency_proof_holds_and_no_altered_one_does():
    roots = [mth(leaves(n)) for n in range(34)]
    for size in range(1, 34):
        _, node = grown(size)
        for before in range(1, size + 1):
            path = tree.prove_consistency(INTL_1, node, before, size)
            about = {"before": before, "size": size, "path": path, "root_before": roots[before], "root": roots[size]}

            assert tree.is_consistent(INTL_1, **about)
            assert not tree.is_consistent(INTL_1, **{**about, "root": b"\1" * 32})
            assert not tree.is_consistent(INTL_1, **{**about, "root_before": b"\1" * 32})
            assert not tree.is_consistent(INTL_1, **{**about, "path": [*path, b"\1" * 32]})
            if path:
                assert not tree.is_consistent(INTL_1, **{**about, "path": path[:-1]})


def test_a_tree_that_begins_nowhere_or_beyond_its_end_is_consistent_with_nothing():
    about = {"path": [], "root_before": b"", "root": b""}

    assert not tree.is_consistent(INTL_1, before=0, size=3, **about)
    assert not tree.is_consistent(INTL_1, before=4, size=3, **about)
    assert not tree.is_consistent(INTL_1, before=3, size=5, **about)
