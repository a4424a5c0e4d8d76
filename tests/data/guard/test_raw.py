"""Rows that went back leave masked by the guard, whatever stands in their cells; only the ledger's truth is told."""

import dataclasses
import random

import duckdb
import pytest

from taihu.data.guard import answer as guard
from taihu.data.guard import raw, refused, standing
from taihu.data.guard.question import Condition, Op, Order, Rows
from taihu.terms import mask
from taihu.terms.dataset import Column, Kind, Openness, Share
from taihu.terms.label import Label, Level
from taihu.terms.zone import Zone
from tests.data.guard.guard_world import CHARGE, NOON, PERSON, a_permit, a_shelf_and_stores, about_people, write_table

RETURNED = f"{PERSON}.returned"
SENT = {
    "id": "330502199001010018A",
    "name": "330502199001010018",
    "phone": "138 1234 5678",
    "town": "330502001 沈一330502199001010018",
    "born_on": "1990-13-01",
    "income": "1200.50",
    "married": "是",
    "children": "二",
    "seen_at": "20261101080000",
    "gone": "沈一",
    "_key": "token-of-the-platform",
}


@pytest.fixture
def stores(tmp_path):
    opened = a_shelf_and_stores(tmp_path)
    sent = ", ".join(f"'{value}' AS {name}" for name, value in SENT.items())
    marks = "'b1' AS _batch, 7::BIGINT AS _row, 'R-KEY-01:id' AS _codes, 'id' AS _columns, '第 7 行' AS _reasons"
    write_table(opened, Zone.COLLECTED, RETURNED, f"SELECT {sent}, {marks}")
    yield opened
    opened.close()


@pytest.fixture
def own(stores):
    return standing.standing_permit("police", (stores.shelf.dataset(PERSON),))


def ask(question, permit, stores):
    return guard.answer(question, permit, stores=stores, by="li", at=NOON)


def test_a_row_that_went_back_is_found_by_number_and_reason_and_masked(stores, own):
    found = ask(Rows(RETURNED, where=(Condition("_row", Op.IN, ("7",)),)), own, stores)

    given = dict(zip([column.name for column in found.columns], found.rows[0], strict=True))
    assert given == {
        "_batch": "b1", "_row": 7, "_codes": "R-KEY-01:id", "_columns": "id", "_reasons": "第 7 行", "id": "***",
        "name": "***", "phone": "***", "town": "330502001 沈一***", "born_on": "1990", "income": "***", "married": "是",
        "children": "二", "seen_at": "20261101080000", "gone": "***",
    }  # fmt: skip


def test_the_answer_and_the_ledger_say_which_columns_left_masked(stores, own):
    found = ask(Rows(RETURNED, ("_row", "id", "name", "town")), own, stores)

    assert [column.is_masked for column in found.columns] == [False, True, True, True]
    entry = stores.ledger.find(found.receipt.id).entry
    assert entry.detail["masked"] == "id:masked name:masked town:scrubbed"
    assert entry.label == "L2 person"


def test_a_delivery_of_her_own_comes_back_in_full_when_it_is_asked_for(stores, own):
    found = ask(Rows(RETURNED, ("_row", "name", "town"), clear=("name", "town")), own, stores)

    assert found.rows == [(7, SENT["name"], SENT["town"])]
    entry = stores.ledger.find(found.receipt.id).entry
    assert "masked" not in entry.detail
    assert entry.label == "L3 person"


@pytest.mark.parametrize("name", ["id", "name", "town", "gone"])
def test_rows_that_went_back_are_not_chosen_or_sorted_by_what_was_sent(stores, own, name):
    for question in (
        Rows(RETURNED, ("_row",), where=(Condition(name, Op.BEGINS, ("3",)),)),
        Rows(RETURNED, ("_row",), order=(Order(name),)),
    ):
        with pytest.raises(refused.HiddenColumn):
            ask(question, own, stores)


def test_the_key_by_which_rows_are_compared_never_leaves(stores, own):
    with pytest.raises(refused.UnknownColumn):
        ask(Rows(RETURNED, ("_key",), clear=("_key",)), own, stores)


def test_rows_that_went_back_are_for_those_who_may_see_all_of_their_dataset(stores):
    permit = a_permit(reads=(RETURNED,), label=about_people(Level.L3))

    with pytest.raises(refused.AboveLabel):
        ask(Rows(RETURNED, ("_row", "town")), permit, stores)
    allowed = dataclasses.replace(permit, label=about_people(Level.L4))
    assert ask(Rows(RETURNED, ("_row",)), allowed, stores).rows == [(7,)]


@pytest.fixture(scope="module")
def run():
    """Runs an expression over texts, in one engine for all tests."""
    connection = duckdb.connect()

    def each(sql, texts):
        found = connection.execute(f"SELECT {sql} FROM (SELECT unnest($texts::VARCHAR[]) AS v)", {"texts": texts})
        return [row[0] for row in found.fetchall()]

    yield each
    connection.close()


MASKED = [
    ("resident-id", " 330502199001010018 ", "330502********0018"),
    ("resident-id", "33050219900101001x", "330502********001x"),
    ("resident-id", "330502900101001", "330502*****1001"),
    ("resident-id", "330502199013010018", "***"),
    ("resident-id", "浙江省湖州市吴兴区月河街道红丰路十二", "***"),
    ("resident-id", "330502 19900101 0018", "***"),
    ("name", "沈一", "沈*"),
    ("name", "阿依·买买提", "阿***"),
    ("name", "沈一330502199001010018", "***"),
    ("name", "13812345678", "***"),
    ("phone", "13812345678", "138****5678"),
    ("phone", "138-1234-5678", "***"),
    ("phone", "沈一 湖州 吴兴 月河", "***"),
    ("address", "湖州市吴兴区月河街道红丰路12号", "湖州市吴兴区月河街道***"),
    ("address", "湖州市红丰路12号", "湖州市***"),
    ("address", "330502199001010018月河街道", "***"),
    ("address", "沈一,138,月河街道", "***"),
    ("account", "6222021234567890123", "***************0123"),
    ("account", "浙江省湖州市吴兴区月河", "***"),
    ("date", "1990-13-01", "1990"),
    ("date", "1990-沈一", "***"),
    ("coordinate", "POINT(120.0868 30.8941)", "POINT(120.08 30.89)"),
    ("coordinate", "120.0868,30.8941", "***"),
    ("plate", "浙E12345", "浙E***45"),
    ("plate", "沈一在家中", "***"),
    ("all", "沈一", "***"),
    ("no-such-mask", "沈一", "***"),
    ("name", "  ", ""),
    ("name", None, None),
]


@pytest.mark.parametrize(("name", "text", "expected"), MASKED)
def test_what_has_not_the_form_of_its_mask_is_hidden_wholly(run, name, text, expected):
    assert run(raw.write_masked(name, "v"), [text]) == [expected]


def test_every_mask_that_shows_a_part_knows_its_form():
    assert raw.FORMS.keys() == mask.MASKS.keys() - {"all"}


SCRUBBED = [
    ("本人330502199001010018已迁", "本人***已迁"),
    ("330502 19900101 001X", "***"),
    ("３３０５０２１９９００１０１００１８", "***"),
    ("3305O2199001010018", "***"),
    ("330502199001010018A", "***A"),
    ("联系13812345678", "联系***"),
    ("138 1234 5678,139-1234-5678", "***,***"),
    ("1381234567X", "***"),
    ("+8613812345678", "+***"),
    ("0572-2012345", "***"),
    ("卡6222 0212 3456 7890 123", "卡***"),
    ("330502001001", "330502001001"),
    ("2026-11-24 08:00:00", "2026-11-24 08:00:00"),
    ("20261124080000", "20261124080000"),
    ("91330501MA28C1234X", "91330501MA28C1234X"),
    ("R-001", "R-001"),
    ("", ""),
    (None, None),
]


@pytest.mark.parametrize(("text", "expected"), SCRUBBED)
def test_a_number_of_a_person_in_another_cell_is_hidden_where_it_stands(run, text, expected):
    assert run(raw.write_scrubbed(None, "v"), [text]) == [expected]


def declared(kind, standard=""):
    shared = {"share": Share.UNCONDITIONAL, "open": Openness.OPEN}
    return Column("x", "项", Kind(kind), Label(), **shared, standard=standard)


EXPECTED = [
    ("text", "uscc", "913305001469345617", "913305001469345617"),
    ("text", "uscc", "330502199001010018", "***"),
    ("text", "", "913305001469345617", "***"),
    ("point", "", "POINT(120.086812345678912 30.894112345678912)", "POINT(120.086812345678912 30.894112345678912)"),
    ("time", "", "2026-11-24T08:00:00.123456", "2026-11-24T08:00:00.123456"),
    ("decimal", "", "0.123456789012345678", "0.123456789012345678"),
    ("decimal", "", "13812345678", "***"),
]


@pytest.mark.parametrize(("kind", "standard", "text", "expected"), EXPECTED)
def test_a_long_number_stays_where_its_column_expects_one(run, kind, standard, text, expected):
    assert run(raw.write_scrubbed(declared(kind, standard), "v"), [text]) == [expected]


def test_words_of_people_are_searched_for_numbers_as_the_engine_does(run):
    texts = [text for text, _ in SCRUBBED if text]
    chance = random.Random(5)
    texts += ["".join(chance.choices("0123456789 -Xa沈０", k=30)) for _ in range(500)]

    found = run(raw.write_scrubbed(None, "v"), texts)

    assert [raw.has_number(text) for text in texts] == [text != left for text, left in zip(texts, found, strict=True)]


CODES = [
    ("R-COD-01:town", "330502001", "***"),
    ("R-REQ-01:name R-FRM-03:town", "沈一", "***"),
    ("R-ROW-02:", "沈一", "***"),
    ("R-COD-01:town_2", "沈一", "沈一"),
    ("R-RNG-01:town", "12", "12"),
    ("R-COD-01:name", "湖州13812345678", "湖州***"),
    ("R-COD-01:town", "", ""),
]


@pytest.mark.parametrize(("codes", "text", "expected"), CODES)
def test_a_cell_without_the_form_of_its_column_is_hidden_where_a_name_could_have_slipped_into_it(
    tmp_path, codes, text, expected
):
    stores = a_shelf_and_stores(tmp_path)
    sent = f"SELECT '{text}' AS town, '{codes}' AS _codes, 'b1' AS _batch, 7::BIGINT AS _row"
    for table in (RETURNED, f"{CHARGE}.returned"):
        write_table(stores, Zone.COLLECTED, table, sent)
    permit = standing.standing_permit("police", [stores.shelf.dataset(name) for name in (PERSON, CHARGE)])

    found = [ask(Rows(f"{name}.returned", ("town",)), permit, stores).rows for name in (PERSON, CHARGE)]

    assert found == [[(expected,)], [(text.replace("13812345678", "***"),)]]
    stores.close()
