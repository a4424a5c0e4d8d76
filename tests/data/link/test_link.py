import datetime
import random

import duckdb
import pytest

from taihu.data.engines import stores as engine_stores
from taihu.data.link import gather, identity, levels, link, measure, probable
from taihu.data.link.score import Pair
from taihu.terms import shelf
from taihu.terms.subject import About
from taihu.terms.zone import Zone
from tests.data.link.link_builders import AT, PACKS, put, subjects

LATER = AT + datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def packs():
    return shelf.read_shelf(PACKS)


@pytest.fixture
def stores(tmp_path, packs):
    opened = engine_stores.open_stores(tmp_path, packs, segment="test")
    yield opened
    opened.close()


def resident(row, token, name, born_on="1990-01-01", **more):
    return {
        "resident_id": token,
        "resident_id__masked": "330501********0018",
        "name": name,
        "born_on": born_on,
        "sex": "1",
        "_batch": "p",
        "_row": row,
        **more,
    }


def record(row, token, name, born_on="1990-01-01", **more):
    return {
        "record": f"H{row}",
        "resident_id": token,
        "name": name,
        "born_on": born_on,
        "_batch": "h",
        "_row": row,
        **more,
    }


def people(stores):
    snapshot = stores.lake.snapshot(Zone.BASE, "bases.people.person")
    with duckdb.connect() as connection:
        return {
            row[0]: row
            for row in connection.execute(
                f"SELECT name, address, phone, sources, resident_id__masked FROM {snapshot.to_sql()}"
            ).fetchall()
        }


def run(stores, at=AT):
    base = stores.shelf.pack("bases.people").bases[0]
    return link.link(base, stores=stores, by="test", at=at)


def test_rows_with_one_identifier_are_one_person_and_the_sole_source_wins(stores):
    put(stores, "bases.people.resident", [resident(1, "a", "沈伟", address="织里镇1号")])
    put(stores, "bases.people.health_record", [record(7, "a", "沈伟", address="八里店镇2号", phone="13800000000")])

    found = run(stores)

    assert (found.records, found.subjects) == (2, 1)
    assert people(stores)["沈伟"] == ("沈伟", "织里镇1号", "13800000000", 2, "330501********0018")


@pytest.mark.parametrize("name", ["沈维", "沈韦", "沈玮明"])
def test_a_homophone_or_one_wrong_character_does_not_part_a_person(stores, name):
    put(stores, "bases.people.resident", [resident(1, "a", "沈伟")])
    put(stores, "bases.people.health_record", [record(7, "a", name, born_on="1990-02-01")])

    assert run(stores).subjects == (1 if len(name) == 2 else 2)


def test_one_number_on_two_people_is_two_people(stores):
    put(stores, "bases.people.resident", [resident(1, "a", "沈伟")])
    put(stores, "bases.people.health_record", [record(7, "a", "陈建国", born_on="1955-05-05")])

    found = run(stores)

    assert (found.subjects, found.contradicting) == (2, 1)


def test_a_subject_keeps_its_id_in_the_next_delivery(stores):
    put(stores, "bases.people.resident", [resident(1, "a", "沈伟"), resident(2, "b", "陈芳")])
    run(stores)
    before = subjects(stores)

    put(
        stores,
        "bases.people.resident",
        [resident(1, "b", "陈芳"), resident(2, "a", "沈伟"), resident(3, "c", "王磊")],
        number=2,
    )
    run(stores, at=LATER)
    after = subjects(stores)

    assert after["bases.people.resident#2"] == before["bases.people.resident#1"]
    assert after["bases.people.resident#1"] == before["bases.people.resident#2"]
    assert len(set(after.values())) == 3


def test_nothing_sent_is_nothing_to_link(stores):
    with pytest.raises(gather.NothingToLink, match=r"bases\.people\.resident"):
        run(stores)


SURNAMES = "沈陈王张吴朱徐姚钱施潘杨李章俞费陆周蒋许"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英华慧建国文平志红梅"


@pytest.mark.slow
def test_people_whose_number_was_written_wrongly_are_found_by_name_birth_and_address(stores):
    chance = random.Random(7)
    start = datetime.date(1940, 1, 1)
    rows = []
    for number in range(1500):
        name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2, 2))))
        born = start + datetime.timedelta(days=chance.randrange(25_000))
        rows.append(
            resident(
                number, f"t{number}", name, born.isoformat(), address=f"织里镇{number // 3}号", phone=f"139{number:08}"
            )
        )
    copies = []
    for number, row in enumerate(rows):
        token = f"wrong{number}" if number % 10 == 0 else row["resident_id"]
        copies.append(
            record(number, token, row["name"], row["born_on"], sex="1", address=row["address"], phone=row["phone"])
        )
    put(stores, "bases.people.resident", rows)
    put(stores, "bases.people.health_record", copies)

    run(stores)
    truth = {f"{d}#{n}": n for n in range(1500) for d in ("bases.people.resident", "bases.people.health_record")}
    found = measure.measure(subjects(stores), truth)

    print(f"linkage of 1,500 people in two departments, every tenth number wrong: {found}")
    assert found.precision > 0.999
    assert found.recall > 0.99


def test_a_party_joins_at_most_one_other_and_only_where_it_is_clearly_ahead():
    pairs = [Pair("loose", "a", 0.99), Pair("loose", "b", 0.985), Pair("other", "a", 0.99), Pair("a", "b", 0.999)]

    assert probable.decide(pairs, unique={"a", "b"}) == [Pair("other", "a", 0.99)]


def test_partners_that_are_one_are_no_rivals_and_bring_the_register_with_them():
    pairs = [Pair("first", "second", 0.999), Pair("first", "register", 0.99), Pair("register", "second", 0.995)]

    joined = probable.decide(pairs, unique={"register"})

    assert {frozenset((pair.left, pair.right)) for pair in joined} >= {
        frozenset(("first", "register")),
        frozenset(("register", "second")),
    }


def test_no_group_holds_two_rows_of_a_register_not_even_through_others():
    pairs = [
        Pair("a", "left", 0.999),
        Pair("left", "right", 0.97),
        Pair("b", "left", 0.96),
        Pair("b", "right", 0.955),
    ]

    assert probable.decide(pairs, unique={"a", "b"}) == [Pair("a", "left", 0.999), Pair("left", "right", 0.97)]


def test_a_party_that_fits_two_equally_joins_neither_not_even_from_their_side():
    pairs = [Pair("loose", "registered", 0.99), Pair("loose", "other", 0.99)]

    assert probable.decide(pairs, unique={"registered"}) == []


def test_an_id_says_nothing_and_depends_on_the_key():
    first = identity.make(About.PERSON, "bases.people.resident|a", b"k" * 32)

    assert first.startswith("P")
    assert first != identity.make(About.PERSON, "bases.people.resident|a", b"l" * 32)


def test_of_two_parties_that_claim_one_id_the_one_with_more_of_its_records_keeps_it():
    earlier = {"1": "Pold", "2": "Pold", "3": "Pold"}

    given = identity.keep({"x": ["3", "9"], "y": ["1", "2"]}, earlier, About.PERSON, b"k" * 32)

    assert given["y"] == "Pold"
    assert given["x"] != "Pold"


@pytest.mark.parametrize(
    ("found", "right", "wrong", "missed"),
    [
        ({1: "a", 2: "a", 3: "b"}, 1, 0, 0),
        ({1: "a", 2: "b", 3: "c"}, 0, 0, 1),
        ({1: "a", 2: "a", 3: "a"}, 1, 2, 0),
    ],
)
def test_pairs_are_counted_as_right_wrong_and_missed(found, right, wrong, missed):
    truth = {1: "x", 2: "x", 3: "y"}

    assert measure.measure(found, truth) == measure.Measure(right, wrong, missed)


def test_pairs_between_departments_leave_out_those_within_one():
    found = {("p", 1): "a", ("p", 2): "a", ("h", 1): "a", ("h", 2): "b"}
    truth = {("p", 1): "x", ("p", 2): "x", ("h", 1): "y", ("h", 2): "x"}

    assert measure.measure(found, truth) == measure.Measure(1, 2, 2)
    assert measure.between(found, truth, lambda row: row[0]) == measure.Measure(0, 2, 2)


@pytest.mark.parametrize(
    ("left", "right", "is_apart"),
    [
        ("王伟", "王维", True),
        ("王伟", "王伟明", True),
        ("王明伟", "王伟", True),
        ("明伟", "王明伟", True),
        ("王伟", "王伟", False),
        ("王伟", "伟王", False),
        ("王伟", "陈维", False),
        ("王", "王伟明", False),
        ("阿依古丽买买提", "阿依古丽买买题", False),
    ],
)
def test_one_character_apart_counts_characters_not_bytes(left, right, is_apart):
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT {levels.is_one_apart('l', 'r')} FROM (VALUES (?, ?)) v(l, r)", [left, right]
        ).fetchone()

    assert found == (is_apart,)
