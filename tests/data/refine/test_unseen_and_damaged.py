"""Signs that nobody sees are no difference; characters that were lost on the way send the row back."""

import pytest

from taihu.data.refine import readers, refine
from tests.data.refine.deliveries import NOON, a_batch, a_shelf, rows_of, some_stores

SHELF = a_shelf()
RESIDENT = SHELF.dataset("bases.people.resident")
NAMES = [
    ("阿依古丽•买买提", "阿依古丽·买买提"),
    ("阿依古丽・买买提", "阿依古丽·买买提"),
    ("阿依古丽．买买提", "阿依古丽·买买提"),
    ("阿依古丽 · 买买提", "阿依古丽·买买提"),
    ("\u202d王伟\u202c", "王伟"),
    ("王\ufe00伟", "王伟"),
    ("王\U000e0101伟", "王伟"),
    ("\u2f6f磊", "石磊"),
    ("\uf90a磊", "金磊"),
    ("李 䶮", "李䶮"),
    ("吴 𠮷", "吴𠮷"),
    ("Jose\u0301", "José"),
    ("J. Smith", "J. Smith"),
]
LOST = ["张?", "??", "？", "张\ufffd", "锟斤拷锟斤拷", "123456", "å¼\xa0ä¼Ÿ"]
NUMBERS = [
    ("resident_id", '="330501199001010018"', "330501199001010018"),
    ("resident_id", "330501\xad199001010018", "330501199001010018"),
    ("resident_id", "\u2060330501199001010018", "330501199001010018"),
    ("phone", "\u202a13857261918\u202c", "13857261918"),
    ("phone", "13857261918.0", "13857261918"),
    ("phone", '=""', None),
    ("town", '="330502100"', "330502100"),
    ("town", "330502100.0", "330502100"),
    ("sex", "1.0", "1"),
    ("sex", "01", "1"),
    ("ethnic_group", "1.0", "01"),
    ("born_on", "19900101.0", "1990-01-01"),
    ("born_on", "1990—01—01", "1990-01-01"),
]


@pytest.mark.parametrize(("written", "kept"), NAMES)
def test_a_name_is_kept_without_what_nobody_sees(written, kept):
    assert readers.make_reader(RESIDENT.column("name"), SHELF.standards)(written) == kept


@pytest.mark.parametrize("written", LOST)
def test_a_name_with_lost_characters_is_not_read(written):
    assert readers.make_reader(RESIDENT.column("name"), SHELF.standards)(written).startswith(readers.MARK)


@pytest.mark.parametrize(("column", "written", "kept"), NUMBERS)
def test_a_number_is_read_through_what_a_spreadsheet_put_around_it(column, written, kept):
    assert readers.make_reader(RESIDENT.column(column), SHELF.standards)(written) == kept


def test_a_year_and_a_month_with_a_stroke_for_the_day_are_no_day():
    read = readers.make_reader(RESIDENT.column("born_on"), SHELF.standards)

    assert read("1990-7-").startswith(readers.MARK)
    assert read("1990-7-1.") == "1990-07-01"


@pytest.mark.slow
def test_the_engine_finds_by_itself_what_has_to_be_read_again(tmp_path):
    stores = some_stores(tmp_path)
    written = [name for name, _ in NAMES] + LOST
    lines = [f"H-{n} | 330501199001010018 | {name} | 2026-03-05 08:00:00" for n, name in enumerate(written)]
    table = "\n".join(["record | resident_id | name | updated_at", *lines])

    done = refine.refine(batch=a_batch(stores, "bases.people.health_record", table), stores=stores, by="test", at=NOON)

    assert {(reason.code, reason.column, reason.rows) for reason in done.reasons} == {("R-TXT-01", "name", len(LOST))}
    kept = dict(rows_of(stores, "bases.people.health_record", "record", "name"))
    assert [kept[f"H-{n}"] for n in range(len(NAMES))] == [name for _, name in NAMES]
    stores.close()


@pytest.mark.slow
def test_a_number_of_somebody_not_yet_born_goes_back(tmp_path):
    stores = some_stores(tmp_path)
    table = """
    patrol | reach | walked_on | chief
    X-1 | R-1 | 2026-03-05 | 330501203101011009
    X-2 | R-1 | 2026-03-05 | 330501199001010018
    """

    done = refine.refine(batch=a_batch(stores, "topics.rivers.patrol", table), stores=stores, by="test", at=NOON)

    assert [(reason.code, reason.column, reason.rows) for reason in done.reasons] == [("R-IDN-03", "chief", 1)]
    stores.close()
