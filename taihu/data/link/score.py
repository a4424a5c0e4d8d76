"""Scores pairs of records with Splink (Fellegi-Sunter, trained on the records themselves)."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import duckdb
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from taihu.data.link import levels
from taihu.data.link.spec import Block, Spec

SEED = 20171108
FEWEST_TO_TRAIN = 200


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records and the probability that they are about one subject."""

    left: str
    right: str
    probability: float


def score(connection: duckdb.DuckDBPyConnection, table: str, spec: Spec) -> list[Pair]:
    """All pairs above the spec's threshold among the rows of a table with a text column `unique_id`.

    Fewer than 200 rows are too few to train on: then there are no pairs, and only exact rules link.
    The table is read only; what Splink writes goes into temporary tables of the connection.
    """
    count = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608 - our own table
    if count is None or count[0] < FEWEST_TO_TRAIN:
        return []
    linker = _linker(connection, table, spec)
    _train(linker, spec)
    predicted = linker.inference.predict(threshold_match_probability=spec.threshold)
    rows = connection.execute(
        f"SELECT unique_id_l, unique_id_r, match_probability FROM {predicted.physical_name} ORDER BY ALL"  # noqa: S608 - Splink's name
    ).fetchall()
    return [Pair(left, right, probability) for left, right, probability in rows]


def _linker(connection: duckdb.DuckDBPyConnection, table: str, spec: Spec) -> Linker:
    logging.getLogger("splink").setLevel(logging.ERROR)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[levels.to_splink(comparison) for comparison in spec.comparisons],
        blocking_rules_to_generate_predictions=[_rule(block) for block in spec.blocks],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    api = DuckDBAPI(connection)
    return Linker(api.register(table), settings, log_level=logging.ERROR, validate_settings=False)


def _train(linker: Linker, spec: Spec) -> None:
    rules = [_rule(block) for block in spec.certain]
    linker.training.estimate_probability_two_random_records_match(rules, recall=spec.recall_of_certain)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
    for block in spec.train_on:
        linker.training.estimate_parameters_using_expectation_maximisation(_rule(block), record_sample_proportion=1.0)


def _rule(block: Block) -> object:
    return block_on(*block.on)
