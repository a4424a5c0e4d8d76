"""Joins parties that no identifier joins: scored by Splink, decided by rules that protect the single subject."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from taihu.data.link import derive, score
from taihu.data.link.score import Pair
from taihu.data.link.spec import Block, Comparison, How, Spec
from taihu.terms.base import Base

THRESHOLD = 0.95
CLEAR_LEAD = 0.02
MOST_EXAMPLES = 10_000
NAMES = (How.CHINESE_NAME, How.ORGANISATION_NAME)
# What two rows must share to be compared at all: of some columns a part is enough.
PARTS = {How.ORGANISATION_NAME: "__core", How.ADDRESS: "__door"}


def specify(base: Base) -> Spec:
    """The scorer's spec of a base: its comparisons and blocks."""
    how = {comparison.column: How(comparison.how) for comparison in base.comparisons}
    # Bodies of one leader share door and telephone: without a likeness of their names they are two.
    needed = How.ORGANISATION_NAME
    comparisons = tuple(Comparison(column, way, way in NAMES, way is needed) for column, way in how.items())
    parts = {column: column + PARTS[way] for column, way in how.items() if way in PARTS}
    blocks = tuple(Block(tuple(parts.get(column, column) for column in block)) for block in base.blocks)
    return Spec(comparisons, blocks, train_on=(), certain=(), threshold=THRESHOLD)


def join(connection: duckdb.DuckDBPyConnection, base: Base) -> list[Pair]:
    """The pairs of parties that are one subject, surest first. Needs the table `record` with its parties.

    What to expect of two rows about one subject is learnt from those that one identifier joined. A party that holds
    a row of a unique member (a register in which each subject stands once) is never joined with another such party,
    not through others either. Each other party joins where the best is clearly ahead of those that are not the same.
    """
    if not base.blocks:
        return []
    columns = _list_columns(base)
    _make_parties(connection, columns)
    loose = connection.execute("SELECT count(*) FROM party WHERE NOT is_unique").fetchone()
    if not loose or not loose[0]:
        return []
    _choose_examples(connection, columns)
    pairs = score.score(connection, "party", specify(base), examples="example", expected=loose[0])
    unique = _read(connection, "SELECT unique_id FROM party WHERE is_unique")
    if base.is_sure:
        bearers = _read(connection, "SELECT party FROM first_of")
        pairs = [pair for pair in pairs if not (pair.left in bearers and pair.right in bearers)]
    return decide(pairs, unique)


def _read(connection: duckdb.DuckDBPyConnection, select: str) -> set[str]:
    return {row[0] for row in connection.execute(select).fetchall()}


def _list_columns(base: Base) -> list[str]:
    """The columns that are compared, with what is derived from them."""
    return [
        column
        for comparison in base.comparisons
        for column in (comparison.column, *derive.list_derived(comparison.column, comparison.how))
    ]


def _choose_examples(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> None:
    """Makes `example`: the records of some parties that hold several, chosen by a hash so that runs repeat."""
    named = ", ".join(f'"{column}"' for column in columns)
    connection.execute(
        f"""CREATE TEMP TABLE example AS
            SELECT unique_id, party AS label, {named} FROM record
            WHERE party IN (SELECT party FROM record GROUP BY party HAVING count(*) > 1
                            ORDER BY hash(party), party LIMIT {MOST_EXAMPLES})"""  # noqa: S608 - checked names
    )


def decide(pairs: list[Pair], unique: set[str]) -> list[Pair]:
    """The pairs to join, surest first; no group of them holds two parties of `unique`.

    Each party outside `unique` keeps its best pair, and the best with a party of `unique`, where no rival comes
    close: a rival is another party that does not itself pair with the best. One that has a rival joins nobody.
    """
    near: dict[str, dict[str, Pair]] = {}
    for pair in pairs:
        if not (pair.left in unique and pair.right in unique):
            near.setdefault(pair.left, {})[pair.right] = pair
            near.setdefault(pair.right, {})[pair.left] = pair
    partners = {party: _list_partners(near, party, unique) for party in near.keys() - unique}
    unclear = {party for party, found in partners.items() if not found}
    chosen = {near[party][other] for party, found in partners.items() for other in found if other not in unclear}
    ranked = sorted(chosen, key=lambda pair: (-pair.probability, pair.left, pair.right))
    return _keep_apart(ranked, unique)


def _list_partners(near: Mapping[str, Mapping[str, Pair]], party: str, unique: set[str]) -> list[str]:
    """The best partner of a party and the best of `unique` beside it; none where a rival comes close."""
    found = near[party]
    ranked = sorted(found, key=lambda other: (-found[other].probability, other))
    partners = list(dict.fromkeys((ranked[0], *[other for other in ranked if other in unique][:1])))
    for partner in partners:
        for other in ranked:
            is_close = found[partner].probability - found[other].probability < CLEAR_LEAD
            if is_close and other != partner and other not in near[partner]:
                return []
    return partners


def _keep_apart(ranked: list[Pair], unique: set[str]) -> list[Pair]:
    """The pairs that bring no two parties of `unique` into one group, taken in their order."""
    group: dict[str, set[str]] = {}
    kept = []
    for pair in ranked:
        left, right = group.get(pair.left, {pair.left}), group.get(pair.right, {pair.right})
        together = left | right
        if left is not right and len(together & unique) > 1:
            continue
        group |= dict.fromkeys(together, together)
        kept.append(pair)
    return kept


def _make_parties(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> None:
    """Makes `party`: of each column the value of the first member that has one, with what is derived from it."""
    chosen = ", ".join(
        f'arg_min("{column}", (rank, unique_id)) FILTER (WHERE "{column}" IS NOT NULL) AS "{column}"'
        for column in columns
    )
    connection.execute(
        f"CREATE TEMP TABLE party AS SELECT party AS unique_id, bool_or(is_unique) AS is_unique, {chosen} FROM record GROUP BY party"  # noqa: S608 - checked names
    )
