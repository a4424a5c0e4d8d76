"""What the departments send: their dialects, their dirt, and the truth beside it."""

import contextlib
import csv
import hashlib
import json
import sqlite3

import duckdb
import numpy as np
import openpyxl
import pytest

from city import facts
from city.__main__ import main
from city.departments import write
from city.world.city import City, Size
from taihu.terms import fault

TODAY = np.datetime64("2026-11-24")


def a_city(folder, *, seed=7, residents=3_000, firms=500):
    write.write_city(City(seed, Size(residents, firms), TODAY), folder, port=8010, progress=lambda done, total: None)
    return folder


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    return a_city(tmp_path_factory.mktemp("var") / "city")


@pytest.fixture(scope="module")
def manifest(city):
    return json.loads((city / "manifest.json").read_text(encoding="utf-8"))


def fingerprints(folder):
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def truth(city, name, where="true"):
    return duckdb.sql(f"select * from '{city}/truth/{name}.parquet' where {where} order by file, ordinal").fetchall()


def rows_of(path, encoding="gb18030", delimiter=","):
    with path.open(encoding=encoding, newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter))


@pytest.mark.slow
def test_one_seed_makes_one_city_byte_for_byte(city, tmp_path):
    again = a_city(tmp_path / "city")

    assert fingerprints(again) == fingerprints(city)


@pytest.mark.slow
def test_another_seed_makes_other_deliveries(city, tmp_path):
    other, same = fingerprints(a_city(tmp_path / "city", seed=8)), fingerprints(city)

    assert {name for name in same if same[name] == other.get(name)} <= {"README.txt"}


def test_the_manifest_lists_every_file_that_was_dropped(city, manifest):
    listed = {entry["path"] for entry in manifest["deliveries"] if entry["kind"] == "file"}
    dropped = {str(path.relative_to(city)) for path in city.rglob("drop/**/*") if path.is_file()}

    assert listed == dropped
    assert manifest["synthetic"] is True
    assert {entry["dataset"] for entry in manifest["deliveries"]} == set(facts.read("dialects"))
    assert [e["kind"] for e in manifest["deliveries"] if e["department"] in ("market", "health")] == [
        "sql",
        "api",
        "api",
    ]
    assert {e["department"] for e in manifest["deliveries"]} == {
        "police",
        "civil",
        "market",
        "health",
        "plan",
        "water",
    }


def test_the_police_write_gb18030_with_columns_that_moved_since_yesterday(city, manifest):
    broken, whole = [city / e["path"] for e in manifest["deliveries"] if e["department"] == "police"]
    heads = facts.read("dialects")["bases.people.resident"]

    with pytest.raises(UnicodeDecodeError):
        broken.read_bytes().decode("gb18030")
    first, second = (path.read_bytes().split(b"\r\n")[0].decode("gb18030").split(",") for path in (broken, whole))
    assert first != second
    assert sorted(first) == sorted(second) == sorted(heads["heads"].values())


def test_every_police_row_stands_in_the_truth_at_its_place(city, manifest):
    path = [e["path"] for e in manifest["deliveries"] if e["department"] == "police"][-1]
    rows, known = rows_of(city / path), truth(city, "people", f"file = '{path}'")

    assert len(rows) == len(known)
    for row, (_, _, _, ordinal, line, key, *_) in zip(rows, known, strict=True):
        assert row["公民身份号码"] == key
        assert line == ordinal + 1


def test_clean_rows_say_what_is_true_and_dirty_rows_do_not_all(city, manifest):
    path = [e["path"] for e in manifest["deliveries"] if e["department"] == "police"][-1]
    rows, known = rows_of(city / path), truth(city, "people", f"file = '{path}'")
    people = {
        row[0]: row
        for row in duckdb.sql(
            f"select subject, number, name, born_on, sex from '{city}/truth/residents.parquet'"
        ).fetchall()
    }

    wrong = 0
    for row, (*_, subject, _, dirt) in zip(rows, known, strict=True):
        _, number, name, born, sex = people[subject]
        agrees = (row["公民身份号码"], row["姓名"], row["出生日期"], row["性别"]) == (
            number,
            name,
            f"{born:%Y%m%d}",
            " 男女"[sex],
        )
        assert agrees or dirt, f"line of {subject}"
        wrong += not agrees
    assert 0 < wrong < len(rows) * 0.08


def test_civil_affairs_send_title_rows_merged_heads_and_notes(city, manifest):
    last, this = [city / e["path"] for e in manifest["deliveries"] if e["dataset"] == "bases.people.assistance"]
    pages = [openpyxl.load_workbook(path).worksheets for path in (last, this)]

    for page, notes in pages:
        assert notes.title == "填报说明"
        assert "合成" in page["A1"].value
        assert {"A1:J1", "A2:J2", "A3:A4", "B3:E3", "J3:J4"} <= {str(each) for each in page.merged_cells.ranges}
        assert page.cell(page.max_row - 2, 1).value.startswith("注:")
    heads = [[page.cell(4, n).value for n in range(2, 10)] for page, _ in pages]
    assert heads[0] != heads[1]
    assert sorted(heads[0]) == sorted(heads[1])


def test_civil_rows_stand_in_the_truth_at_their_line(city, manifest):
    path = [e["path"] for e in manifest["deliveries"] if e["dataset"] == "bases.people.assistance"][-1]
    page = openpyxl.load_workbook(city / path).worksheets[0]

    for _, _, _, ordinal, line, key, *_ in truth(city, "people", f"file = '{path}'"):
        assert page.cell(line, 1).value == ordinal
        assert str(page.cell(line, 3).value or "") == key


def test_money_of_civil_affairs_is_in_yuan_and_months_in_words(city, manifest):
    path = [e["path"] for e in manifest["deliveries"] if e["dataset"] == "bases.people.assistance"][-1]
    page = openpyxl.load_workbook(city / path).worksheets[0]
    titles = {page.cell(4, n).value: n for n in range(2, 10)}
    months = [page.cell(row, titles["起始年月"]).value for row in range(5, page.max_row - 2)]

    assert isinstance(page.cell(5, titles["月救助金额(元)"]).value, float)
    assert sum("月" in str(month) for month in months) > len(months) / 2


def test_market_supervision_opens_a_database_with_names_that_the_dataset_knows(city):
    with contextlib.closing(sqlite3.connect(city / "market" / "market.sqlite3")) as database, database:
        names = [row[1] for row in database.execute("pragma table_info(T_MARKET_ENT)")]
        rows = database.execute('select PRIPID, "UNISCID" from T_MARKET_ENT order by 1').fetchall()
    database.close()

    assert {"UNISCID", "ENTNAME", "CERNO"} <= set(names)
    assert rows == [
        (ordinal, key) for _, _, _, ordinal, _, key, *_ in truth(city, "firms", "dataset = 'bases.organisations.firm'")
    ]


def test_social_organisations_stand_in_the_truth_at_their_line(city, manifest):
    path = next(e["path"] for e in manifest["deliveries"] if e["dataset"] == "bases.organisations.social_organisation")
    page = openpyxl.load_workbook(city / path).worksheets[0]
    heads = [cell.value for cell in page[3]]
    known = truth(city, "firms", f"file = '{path}'")

    assert "合成" in page["A1"].value
    assert page.max_row == len(known) + 4
    for _, _, _, _, line, key, *_ in known:
        assert page.cell(line, heads.index("登记证号") + 1).value == key


def test_medical_institutions_are_a_second_resource_of_the_same_interface(city, manifest):
    urls = [e["url"] for e in manifest["deliveries"] if e["kind"] == "api"]
    lines = (city / "health" / "institutions.jsonl").read_bytes().splitlines(keepends=True)
    places = np.fromfile(city / "health" / "institutions.places", dtype="<i8").tolist()
    known = truth(city, "firms", "dataset = 'bases.organisations.medical_institution'")

    assert len({url.rpartition("/")[0] for url in urls}) == 1
    assert places == [0, *np.cumsum([len(line) for line in lines]).tolist()]
    assert [json.loads(line)["registerNo"] for line in lines] == [key for _, _, _, _, _, key, *_ in known]


def test_holders_of_water_permits_write_themselves_down_otherwise_than_their_registrar(city, manifest):
    path = next(e["path"] for e in manifest["deliveries"] if e["dataset"] == "bases.organisations.water_permit")
    rows, known = rows_of(city / path), truth(city, "firms", f"file = '{path}'")
    found = {dirt for *_, dirts in known for dirt in dirts}

    assert [row["取水许可证编号"] for row in rows] == [key for _, _, _, _, _, key, *_ in known]
    assert {"missing", "short_name", "former_name", "other_phone", "short_address"} <= found
    assert any(not row["统一社会信用代码"] for row in rows)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("firm", "medical_institution"),
        ("firm", "water_permit"),
        ("social_organisation", "medical_institution"),
        ("social_organisation", "water_permit"),
        ("medical_institution", "water_permit"),
    ],
)
def test_departments_know_the_same_organisations(city, one, other):
    of = {
        name: {row[6] for row in truth(city, "firms", f"dataset = 'bases.organisations.{name}'")}
        for name in (one, other)
    }

    assert of[one] & of[other]


def test_a_registrar_lists_a_social_organisation_once_and_never_a_firm(city):
    firms = {row[6] for row in truth(city, "firms", "dataset = 'bases.organisations.firm'")}
    rows = truth(city, "firms", "dataset = 'bases.organisations.social_organisation'")
    societies = [subject for *_, subject, _, dirt in rows if "duplicate" not in dirt]

    assert not firms & set(societies)
    assert len(set(societies)) == len(societies)


def test_planning_mixes_two_datums_and_mostly_says_so(city, manifest):
    path = next(e["path"] for e in manifest["deliveries"] if e["department"] == "plan")
    features = json.loads((city / path).read_text(encoding="utf-8"))["features"]
    known = truth(city, "places")

    assert len(features) == len(known)
    said = {"GCJ-02": 0, None: 0}
    for feature, (*_, dirt) in zip(features, known, strict=True):
        datum = feature["properties"].get("坐标系")
        said[datum] = said.get(datum, 0) + 1
        assert (datum is None) == ("datum_unsaid" in dirt)
        assert datum != "GCJ-02" or "gcj02" in dirt
        lon, lat = feature["geometry"]["coordinates"]
        inside = 119.2 < lon < 120.5 and 30.3 < lat < 31.2
        assert inside or set(dirt) & {"swapped_point", "zero_point", "far_point"}
    assert said["GCJ-02"] > 50
    assert said[None] > 5


def test_health_records_have_places_for_every_line(city):
    lines = (city / "health" / "records.jsonl").read_bytes().splitlines(keepends=True)
    places = np.fromfile(city / "health" / "records.places", dtype="<i8").tolist()
    known = truth(city, "people", "dataset = 'bases.people.health_record'")

    assert places == [0, *np.cumsum([len(line) for line in lines]).tolist()]
    assert [json.loads(line)["archiveNo"] for line in lines] == [key for _, _, _, _, _, key, *_ in known]


def test_departments_learn_late_of_names_moves_and_deaths(city):
    found = {
        row[0]
        for row in duckdb.sql(
            f"select distinct unnest(dirt) from '{city}/truth/people.parquet' where department = 'health'"
        ).fetchall()
    }

    assert {"former_name", "former_address", "dead", "fifteen", "second_record"} <= found


def test_water_sends_one_file_twice_and_some_rows_late_or_again(city, manifest):
    sent = [e["path"] for e in manifest["deliveries"] if e["dataset"] == "topics.rivers.patrol"]
    again = next(path for path in sent if "重发" in path)
    found = {
        row[0] for row in duckdb.sql(f"select distinct unnest(dirt) from '{city}/truth/rivers.parquet'").fetchall()
    }

    assert (city / again).read_bytes() == (city / again.replace("_重发", "")).read_bytes()
    assert sent.index(again) == sent.index(again.replace("_重发", "")) + 1
    assert {"late", "sent_again", "corrected", "sham", "deputy"} <= found


def test_patrol_files_change_their_manner_and_their_order(city, manifest):
    first, *_, last = [city / e["path"] for e in manifest["deliveries"] if e["dataset"] == "topics.rivers.patrol"]

    old, new = rows_of(first), rows_of(last, encoding="utf-8-sig")
    assert list(old[0]) != list(new[0])
    assert sorted(old[0]) == sorted(new[0])
    assert new


def test_readings_are_tabbed_and_not_all_of_them_are_numbers(city, manifest):
    paths = [city / e["path"] for e in manifest["deliveries"] if e["dataset"] == "topics.rivers.reading"]
    rows = [row for path in paths for row in rows_of(path, encoding="utf-8", delimiter="\t")]

    assert len({row["断面编码"] for row in rows}) >= 10
    assert any(row["氨氮"] in ("<0.025", "ND", "未检出") for row in rows)
    assert {len(row["监测时间"]) for row in rows} & {19}


def test_every_row_that_leaves_is_marked_synthetic(city, manifest):
    for entry in manifest["deliveries"]:
        if entry["department"] in ("police", "water"):
            content = (city / entry["path"]).read_bytes()
            assert any("合成数据".encode(encoding) in content for encoding in ("gb18030", "utf-8"))
    assert "合成数据" in (city / "README.txt").read_text(encoding="utf-8")


def test_a_folder_that_is_no_city_is_not_written_over(tmp_path, capsys):
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "mine.txt").write_text("mine")

    assert main(["write", "--var", str(tmp_path), "--residents", "300", "--firms", "10", "--today", "2026-11-24"]) == 2
    assert "S-DIR-01" in capsys.readouterr().err
    assert (tmp_path / "city" / "mine.txt").read_text() == "mine"


@pytest.mark.slow
def test_a_write_that_fails_leaves_the_last_city_standing(tmp_path):
    folder = a_city(tmp_path / "city", residents=400, firms=20)
    before = fingerprints(folder)

    def fail(name):
        if name == "city.write.manifest":
            raise OSError("disk full")

    fault.decide_by(fail)
    try:
        with pytest.raises(OSError, match="disk full"):
            a_city(folder, seed=9, residents=400, firms=20)
    finally:
        fault.decide_by(None)

    assert fingerprints(folder) == before
    a_city(folder, seed=9, residents=400, firms=20)
    assert fingerprints(folder) != before


@pytest.mark.slow
def test_a_city_that_stands_already_is_left_alone(tmp_path, capsys):
    words = [
        "write",
        "--var",
        str(tmp_path),
        "--residents",
        "300",
        "--firms",
        "10",
        "--today",
        "2026-11-24",
        "--if-missing",
    ]
    assert main(words) == 0
    before = (tmp_path / "city" / "manifest.json").stat().st_mtime_ns

    assert main(words) == 0

    assert "stands already" in capsys.readouterr().err
    assert (tmp_path / "city" / "manifest.json").stat().st_mtime_ns == before


def test_a_city_of_nobody_is_refused(tmp_path, capsys):
    assert main(["write", "--var", str(tmp_path), "--residents", "5"]) == 2
    assert "S-SIZE-01" in capsys.readouterr().err
