"""Groups records into subjects: the connected parts of a graph of links."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def cluster(nodes: Iterable[Node], links: Iterable[tuple[Node, Node]]) -> dict[Node, Node]:
    """Each node with the representative of its group (the first of its nodes in the given order)."""
    parent: dict[Node, Node] = {node: node for node in nodes}
    rank = {node: place for place, node in enumerate(parent)}
    for left, right in links:
        first, second = find(parent, left), find(parent, right)
        if first != second:
            low, high = (first, second) if rank[first] < rank[second] else (second, first)
            parent[high] = low
    return {node: find(parent, node) for node in parent}


def find(parent: dict[Node, Node], node: Node) -> Node:
    """The representative of a node's group; shortens the way for the next time."""
    root = node
    while parent[root] != root:
        root = parent[root]
    while parent[node] != root:
        parent[node], node = root, parent[node]
    return root
