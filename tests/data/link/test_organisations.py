"""Organisations of several departments: by their codes, and without codes by name, door, leader and telephone."""

import dataclasses
import random

import duckdb
import pytest

from taihu.data.engines import stores as engine_stores
from taihu.data.link import derive, levels, link, measure
from taihu.data.link.spec import How
from taihu.terms import shelf
from tests.data.link import link_builders as make

PACK = "bases.organisations"
FIRM, SOCIETY, CLINIC, PERMIT = (
    f"{PACK}.{name}" for name in ("firm", "social_organisation", "medical_institution", "water_permit")
)


@pytest.fixture(scope="module")
def packs():
    return shelf.read_shelf(make.PACKS)


@pytest.fixture
def stores(tmp_path, packs):
    opened = engine_stores.open_stores(tmp_path, packs, segment="test")
    yield opened
    opened.close()


def run(stores, *, without_codes=False):
    base = stores.shelf.pack(PACK).bases[0]
    if without_codes:
        members = tuple(
            dataclasses.replace(m, columns={k: v for k, v in m.columns.items() if k != "uscc" or m.dataset == FIRM})
            for m in base.members
        )
        base = dataclasses.replace(base, members=members)
    found = link.link(base, stores=stores, by="test", at=make.AT)
    return found, make.subjects(stores, base.id)


def firm(row, code, name, **more):
    return {"uscc": code, "name": name, "kind": "企业", "status": "存续", "_batch": "m", "_row": row, **more}


def permit(row, code, name, **more):
    return {"permit": f"D{row}", "uscc": code, "name": name, "_batch": "w", "_row": row, **more}


def test_rows_with_one_code_are_one_organisation_and_the_registrar_wins(stores):
    make.put(stores, FIRM, [firm(1, "A", "湖州鸿达童装有限公司")])
    make.put(stores, PERMIT, [permit(1, "A", "鸿达童装"), permit(2, "A", "湖州鸿达童装有限责任公司")])

    found, subjects = run(stores)

    assert (found.records, found.subjects) == (3, 1)
    assert make.values(stores, f"{PACK}.organisation", "name, sources") == [("湖州鸿达童装有限公司", 2)]
    assert len(set(subjects.values())) == 1


@pytest.mark.parametrize(
    ("more", "subjects"),
    [
        ({"address": "吴兴区织里镇人民路3号", "representative": "沈伟"}, 1),
        ({"address": "吴兴区织里镇红旗路9号", "representative": "陈芳", "town": "330502100"}, 2),
    ],
)
def test_another_name_under_one_code_needs_something_equal_to_be_the_same(stores, more, subjects):
    registered = {"address": "浙江省湖州市吴兴区织里镇人民路3号208室", "representative": "沈伟", "town": "330502100"}
    make.put(stores, FIRM, [firm(1, "A", "湖州鸿达童装有限公司", **registered)])
    make.put(stores, PERMIT, [permit(1, "A", "安吉县瑞禾竹业厂", **more)])

    assert run(stores)[0].subjects == subjects


WORDS = ("童装", "家具", "竹业", "机械", "化纤", "水产养殖", "粮油", "电源")
BRANDS = "鸿盛恒瑞泰嘉启裕顺祥锦凯佳润德鼎辰卓远优宏博汇诺益"
ROADS = ["人民", "红旗", "劳动", "环城", "新华", "文苑", "凤凰", "苕溪", "太湖", "车站", "振兴", "富民"]


def invent(chance, count):
    rows = []
    for number in range(count):
        name = f"湖州{chance.choice(BRANDS)}{chance.choice(BRANDS)}{chance.choice(WORDS)}有限公司"
        rows.append(
            firm(
                number,
                f"code{number}",
                name,
                town="330502100",
                address=f"浙江省湖州市吴兴区织里镇{chance.choice(ROADS)}路{chance.randrange(1, 99)}号{chance.randrange(1, 9)}幢101室",
                representative=chance.choice("沈陈王张吴朱徐") + "".join(chance.sample("伟芳娜敏静丽强磊军洋", 2)),
                phone=f"139{chance.randrange(10**8):08}",
            )
        )
    return rows


@pytest.mark.slow
@pytest.mark.parametrize("without_codes", [False, True])
def test_holders_of_permits_are_found_by_short_names_and_other_spellings(stores, without_codes):
    chance = random.Random(11)
    firms = invent(chance, 900)
    permits = []
    for number in range(0, 900, 3):
        source = firms[number]
        written = source["name"].removesuffix("有限公司")
        permits.append(
            permit(
                number,
                source["uscc"] if number % 2 else None,
                chance.choice((written, written.removeprefix("湖州"), written + "有限责任公司")),
                town="330502100",
                address=source["address"].removeprefix("浙江省湖州市").replace("幢", "栋").replace("室", ""),
                representative=source["representative"],
                phone=source["phone"] if number % 4 else None,
            )
        )
    make.put(stores, FIRM, firms)
    make.put(stores, PERMIT, permits)

    _, found = run(stores, without_codes=without_codes)
    truth = {f"{FIRM}#{n}": n for n in range(900)} | {f"{PERMIT}#{n}": n for n in range(0, 900, 3)}
    measured = measure.between(found, truth, lambda row: row.split("#")[0])

    print(f"300 permits of 900 firms, {'no' if without_codes else 'every other'} code: {measured}")
    assert measured.precision > 0.99
    assert measured.f1 > (0.95 if without_codes else 0.98)


@pytest.mark.slow
def test_bodies_of_one_leader_at_one_door_stay_two(stores):
    chance = random.Random(12)
    firms = invent(chance, 300)
    shared = {name: firms[5][name] for name in ("town", "address", "representative", "phone")}
    make.put(stores, FIRM, firms)
    make.put(stores, PERMIT, [permit(1, None, "安吉县白茶研究所", **shared)])

    assert run(stores)[0].subjects == 301


@pytest.mark.slow
def test_two_valid_codes_are_two_organisations_however_alike_they_are(stores):
    firms = invent(random.Random(13), 300)
    same = {name: firms[5][name] for name in ("name", "town", "address", "representative", "phone")}
    make.put(stores, FIRM, firms)
    make.put(stores, PERMIT, [permit(1, "another", **same)])

    assert run(stores)[0].subjects == 301


def derived(packs, **values):
    base = packs.pack(PACK).bases[0]
    with duckdb.connect() as connection:
        columns = {comparison.column: values.get(comparison.column) for comparison in base.comparisons}
        select = ", ".join(f'?::VARCHAR AS "{column}"' for column in columns)
        connection.execute(f"CREATE TEMP TABLE record AS SELECT {select}", list(columns.values()))
        derive.derive(connection, "record", base, packs.standards)
        row = connection.execute("SELECT * FROM record").fetchone()
        return dict(zip([d[0] for d in connection.description], row, strict=True))


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("湖州鸿达童装有限公司", "鸿达童装"),
        ("浙江湖州鸿达童装股份有限公司", "鸿达童装"),
        ("吴兴区鸿达童装厂（普通合伙）", "鸿达童装厂"),
        ("鸿达 童装", "鸿达童装"),
        ("杭州鸿达童装有限公司", "杭州鸿达童装"),
        ("湖州有限公司", "湖州"),
        ("德清县茶叶协会", "茶叶协会"),
    ],
)
def test_the_core_of_a_name_is_without_form_and_division(packs, name, core):
    assert derived(packs, name=name)["name__core"] == core


@pytest.mark.parametrize(
    ("address", "place", "door"),
    [
        ("浙江省湖州市吴兴区织里镇人民路3号阳光花园12幢1单元101室", "人民路3|阳光花园12|1|101", "人民路3"),
        ("吴兴区轧村镇人民路3#阳光花园12栋1-101", "人民路3|阳光花园12|1|101", "人民路3"),
        ("湖州市安吉县溪龙乡新丰村里坞1号", "新丰村里坞1", "新丰村里坞1"),
        ("长兴县", None, None),
    ],
)
def test_an_address_is_read_without_divisions_and_with_its_numbers_in_one_spelling(packs, address, place, door):
    found = derived(packs, address=address)

    assert (found["address__place"], found["address__door"]) == (place, door)


@pytest.mark.parametrize(
    ("left", "right", "is_close"),
    [
        ("鸿达童装", "鸿大童装", True),
        ("鸿达童装", "湖州织里鸿达童装", True),
        ("鸿达精密机械制造", "鸿达精密机戒制造", True),
        ("鸿达童装", "瑞禾竹业", False),
        ("童装", "鸿达童装", False),
    ],
)
def test_names_under_one_code_are_close_by_sound_character_or_part(left, right, is_close):
    with duckdb.connect() as connection:
        connection.execute('CREATE TEMP TABLE l AS SELECT ? AS "name__core", ? AS "name__core__sound"', [left, left])
        connection.execute('CREATE TEMP TABLE r AS SELECT ? AS "name__core", ? AS "name__core__sound"', [right, right])
        sql = levels.is_close_name(How.ORGANISATION_NAME, "name", "l", "r")

        assert connection.execute(f"SELECT {sql} FROM l, r").fetchone() == (is_close,)
