import random

import duckdb
import pytest

from taihu.data.guard import mask_sql
from taihu.terms.label import Label, Level
from taihu.terms.mask import MASKS

ALPHABET = "0123456789Xx *欧阳沈陈小明镇乡街道市县区路号村Ａ１😀é\n'\"\\-.,()POINT"
TEXTS = [
    "",
    "330502199001010018",
    "330502900101001",
    "沈一",
    "欧阳文静",
    "买买提·艾力",
    "13812345678",
    "0572-2012345",
    "110",
    "6222021234567890123",
    "1990-01-01",
    "1990-01-01T08:00:00",
    "19900101",
    "POINT(120.0868 30.8941)",
    "POINT (-120 30.5)",
    "POINT(120.1 30)",
    "浙E12345",
    "浙江省湖州市吴兴区月河街道红丰路12号",
    "湖州市红丰路12号阳光城乡花园3幢",
    "浙江省湖州市吴兴区八里店镇",
    "长兴县水口乡",
    "凤凰路12号",
]
EXPECTED = [
    ("resident-id", "330502199001010018", "330502********0018"),
    ("resident-id", "330502900101001", "330502*****1001"),
    ("resident-id", "12345", "***"),
    ("name", "沈一", "沈*"),
    ("name", "欧阳文静", "欧***"),
    ("name", "沈", "*"),
    ("name", "买买提·艾力江", "买***"),
    ("phone", "13812345678", "138****5678"),
    ("phone", "2012345", "*****45"),
    ("phone", "110", "***"),
    ("account", "6222021234567890123", "***************0123"),
    ("account", "12345678", "***"),
    ("date", "1990-01-01", "1990"),
    ("date", "不详", "***"),
    ("address", "浙江省湖州市吴兴区月河街道红丰路12号", "浙江省湖州市吴兴区月河街道***"),
    ("address", "湖州市红丰路12号阳光城乡花园3幢", "湖州市***"),
    ("address", "凤凰路12号", "***"),
    ("coordinate", "POINT(120.0868 30.8941)", "POINT(120.08 30.89)"),
    ("coordinate", "POINT(120 -30.5)", "POINT(120.00 -30.50)"),
    ("coordinate", "somewhere", "***"),
    ("plate", "浙E12345", "浙E***45"),
    ("plate", "E12", "***"),
    ("all", "anything", "***"),
]


@pytest.mark.parametrize(("name", "value", "expected"), EXPECTED)
def test_a_mask_keeps_what_its_title_says(name, value, expected):
    assert MASKS[name].apply(value) == expected


@pytest.mark.parametrize("name", MASKS)
def test_nothing_stays_nothing(name):
    assert MASKS[name].apply("") == ""


@pytest.mark.slow
def test_the_engine_masks_every_text_as_python_does():
    chance = random.Random(7)
    texts = TEXTS + ["".join(chance.choices(ALPHABET, k=chance.randrange(30))) for _ in range(2_000)]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t AS SELECT unnest($texts) AS v", {"texts": texts})

    for name, mask in MASKS.items():
        found = connection.execute(f"SELECT v, {mask_sql.write(name, 'v')} FROM t").fetchall()
        differing = [(value, masked, mask.apply(value)) for value, masked in found if masked != mask.apply(value)]
        assert differing == []
    connection.close()


def test_the_engine_knows_each_mask_and_hides_all_for_one_it_does_not_know():
    connection = duckdb.connect()

    assert mask_sql.WRITERS.keys() == MASKS.keys()
    unknown = mask_sql.write("no-such-mask", "v")
    assert connection.execute(f"SELECT {unknown} FROM (VALUES ('沈一'), (NULL)) t(v)").fetchall() == [("***",), (None,)]
    connection.close()


def test_a_mask_lowers_the_level_and_never_raises_it_and_keeps_the_kinds():
    person = frozenset(("person",))

    assert MASKS["name"].label(Label(Level.L4, person)) == Label(Level.L2, person)
    assert MASKS["name"].label(Label(Level.L1, person)) == Label(Level.L1, person)
