from __future__ import annotations

import csv
import io
import json
import shutil
import time
from datetime import UTC

import openpyxl
import pytest

from taihu.data.guard.draft import AnswerColumn
from taihu.doors.portal import entries, files, jobs, release
from taihu.doors.portal.models import Fetch, Release
from taihu.terms import fault
from taihu.terms.dataset import Kind
from taihu.terms.label import PUBLIC
from taihu.terms.problem import Problem
from tests.doors.portal import portal_builders as make

pytestmark = pytest.mark.slow
ON = make.AT.date()


def find(stores, dataset):
    return entries.find_item(dataset.id, stores=stores, on=ON)


def build(stores, dataset=make.READING):
    return release.build(item=find(stores, dataset), stores=stores, at=make.AT)


def read(stores, form):
    return (release.folder(Release.objects.get(), stores=stores) / f"data.{form}").read_bytes()


def acts(stores):
    return [found.entry.act for found in stores.ledger.entries(limit=500).entries]


def test_a_release_holds_open_columns_only_and_enters_the_ledger_once(city):
    first = build(city)
    second = build(city)

    assert first.pk == second.pk
    assert [column["name"] for column in first.columns] == ["station", "oxygen", "seen_on", "note"]
    assert first.rows == 3
    assert acts(city).count("release") == 1
    assert first.receipt.startswith("test/")


def test_no_file_of_a_release_holds_a_value_that_is_not_open(city):
    build(city)

    for path in (city.root / "releases").rglob("*"):
        assert path.is_dir() or make.PHONE.encode() not in path.read_bytes()


def test_csv_tames_words_that_a_spreadsheet_would_run_and_leaves_numbers(city):
    build(city)

    rows = list(csv.reader(io.StringIO(read(city, "csv").decode("utf-8-sig"))))

    assert rows[0] == ["断面编码", "溶解氧", "监测日期", "备注"]
    assert rows[1] == ["D-01", "6.125", "2026-11-22", "'=HYPERLINK(1)"]
    assert rows[2][1] == "-0.500"
    assert rows[3] == ["D-03", "", "2026-11-23", "正常"]


def test_json_keeps_names_and_all_digits(city):
    build(city)

    text = read(city, "json").decode()
    told = json.loads(text)

    assert '"oxygen": 6.125' in text
    assert '"oxygen": -0.500' in text
    assert told["rows"][0]["note"] == "=HYPERLINK(1)"
    assert told["rows"][2]["oxygen"] is None
    assert [column["title"] for column in told["columns"]] == ["断面编码", "溶解氧", "监测日期", "备注"]


def test_a_workbook_holds_text_as_text_and_explains_its_columns(city):
    build(city)

    book = openpyxl.load_workbook(io.BytesIO(read(city, "xlsx")))
    cell = book["数据"]["D2"]

    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")
    assert book["数据"]["B3"].value == -0.5
    assert ["station", "断面编码"] in [[row[0].value, row[1].value] for row in book["说明"].iter_rows()]


def test_rows_pass_in_several_answers_where_one_does_not_hold_them(city, monkeypatch):
    monkeypatch.setattr(release, "ROWS_AN_ANSWER", 2)

    assert build(city).rows == 3


def test_a_release_whose_files_were_lost_is_made_anew(city):
    shutil.rmtree(release.folder(build(city), stores=city))
    again = build(city)

    assert (release.folder(again, stores=city) / "data.csv").is_file()
    assert Release.objects.count() == 1


def test_the_first_of_two_builders_counts_and_its_files_stay(city):
    item = find(city, make.READING)
    first = build(city)
    before = read(city, "json")

    late = release._build(item, first.version, city, make.AT.replace(hour=10), lambda done, total: None, instead=None)

    assert late.pk == first.pk
    assert read(city, "json") == before
    assert acts(city).count("release") == 1


def test_a_kill_before_the_entry_leaves_nothing_that_is_served(city):
    def stop(name):
        if name == "portal.release.keep":
            raise OSError("disk full")

    fault.decide_by(stop)
    with pytest.raises(OSError, match="disk full"):
        build(city)
    fault.decide_by(None)

    assert not Release.objects.exists()
    assert build(city).rows == 3


def test_a_new_version_makes_a_new_release_and_the_old_files_stay(city):
    first = build(city)
    make.put_readings(city, make.ROWS[:1], number=2)
    second = build(city)

    assert (second.rows, first.rows) == (1, 3)
    assert find(city, make.READING).release == second
    assert release.folder(first, stores=city).is_dir()


def test_a_version_that_moves_while_it_leaves_is_not_released(city, monkeypatch):
    versions = iter(["governed@0", "governed@1", "governed@9"])
    monkeypatch.setattr(release, "version_of", lambda *_, **__: (next(versions), 3))

    with pytest.raises(release.Moved):
        build(city)
    assert not Release.objects.exists()
    assert not any((city.root / "releases" / make.READING.id).iterdir())


@pytest.mark.parametrize(("dataset", "why"), [(make.ADDRESS, "受限开放"), (make.PATIENT, "是否存在")])
def test_what_is_not_open_is_refused_with_the_reason(city, dataset, why):
    with pytest.raises(release.NothingOpen) as refused:
        build(city, dataset)
    assert why in refused.value.message
    assert isinstance(refused.value, Problem)


def test_a_dataset_without_rows_has_no_release_yet(db, stores):
    make.publish_all(stores)

    assert build(stores) is None


def test_the_job_releases_what_is_open_and_takes_back_what_no_longer_is(city):
    task = jobs.Task("run", 1, {}, city, lambda: make.AT, lambda done, total: None)
    jobs.release_all(task)
    made = Release.objects.get()
    place = release.folder(made, stores=city)

    entries.Entry.objects.filter(dataset=make.READING.id).update(withdrawn_at=make.AT)
    outcome = jobs.release_all(task)

    assert "撤下 1 个" in outcome.note
    assert not place.exists()
    assert not Release.objects.live(make.READING.id).exists()
    assert acts(city)[0] == "withdraw"


def test_the_same_version_comes_back_with_its_files_after_a_withdrawal(city):
    build(city)
    release.withdraw(dataset=make.READING.id, at=make.AT, stores=city)
    again = build(city)

    assert again.withdrawn_at is None
    assert (release.folder(again, stores=city) / "data.csv").is_file()


def test_fetches_are_counted_by_file_and_day(city):
    made = build(city)
    for form in ("csv", "csv", "json"):
        release.count_fetch(release=made, form=form, on=ON)

    assert dict(Fetch.objects.values_list("form", "times")) == {"csv": 2, "json": 1}


def test_a_workbook_of_the_same_release_is_the_same_bytes_whenever_it_is_written(tmp_path, monkeypatch):
    from_now = [time.localtime(10**9), time.localtime(10**9 + 86_400)]
    written = []
    for number, when in enumerate(from_now):
        monkeypatch.setattr(time, "localtime", lambda *_, when=when: when)
        path = tmp_path / f"{number}.xlsx"
        column = AnswerColumn("n", "数", PUBLIC, False, Kind("int"))
        sheet = files.Sheet(path, [column], {"title": "名录"}, at=make.AT)
        sheet.write([(1,), (None,)])
        sheet.close()
        written.append(path.read_bytes())

    assert written[0] == written[1]
    assert openpyxl.load_workbook(tmp_path / "0.xlsx").properties.modified == make.AT.astimezone(UTC).replace(
        tzinfo=None
    )
