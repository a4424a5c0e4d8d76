"""Joins parties that no identifier joins: scored by Splink, decided by rules that protect the single person."""

from __future__ import annotations

import duckdb

from taihu.data.link import gather, score
from taihu.data.link.score import Pair
from taihu.data.link.spec import Block, Comparison, How, Spec
from taihu.terms.base import Base

THRESHOLD = 0.95
CLEAR_LEAD = 0.02
MOST_EXAMPLES = 10_000


def specify(base: Base) -> Spec:
    """The scorer's spec of a base: its comparisons and blocks."""
    comparisons = tuple(Comparison(c.column, How(c.how), c.how == How.CHINESE_NAME) for c in base.comparisons)
    blocks = tuple(Block(block) for block in base.blocks)
    return Spec(comparisons, blocks, train_on=(), certain=(), threshold=THRESHOLD)


def join(connection: duckdb.DuckDBPyConnection, base: Base) -> list[Pair]:
    """The pairs of parties that are one subject, surest first. Needs the table `record` with its parties.

    What to expect of two rows about one person is learnt from those that one identifier joined. A party that holds
    a row of a unique member (a register in which each subject stands once) is never joined with another such party.
    Each other party joins at most one, and only where the best is clearly ahead of the second.
    """
    if not base.blocks:
        return []
    _make_parties(connection, base)
    loose = connection.execute("SELECT count(*) FROM party WHERE NOT is_unique").fetchone()
    if not loose or not loose[0]:
        return []
    gather.add_sounds(connection, "party", base.name)
    _choose_examples(connection, base)
    pairs = score.score(connection, "party", specify(base), examples="example", expected=loose[0])
    unique = {row[0] for row in connection.execute("SELECT unique_id FROM party WHERE is_unique").fetchall()}
    return decide(pairs, unique)


def _choose_examples(connection: duckdb.DuckDBPyConnection, base: Base) -> None:
    """Makes `example`: the records of some parties that hold several, chosen by a hash so that runs repeat."""
    columns = ", ".join(f'"{c.column}"' for c in base.comparisons)
    connection.execute(
        f"""CREATE TEMP TABLE example AS
            SELECT unique_id, party AS label, {columns}, "{base.name}__sound", "{base.name}__family" FROM record
            WHERE party IN (SELECT party FROM record GROUP BY party HAVING count(*) > 1
                            ORDER BY hash(party), party LIMIT {MOST_EXAMPLES})"""  # noqa: S608 - checked names
    )


def decide(pairs: list[Pair], unique: set[str]) -> list[Pair]:
    """Keeps of each party outside `unique` its best pair, where it leads the second clearly."""
    best: dict[str, list[Pair]] = {}
    for pair in pairs:
        if pair.left in unique and pair.right in unique:
            continue
        for party in (pair.left, pair.right):
            if party not in unique:
                best.setdefault(party, []).append(pair)
    chosen = set()
    for found in best.values():
        ranked = sorted(found, key=lambda pair: (-pair.probability, pair.left, pair.right))
        if len(ranked) == 1 or ranked[0].probability - ranked[1].probability >= CLEAR_LEAD:
            chosen.add(ranked[0])
    return sorted(chosen, key=lambda pair: (-pair.probability, pair.left, pair.right))


def _make_parties(connection: duckdb.DuckDBPyConnection, base: Base) -> None:
    columns = ", ".join(
        f'arg_min("{c.column}", rank) FILTER (WHERE "{c.column}" IS NOT NULL) AS "{c.column}"' for c in base.comparisons
    )
    connection.execute(
        f"CREATE TEMP TABLE party AS SELECT party AS unique_id, bool_or(is_unique) AS is_unique, {columns} FROM record GROUP BY party"  # noqa: S608 - checked names
    )
