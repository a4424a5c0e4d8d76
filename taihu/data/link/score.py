"""Scores pairs of records with Splink (Fellegi-Sunter, trained on the records themselves)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from taihu.data.link import levels
from taihu.data.link.spec import Spec

SEED = 20171108
FEWEST_TO_TRAIN = 200
# What is expected of two rows about one subject before any example was seen: how often the best level of a column is
# met and how often the last; the levels between share the rest. It weighs as much as so many examples.
BEST, LAST = 0.7, 0.1
WEIGHT = 50
RAREST = 1e-6
NEVER = 1e-12
MOST_PAIRS, PAIRS_A_ROW = 1_000_000, 25


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records and the probability that they are about one subject."""

    left: str
    right: str
    probability: float


def score(
    connection: duckdb.DuckDBPyConnection, table: str, spec: Spec, *, examples: str = "", expected: int = 0
) -> list[Pair]:
    """All pairs above the spec's threshold among the rows of a table with a text column `unique_id`.

    Trained without labels on the table itself; or, where `examples` names a table with the same columns and a
    `label` (records known to be about one subject share it), on those, with `expected` true pairs in `table`: what
    agrees by chance is then learnt from the table, and few examples or none are eked out by what is usual.
    Fewer than 200 rows are too few to train on: then there are no pairs, and only exact rules link.
    The tables are read only; what Splink writes goes into temporary tables of the connection.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    rows = _count(connection, table)
    if rows < FEWEST_TO_TRAIN:
        return []
    settings = _settings(spec)
    if examples:
        settings = _learn(connection, table, examples, settings)
        for comparison, made in zip(spec.comparisons, settings["comparisons"], strict=True):
            if comparison.is_needed:
                made["comparison_levels"][-1]["m_probability"] = NEVER
        settings["probability_two_random_records_match"] = max(expected, 1) / (rows * (rows - 1) / 2)
        linker = _open(connection, table, settings)
    else:
        linker = _open(connection, table, settings)
        _train(linker, spec)
    predicted = linker.inference.predict(threshold_match_probability=spec.threshold, warning_mode="never")
    found = connection.execute(
        f"SELECT unique_id_l, unique_id_r, match_probability FROM {predicted.physical_name} ORDER BY ALL"  # noqa: S608 - Splink's name
    ).fetchall()
    return [Pair(left, right, probability) for left, right, probability in found]


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608 - our own table
    return int(row[0]) if row else 0


def _settings(spec: Spec) -> dict[str, Any]:
    made = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[levels.to_splink(comparison) for comparison in spec.comparisons],
        blocking_rules_to_generate_predictions=[block_on(*block.on) for block in spec.blocks],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    return dict(made.create_settings_dict("duckdb"))


def _open(connection: duckdb.DuckDBPyConnection, table: str, settings: dict[str, Any]) -> Linker:
    return Linker(DuckDBAPI(connection).register(table), settings, log_level=logging.ERROR, validate_settings=False)


def _learn(
    connection: duckdb.DuckDBPyConnection, table: str, examples: str, settings: dict[str, Any]
) -> dict[str, Any]:
    """The settings with weights counted from records that are known to belong together, and from random pairs."""
    linker = _open(connection, table, settings)
    # The larger a table, the rarer two of its rows agree by chance, and the more pairs show how rarely.
    sample = min(MOST_PAIRS, PAIRS_A_ROW * _count(connection, table))
    linker.training.estimate_u_using_random_sampling(max_pairs=sample, seed=SEED, num_chunks=1)
    made = dict(linker.misc.save_model_to_json())
    pairs = 0
    if _count(connection, examples):
        linker = _open(connection, examples, made)
        linker.training.estimate_m_from_label_column("label")
        made = dict(linker.misc.save_model_to_json())
        pairs = _count_pairs(connection, examples)
    for comparison in made["comparisons"]:
        _eke_out([level for level in comparison["comparison_levels"] if not level.get("is_null_level")], pairs)
    return made


def _eke_out(levels_: list[dict[str, Any]], pairs: int) -> None:
    """Mixes what was seen of a comparison's levels with what is usual; a level never met by chance is rare, not impossible."""
    between = len(levels_) - 2
    rest = 1 - BEST - LAST
    usual = [BEST, *[rest / between] * between, LAST] if between else [BEST + rest, LAST]
    for level, share in zip(levels_, usual, strict=True):
        seen = level.get("m_probability")
        seen = seen if pairs and isinstance(seen, float) else 0.0
        level["m_probability"] = (seen * pairs + share * WEIGHT) / (pairs + WEIGHT)
        by_chance = level.get("u_probability")
        level["u_probability"] = max(by_chance, RAREST) if isinstance(by_chance, float) else RAREST


def _count_pairs(connection: duckdb.DuckDBPyConnection, examples: str) -> int:
    row = connection.execute(
        f'SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM (SELECT count(*) AS n FROM "{examples}" GROUP BY label)'  # noqa: S608 - our own table
    ).fetchone()
    return int(row[0]) if row else 0


def _train(linker: Linker, spec: Spec) -> None:
    rules: list[Any] = [block_on(*block.on) for block in spec.certain]
    linker.training.estimate_probability_two_random_records_match(rules, recall=spec.recall_of_certain)
    linker.training.estimate_u_using_random_sampling(max_pairs=MOST_PAIRS, seed=SEED)
    for block in spec.train_on:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*block.on), record_sample_proportion=1.0
        )
