"""Refine: what is accepted, what goes back and why, and that no row is lost."""

from __future__ import annotations

import dataclasses
import datetime
import io
import json
import traceback

import pytest

from taihu.data.objects.batch import Batch
from taihu.data.objects.reading import Reading
from taihu.data.refine import refine as room
from taihu.data.refine import report, still_open
from taihu.data.refine.refine import refine
from taihu.terms.identifiers import resident_check
from taihu.terms.zone import Zone
from tests.data.refine.deliveries import NOON, a_batch, reasons_of, rows_of, some_stores

RESIDENT = "bases.people.resident"
ASSISTANCE = "bases.people.assistance"
HEALTH = "bases.people.health_record"
FIRM = "bases.organisations.firm"
ADDRESS = "bases.places.address"
READING = "topics.rivers.reading"
PATROL = "topics.rivers.patrol"


def an_id(first: str) -> str:
    return first + resident_check(first)


MAN, WOMAN, OTHER = an_id("33050219900101001"), an_id("33052219851231002"), an_id("33051119600101123")
BROKEN = MAN[:17] + ("0" if MAN[17] != "0" else "1")


@pytest.fixture
def stores(tmp_path):
    opened = some_stores(tmp_path)
    yield opened
    opened.close()


def do(stores, batch: Batch):
    return refine(batch=batch, stores=stores, by="runs", at=NOON)


@pytest.mark.slow
def test_dirty_spellings_are_accepted_in_one_form(stores):
    old = MAN[:6] + MAN[8:17]
    batch = a_batch(
        stores,
        RESIDENT,
        f"""
        resident_id | name   | sex | born_on      | ethnic_group | household | town         | address  | phone          | registered_on
        {old}       | 沈  伟 | 男  | 1990年1月1日 | 汉           | 不详      | 织里镇       | 路１２号 | +86 13800138000 | 1900-01-01
        {WOMAN}     | 王敏   | 2   | 19851231     | 01 汉族      | H2        | 330502001000 | 无       | 0              | 二〇〇一年三月五日
        """,
    )

    refined = do(stores, batch)

    assert (refined.rows_in, refined.accepted, refined.returned) == (2, 2, 0)
    columns = (
        "resident_id__masked",
        "name",
        "sex",
        "born_on",
        "ethnic_group",
        "household",
        "town",
        "address",
        "phone",
        "registered_on",
    )
    assert rows_of(stores, RESIDENT, *columns) == [
        (
            f"{MAN[:6]}********{MAN[14:]}",
            "沈伟",
            "1",
            datetime.date(1990, 1, 1),
            "01",
            None,
            "330502100",
            "路12号",
            "13800138000",
            None,
        ),
        (
            f"{WOMAN[:6]}********{WOMAN[14:]}",
            "王敏",
            "2",
            datetime.date(1985, 12, 31),
            "01",
            "H2",
            "330502001",
            None,
            None,
            datetime.date(2001, 3, 5),
        ),
    ]
    token = rows_of(stores, RESIDENT, "resident_id")[0][0]
    assert token == stores.vault.token(MAN)
    assert stores.vault.reveal([token]) == {token: MAN}


@pytest.mark.slow
def test_each_broken_promise_has_its_code_and_column_and_all_are_kept(stores):
    batch = a_batch(
        stores,
        RESIDENT,
        f"""
        resident_id | name | sex | born_on    | ethnic_group | town      | phone | registered_on
        {BROKEN}    | 甲   | 男  | 1990-01-01 | 火星         | 330599001 | 123   | 1980-01-01
                    | 乙   | 男  | 1990-01-01 | 汉           | 330502001 |       |
        3.30502E+17 |      | 男  | 2026-02-30 | 汉           |           |       |
        {OTHER}     | 丁   | 女  | 1960-01-02 | 汉           | 110101    |       |
        {MAN}       | 戊   | 男  | 1990-01-01 | 汉           | 33        |       |
        """,
    )

    refined = do(stores, batch)

    assert reasons_of(stores, RESIDENT, batch) == {
        2: [
            "R-IDN-02:resident_id",
            "R-COD-01:ethnic_group",
            "R-DIV-01:town",
            "R-IDN-01:phone",
            "R-CHK-01:registered_on",
        ],
        3: ["R-KEY-01:resident_id"],
        4: ["R-IDN-04:resident_id", "R-REQ-01:name", "R-FRM-01:born_on", "R-REQ-01:town"],
        5: ["R-AGR-01:sex", "R-AGR-02:born_on"],
    }
    assert refined.accepted + refined.returned == refined.rows_in == 5
    assert refined.by_code["R-REQ-01"] == 2
    sentences = rows_of(stores, f"{RESIDENT}.returned", "_reasons", zone=Zone.COLLECTED)
    assert sentences[1] == ("R-KEY-01 第 3 行：「公民身份号码」为空，该项是主键，请补全后重新报送。",)
    assert rows_of(stores, f"{RESIDENT}.returned", "resident_id", zone=Zone.COLLECTED)[0] == (BROKEN,)


@pytest.mark.slow
def test_what_the_reading_says_of_a_row_silences_its_cells(stores):
    batch = a_batch(
        stores,
        RESIDENT,
        f"""
        _fault | resident_id | name | born_on | town
        short  | {MAN}       | 甲   | x       | y
        digits | {BROKEN}    | 乙   | 1990-01-01 | 330502001
        odd    | {WOMAN}     | 丙   | 1985-12-31 | 330502001
        """,
    )

    do(stores, batch)

    assert reasons_of(stores, RESIDENT, batch) == {
        2: ["R-ROW-01:"],
        3: ["R-ROW-04:", "R-IDN-02:resident_id"],
        4: ["R-ROW-09:"],
    }


@pytest.mark.slow
def test_equal_rows_keep_the_first_and_rows_that_differ_all_go_back(stores):
    batch = a_batch(
        stores,
        ASSISTANCE,
        f"""
        resident_id | name | kind | monthly_fen
        {MAN}       | 甲   | 低保 | 800
        {MAN}       | 甲   | 特困 | 800
        {MAN}       | 甲   | 低保 | 800.00元
        {WOMAN}     | 乙   | 低保 | 700
        {WOMAN}     | 乙   | 低保 | 701
        """,
    )

    do(stores, batch)

    assert reasons_of(stores, ASSISTANCE, batch) == {
        4: ["R-KEY-02:resident_id"],
        5: ["R-KEY-03:resident_id"],
        6: ["R-KEY-03:resident_id"],
    }
    said = dict(rows_of(stores, f"{ASSISTANCE}.returned", "_row", "_reasons", zone=Zone.COLLECTED))
    assert "与第 2 行完全相同" in said[4]
    assert "与第 6 行相同而内容不同" in said[5]
    assert "与第 5 行相同而内容不同" in said[6]


@pytest.mark.slow
def test_amounts_follow_the_unit_of_cell_and_heading_and_keep_their_range(stores):
    batch = a_batch(
        stores,
        ASSISTANCE,
        f"""
        resident_id | name | kind   | monthly_fen
        {MAN}       | 甲   | 低保   | 0.08
        {MAN}       | 甲   | 特困   | 800元
        {MAN}       | 甲   | 低边   | 3
        {MAN}       | 甲   | 临时救助 | 若干
        """,
        units={"monthly_fen": "万元"},
    )

    do(stores, batch)

    assert rows_of(stores, ASSISTANCE, "monthly_fen") == [(80_000,), (80_000,)]
    assert reasons_of(stores, ASSISTANCE, batch) == {4: ["R-RNG-01:monthly_fen"], 5: ["R-FRM-07:monthly_fen"]}
    said = rows_of(stores, f"{ASSISTANCE}.returned", "_reasons", zone=Zone.COLLECTED)[0][0]
    assert "（0元 至 20000元）" in str(said)


@pytest.mark.slow
def test_points_of_several_datums_meet_in_one_and_strangers_go_back(stores):
    batch = a_batch(
        stores,
        ADDRESS,
        """
        code | town      | text | place                  | __datum
        A1   | 330502100 | 甲   | 120.0868,30.8945       | CGCS2000
        A2   | 330502100 | 乙   | 120.0916711,30.8924560 | GCJ-02
        A3   | 330502100 | 丙   | 120.0868,30.8945       | 北京54
        A4   | 330502100 | 丁   | 121.4737,31.2304       | CGCS2000
        A5   | 330502100 | 戊   | 某处                   |
        """,
    )

    do(stores, batch)

    assert rows_of(stores, ADDRESS, "place") == [("POINT(120.0868000 30.8945000)",)] * 2
    assert reasons_of(stores, ADDRESS, batch) == {4: ["R-PNT-02:place"], 5: ["R-PNT-01:place"], 6: ["R-FRM-06:place"]}


@pytest.mark.slow
def test_codes_of_firms_are_checked_and_industries_go_deeper(stores):
    batch = a_batch(
        stores,
        FIRM,
        """
        uscc               | name | kind       | status | established_on | industry | town      | capital_fen
        91330502MA2B00000N | 甲   | 企业       | 存续   | 2017-05-01     | C1819    | 330502100 | 人民币伍佰万元整
        91330502MA2B00000M | 乙   | 企业       | 存续   | 2017-05-01     | 9999     | 330502100 |
        N2330502MF00000132 | 丙   | 农民专业合作社 | 开业 | 2027-05-01   | 制造业   | 320100    |
        """,
    )

    refined = do(stores, batch)

    assert rows_of(stores, FIRM, "uscc", "industry", "capital_fen") == [("91330502MA2B00000N", "1819", 500_000_000)]
    assert reasons_of(stores, FIRM, batch) == {
        3: ["R-IDN-02:uscc", "R-COD-01:industry"],
        4: ["R-COD-01:status", "R-CHK-01:established_on"],
    }
    timeliness = next(dimension for dimension in refined.score if dimension.name == "timeliness")
    assert (timeliness.passed, timeliness.checked) == (2, 3)


@pytest.mark.slow
def test_missing_values_of_sensors_are_no_faults(stores):
    batch = a_batch(
        stores,
        READING,
        """
        station | reach | measured_at      | oxygen_mg_l | ammonia_mg_l | level_mm
        S1      | R1    | 2026-11-01 08:00 | 7.12345     | NA           | 1.2米
        S1      | R1    | 2026/11/1 9:00   | 31          | 0.02L        | --
        """,
    )

    do(stores, batch)

    assert [
        tuple(map(str, row))
        for row in rows_of(stores, READING, "measured_at", "oxygen_mg_l", "ammonia_mg_l", "level_mm")
    ] == [("2026-11-01 08:00:00", "7.123", "None", "1200")]
    assert reasons_of(stores, READING, batch) == {3: ["R-RNG-01:oxygen_mg_l", "R-FRM-04:ammonia_mg_l"]}


HEALTH_ROWS = """
    record | resident_id | name | updated_at
    D1     | {who}       | {name} | {at}
    """


@pytest.mark.slow
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 0, 1, 2, 2, 1)])
def test_changes_end_in_the_same_state_in_whatever_order_they_come(stores, order):
    said = [("甲", "2026-11-01 08:00"), ("乙", "2026-11-03 08:00"), ("丙", "2026-11-02 08:00")]
    batches = [
        a_batch(
            stores, HEALTH, HEALTH_ROWS.format(who=MAN, name=name, at=at) + f"D{n + 2} | {MAN} | 他 | 2026-11-01 08:00"
        )
        for n, (name, at) in enumerate(said)
    ]

    for place in order:
        do(stores, batches[place])

    rows = dict(rows_of(stores, HEALTH, "record", "name", order="record"))
    assert rows["D1"] == "乙"
    assert set(rows) == {"D1", "D2", "D3", "D4"}


@pytest.mark.slow
def test_a_full_delivery_replaces_and_a_late_one_does_not_come_back(stores):
    rows = "resident_id | name | kind\n{} | {} | 低保"
    older = a_batch(stores, ASSISTANCE, rows.format(MAN, "甲"))
    newer = a_batch(stores, ASSISTANCE, rows.format(WOMAN, "乙"))

    assert do(stores, newer).is_current
    late = do(stores, older)

    assert not late.is_current
    assert rows_of(stores, ASSISTANCE, "name") == [("乙",)]
    assert late.rows_in == late.accepted == 1


@pytest.mark.slow
def test_a_delivery_without_one_right_row_does_not_empty_the_table(stores):
    do(stores, a_batch(stores, ASSISTANCE, f"resident_id | name | kind\n{MAN} | 甲 | 低保"))

    refined = do(stores, a_batch(stores, ASSISTANCE, f"resident_id | name | kind\n{BROKEN} | 甲 | 低保"))

    assert not refined.is_current
    assert rows_of(stores, ASSISTANCE, "name") == [("甲",)]


@pytest.mark.slow
def test_refining_twice_writes_once(stores):
    batch = a_batch(
        stores, PATROL, f"patrol | reach | walked_on | chief\nP1 | R1 | 2026-11-01 | {MAN}\nP2 | R1 | x | {MAN}"
    )

    first, second = do(stores, batch), do(stores, batch)

    assert first == second
    assert len(rows_of(stores, PATROL, "patrol")) == 1
    assert len(reasons_of(stores, PATROL, batch)) == 1
    assert report.find(stores.root, batch.id) == first


@pytest.mark.slow
def test_an_empty_delivery_of_headings_refines_to_nothing(stores):
    refined = do(stores, a_batch(stores, PATROL, "patrol | reach | walked_on | chief"))

    assert (refined.rows_in, refined.accepted, refined.returned) == (0, 0, 0)
    assert rows_of(stores, PATROL, "patrol") == []


@pytest.mark.slow
def test_rows_that_do_not_add_up_stop_everything(stores):
    batch = a_batch(stores, PATROL, f"patrol | reach | walked_on | chief\nP1 | R1 | 2026-11-01 | {MAN}")
    told = dataclasses.replace(batch, reading=dataclasses.replace(batch.reading, rows=2))

    with pytest.raises(room.RowsLost):
        do(stores, told)

    assert stores.lake.snapshot(Zone.GOVERNED, PATROL) is None
    assert stores.lake.snapshot(Zone.COLLECTED, f"{PATROL}.returned") is None


@pytest.mark.slow
def test_a_file_that_the_engine_cannot_read_is_told_without_its_values(stores):
    ref = stores.objects.put(io.BytesIO(f"P1,R1,2026-11-01,{MAN}\nP2,R1,2026-11-01,{MAN},more,and more\n".encode()))
    batch = a_batch(stores, PATROL, f"patrol | reach | walked_on | chief\nP1 | R1 | 2026-11-01 | {MAN}")
    reading = Reading(sha256=ref.sha256, rows=2, layout=("patrol", "reach", "walked_on", "chief"))

    with pytest.raises(room.Unreadable) as caught:
        do(stores, dataclasses.replace(batch, reading=reading))

    assert MAN not in "".join(traceback.format_exception(caught.value))
    assert stores.lake.snapshot(Zone.GOVERNED, PATROL) is None


@pytest.mark.slow
def test_rows_of_the_senders_own_file_bear_the_numbers_of_its_lines(stores):
    text = (
        "title\npatrol,reach,walked_on,chief\n"
        + "".join(f"P{n},R1,2026-11-01,{MAN}\n" for n in range(3))
        + f",R1,x,{MAN}\n"
    )
    ref = stores.objects.put(io.BytesIO(text.encode()))
    batch = a_batch(stores, PATROL, f"patrol | reach | walked_on | chief\nP1 | R1 | 2026-11-01 | {MAN}")
    reading = Reading(sha256=ref.sha256, rows=4, layout=("patrol", "reach", "walked_on", "chief"), skip=2)

    do(stores, dataclasses.replace(batch, reading=reading))

    assert rows_of(stores, PATROL, "_row", "patrol") == [(3, "P0"), (4, "P1"), (5, "P2")]
    assert list(reasons_of(stores, PATROL, batch)) == [6]


@pytest.mark.slow
def test_returned_rows_stay_open_until_their_key_comes_right(stores):
    first = a_batch(
        stores,
        PATROL,
        f"patrol | reach | walked_on | chief\nP1 | R1 | x | {MAN}\nP2 | R1 | x | {MAN}\n | R1 | 2026-11-01 | {MAN}",
    )
    do(stores, first)
    later = a_batch(stores, PATROL, f"patrol | reach | walked_on | chief\nP1 | R1 | 2026-11-01 | {MAN}")
    do(stores, later)

    assert still_open.find_open(stores=stores, dataset=PATROL) == {first.id: {3, 4}, later.id: frozenset()}


@pytest.mark.slow
def test_remarks_tell_of_unknown_divisions_and_missing_columns(stores):
    stranger = an_id("99999919900101001")
    refined = do(
        stores, a_batch(stores, PATROL, f"patrol | reach | walked_on | chief\nP1 | R1 | 2026-11-01 | {stranger}")
    )

    remarks = {(remark.code, remark.column): remark.rows for remark in refined.remarks}
    assert refined.accepted == 1
    assert remarks["M-DIV-01", "chief"] == 1
    assert ("M-COL-01", "metres") in remarks


@pytest.mark.slow
def test_no_identifier_stands_in_governed_files_reports_or_ledger(stores):
    batch = a_batch(
        stores,
        RESIDENT,
        f"resident_id | name | born_on | town\n{MAN} | 甲 | 1990-01-01 | 330502001\n{BROKEN} | 乙 | 1990-01-01 | 330502001",
    )
    do(stores, batch)
    stores.close()

    written = [path for path in stores.root.rglob("*") if path.is_file()]
    governed = [path for path in written if "/governed/" in str(path)]
    told = [path for path in written if "/ledger/" in str(path) or "/refined/" in str(path)]
    assert governed
    assert told
    for path in governed + told:
        data = path.read_bytes()
        assert MAN.encode() not in data
        assert BROKEN.encode() not in data
    assert json.loads(report.path_of(stores.root, batch.id).read_text(encoding="utf-8"))["returned"] == 1
    assert not [path for path in stores.root.rglob("_stage-*") if any(path.rglob("*"))]
