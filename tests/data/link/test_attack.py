import random

import pyarrow as pa
import pytest

from taihu.data.guard.declassify import consistent, gate, microdata
from taihu.data.guard.declassify.criteria import Criteria
from taihu.data.link import attack
from tests.data.guard.declassify import adult

FOUR = ("age", "sex", "marital", "education")


@pytest.mark.slow
def test_our_own_linker_finds_planted_persons_in_raw_rows_and_at_most_one_in_k_in_a_release():
    rows = adult.rows().slice(0, 300).select([*FOUR, "occupation"])
    ladders = adult.hierarchies_of(FOUR)
    criteria = Criteria(5)
    made = microdata.recode_table(rows, identifying=ladders, sensitive=("occupation",), criteria=criteria)
    chosen = random.Random(3).sample(range(rows.num_rows), 100)
    known = rows.take(pa.array(chosen)).select(list(FOUR))
    place = {row: number for number, row in enumerate(made.origin)}
    attacks = {"关联": attack.attack_by(ladders), "层级相符": consistent.attack_by(ladders)}

    def verdict(table, places):
        planted = gate.Planted(known, tuple(places))
        return gate.check_release(gate.Candidate("名单", table, criteria, planted=planted), attacks=attacks)

    raw, safe = verdict(rows, chosen), verdict(made.table, [place[row] for row in chosen])

    print(
        f"\nour linker: raw {raw.figures['recovered.关联']:.3f}, released {safe.figures['recovered.关联']:.3f}, bound 0.2"
    )
    assert raw.figures["recovered.关联"] > 0.3
    assert "G-OPEN-09" in [reason["code"] for reason in raw.reasons]
    assert 0 < safe.figures["recovered.关联"] <= 0.2
    assert safe.may_open
