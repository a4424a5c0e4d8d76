import random

import pyarrow as pa
import pytest

from taihu.data.guard.declassify import consistent, cube, difference, gate, microdata, table
from taihu.data.guard.declassify.criteria import Criteria
from taihu.data.guard.declassify.primary import Rules
from tests.data.guard.declassify import adult

FIVE = adult.SEVEN[:5]


def release(rows, criteria, identifying=adult.SEVEN, subjects=None, planted=0, name="本次发布"):
    """A candidate made by the recoder, with its members and persons planted in it."""
    table = rows.select([*identifying, "occupation"])
    made = microdata.recode_table(
        table, identifying=adult.hierarchies_of(identifying), sensitive=("occupation",), criteria=criteria
    )
    return candidate(made.table, made.origin, table, criteria, identifying, subjects, planted, name)


def candidate(released, origin, table, criteria, identifying, subjects, planted, name):
    subjects = subjects or [f"s{row}" for row in range(table.num_rows)]
    place = {row: number for number, row in enumerate(origin)}
    chosen = random.Random(7).sample(range(table.num_rows), planted)
    known = table.take(pa.array(chosen, type=pa.int64())).select(list(identifying))
    return gate.Candidate(
        name=name,
        table=released,
        criteria=criteria,
        identifying=identifying,
        sensitive=("occupation",),
        members=difference.name_classes(released, identifying, [subjects[row] for row in origin], name),
        planted=gate.Planted(known, tuple(place[row] for row in chosen)),
    )


def codes(verdict):
    return [reason["code"] for reason in verdict.reasons]


@pytest.mark.parametrize(
    ("size", "planted"),
    [pytest.param(1_500, 300, marks=pytest.mark.slow), pytest.param(30_162, 2_000, marks=pytest.mark.faults)],
)
def test_planted_persons_are_recovered_from_the_raw_rows_and_not_from_the_release(size, planted):
    rows, criteria = adult.rows().slice(0, size), Criteria(5, 3)
    attacks = {"层级相符": consistent.attack_by(adult.hierarchies_of(adult.SEVEN))}
    raw_rows = rows.select([*adult.SEVEN, "occupation"])
    raw = candidate(raw_rows, range(size), raw_rows, criteria, adult.SEVEN, None, planted, "原始数据")

    bare = gate.check_release(raw, attacks=attacks)
    safe = gate.check_release(release(rows, criteria, planted=planted), attacks=attacks)

    share, certain = "recovered.层级相符", "certain.层级相符"
    print(
        f"\n{planted} planted in {size} rows: raw {bare.figures['unique']:.0f} unique rows, recovered {bare.figures[share]:.3f} "
        f"({bare.figures[certain]:.0f} for certain); released {safe.figures['unique']:.0f} unique, recovered "
        f"{safe.figures[share]:.3f} (bound {1 / criteria.k}), {safe.figures[certain]:.0f} for certain"
    )
    assert {"G-OPEN-02", "G-OPEN-03", "G-OPEN-04", "G-OPEN-09"} <= set(codes(bare))
    assert bare.figures[share] > 0.3
    assert safe.may_open, safe.reasons
    assert safe.figures[share] <= 1 / 5
    assert (safe.figures["unique"], safe.figures[certain]) == (0, 0)


def add_column(given, name, values):
    table = given.table.append_column(name, pa.array(values))
    return gate.Candidate(name="名单", table=table, criteria=given.criteria)


SMALL = adult.rows().slice(0, 400)


def test_an_identifier_is_found_inside_a_remark_and_not_shown():
    remarks = ["", *["无"] * 397, "见330501199001010019,已核", "电话13857261918"]
    given = release(SMALL, Criteria(5))

    verdict = gate.check_release(add_column(given, "remark", remarks))

    assert codes(verdict) == ["G-OPEN-01", "G-OPEN-01"]
    assert "1 格" in verdict.reasons[0]["message"]
    assert verdict.reasons[0]["where"] == "名单.remark"
    assert "33050119900101" not in str(verdict.reasons)
    assert "1385726" not in str(verdict.reasons)


def test_a_token_is_not_opened_either():
    given = gate.Candidate("名单", pa.table({"who": ["9f" * 16] * 9}), Criteria(2))

    assert codes(gate.check_release(given)) == ["G-OPEN-01"]
    assert "令牌" in gate.check_release(given).reasons[0]["message"]


def test_a_long_number_that_is_no_identifier_passes():
    given = add_column(release(SMALL, Criteria(5)), "serial", [f"3305011990010100{n % 100:02d}7" for n in range(400)])

    assert gate.check_release(given).may_open


def test_a_column_declared_as_an_identifier_is_refused_whatever_it_holds():
    given = gate.Candidate(
        name="名单", table=pa.table({"who": ["x"] * 9}), criteria=Criteria(2), standards={"who": "phone"}
    )

    assert codes(gate.check_release(given)) == ["G-OPEN-01"]


def test_the_same_rows_again_differ_in_nothing():
    first, again = release(SMALL, Criteria(5), name="九月"), release(SMALL, Criteria(5))

    verdict = gate.check_release(again, earlier=[first.members])

    assert verdict.may_open
    assert verdict.figures["differences"] == 0


def test_three_newcomers_are_set_apart_by_the_release_before_them():
    first = release(SMALL.slice(0, 397), Criteria(5), name="九月")

    verdict = gate.check_release(release(SMALL, Criteria(5)), earlier=[first.members])

    assert "G-OPEN-07" in codes(verdict)
    assert "九月" in next(r["message"] for r in verdict.reasons if r["code"] == "G-OPEN-07")


def test_two_recodings_of_the_same_rows_cross_into_small_groups():
    first = release(SMALL, Criteria(5), identifying=("age", "sex"), name="九月")

    verdict = gate.check_release(
        release(SMALL, Criteria(5), identifying=("race", "education", "marital")), earlier=[first.members]
    )

    assert "G-OPEN-07" in codes(verdict)


def members(name, groups, is_partition=False, finest=()):
    rows = [(subject, cell, cell in finest) for cell, subjects in groups.items() for subject in subjects]
    columns = dict(zip(("subject", "cell", "is_finest"), map(list, zip(*rows, strict=True)), strict=True))
    return difference.Members(name, pa.table(columns), is_partition)


def people(first, last):
    return [f"s{number}" for number in range(first, last)]


@pytest.mark.parametrize(
    ("earlier", "candidate_cells", "breaches"),
    [
        ({"18–65": people(0, 97)}, {"18–67": people(0, 100)}, [3]),
        ({"18–67": people(0, 100)}, {"18–65": people(0, 97)}, [3]),
        ({"east": people(0, 50), "west": people(50, 97)}, {"city": people(0, 100)}, [3]),
        ({"18–65": people(0, 80)}, {"18–67": people(0, 100)}, []),
        ({"a": people(0, 60)}, {"b": people(30, 91)}, []),
        ({"a": people(0, 60)}, {"a": people(0, 60)}, []),
    ],
)
def test_cells_that_lie_one_in_the_other_are_subtracted(earlier, candidate_cells, breaches):
    before = members("九月", earlier, finest=tuple(earlier))
    now = members("本次", candidate_cells, finest=tuple(candidate_cells))

    found = list(difference.find_breaches(now, [before], 5))

    assert [breach.smallest for breach in found] == breaches


def test_three_releases_together_set_apart_what_no_two_do():
    halves = [
        members("一", {"x": people(0, 8), "y": people(8, 16)}, is_partition=True),
        members("二", {"x": [*people(0, 4), *people(8, 12)], "y": [*people(4, 8), *people(12, 16)]}, is_partition=True),
    ]
    now = members(
        "三", {"x": [f"s{n}" for n in range(0, 16, 2)], "y": [f"s{n}" for n in range(1, 16, 2)]}, is_partition=True
    )

    assert list(difference.find_breaches(now, halves[:1], 4)) == []
    assert list(difference.find_breaches(now, halves[1:], 4)) == []
    assert [breach.smallest for breach in difference.find_breaches(now, halves, 4)] == [2]


def test_a_candidate_that_does_not_say_who_stands_behind_it_is_not_opened_beside_others():
    first = release(SMALL, Criteria(5))
    silent = gate.Candidate(name="名单", table=pa.table({"n": [1]}), criteria=Criteria(5))

    assert codes(gate.check_release(silent, earlier=[first.members])) == ["G-OPEN-06"]


def test_an_attack_without_planted_persons_proves_nothing():
    silent = gate.Candidate(name="名单", table=pa.table({"n": [1]}), criteria=Criteria(5))

    assert codes(gate.check_release(silent, attacks={"任意": lambda released, known: []})) == ["G-OPEN-08"]


def counted(rows, name):
    made = table.withhold(cube.count(rows, ("street",), who="who"), Rules(n=10))
    return difference.name_cells(rows, ("street",), "who", made, name)


def test_a_table_counted_again_after_three_moved_in_tells_of_the_three():
    rows = pa.table({"street": ["a"] * 40 + ["b"] * 23, "who": people(0, 63)})
    first, second = counted(rows.slice(0, 60), "九月"), counted(rows, "本次")

    found = list(difference.find_breaches(second, [first], 10))

    assert [(breach.other, breach.smallest) for breach in found] == [("九月", 3)]
    assert list(difference.find_breaches(second, [second], 10)) == []
    assert sorted(set(second.rows.column("cell").to_pylist())) == ["(0,)", "(1,)", "(2,)"]


def test_members_of_a_withheld_cell_are_not_set_apart():
    rows = pa.table({"street": ["a"] * 40 + ["b"] * 3 + ["c"] * 20, "who": people(0, 63)})

    assert sorted(set(counted(rows, "本次").rows.column("cell").to_pylist())) == ["(0,)", "(3,)"]
