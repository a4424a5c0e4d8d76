"""The lake commits exactly once, keeps every version, and other engines read it."""

import datetime
import multiprocessing
import os
import signal

import deltalake
import duckdb
import pyarrow.dataset
import pyarrow.parquet
import pytest

from taihu.data.lake import commit, schema
from taihu.data.lake.lake import BadName, Lake, NoSuchVersion
from taihu.data.lake.staged import StagedFile, read_copy
from taihu.terms import fault
from taihu.terms.zone import Zone

AT = datetime.datetime(2026, 11, 24, 9, 0, tzinfo=datetime.UTC)
TABLE = "bases.people.resident"
COLUMNS = (
    ("id", "BIGINT"),
    ("name", "VARCHAR"),
    ("born_on", "DATE"),
    ("seen_at", "TIMESTAMP"),
    ("amount", "DECIMAL(20,3)"),
    ("is_live", "BOOLEAN"),
    ("empty", "VARCHAR"),
)
ROWS = """select range + {first} as id, '姓名' || range as "name", date '2020-01-01' + range::int as born_on,
    timestamp '2020-01-01 08:00:00.5' as seen_at, (range * 1234567890.125)::decimal(20,3) as amount,
    range % 2 = 0 as is_live, null::varchar as empty from range({count})"""


def stage(lake, count=10, first=0, sql=None, zone=Zone.GOVERNED, table=TABLE):
    folder = lake.staging(zone, table)
    text = sql or ROWS.format(first=first, count=count)
    with duckdb.connect() as con:
        copied = con.execute(f"copy ({text}) to '{folder}/a.parquet' (format parquet, return_stats)").fetchall()
    return read_copy(copied)


def put(lake, files, *, stream="police", number=1, mode="append", columns=COLUMNS):
    return lake.commit(Zone.GOVERNED, TABLE, files, stream=stream, number=number, mode=mode, schema=columns, at=AT)


def count(lake, version=None):
    snapshot = lake.snapshot(Zone.GOVERNED, TABLE, version=version)
    return duckdb.sql(f"select count(*), count(distinct id) from {snapshot.to_sql()}").fetchone()


def test_a_table_that_nobody_wrote_has_no_snapshot(tmp_path):
    assert Lake(tmp_path).snapshot(Zone.GOVERNED, TABLE) is None
    assert Lake(tmp_path).history(Zone.GOVERNED, TABLE) == []


def test_a_replayed_commit_changes_nothing_and_names_the_first_version(tmp_path):
    lake = Lake(tmp_path)
    first = put(lake, stage(lake))
    put(lake, stage(lake, first=10), stream="civil")
    assert put(lake, stage(lake)) == first
    assert count(lake) == (20, 20)
    assert not list((tmp_path / "governed" / TABLE).glob("_stage-*"))


def test_a_number_that_comes_too_late_is_refused_not_lost(tmp_path):
    lake = Lake(tmp_path)
    put(lake, stage(lake), number=5)
    with pytest.raises(commit.OutOfOrder):
        put(lake, stage(lake, first=10), number=4)


def test_replace_puts_new_rows_in_place_and_the_old_version_stays_readable(tmp_path):
    lake = Lake(tmp_path)
    old = put(lake, stage(lake, count=10))
    put(lake, stage(lake, count=3, first=100), number=2, mode="replace")
    assert count(lake) == (3, 3)
    assert count(lake, version=old) == (10, 10)
    with pytest.raises(NoSuchVersion):
        lake.snapshot(Zone.GOVERNED, TABLE, version=99)


def test_replacing_by_nothing_leaves_a_typed_empty_table(tmp_path):
    lake = Lake(tmp_path)
    put(lake, stage(lake))
    put(lake, [], number=2, mode="replace")
    snapshot = lake.snapshot(Zone.GOVERNED, TABLE)
    found = duckdb.sql(f"select * from {snapshot.to_sql()}")
    assert (snapshot.rows, snapshot.files) == (0, ())
    assert [str(t) for t in found.types] == [kind for _name, kind in COLUMNS]


def test_a_column_added_later_is_null_in_older_rows(tmp_path):
    lake = Lake(tmp_path)
    put(lake, stage(lake, count=2))
    wider = (*COLUMNS, ("phone", "VARCHAR"))
    old_only = put(lake, [], number=2, columns=wider)
    assert duckdb.sql(
        f"select count(phone) from {lake.snapshot(Zone.GOVERNED, TABLE, version=old_only).to_sql()}"
    ).fetchone() == (0,)
    put(lake, stage(lake, sql="select 7::bigint id, 'x' phone"), number=3, columns=wider)
    snapshot = lake.snapshot(Zone.GOVERNED, TABLE)
    assert snapshot.columns == wider
    assert duckdb.sql(f"select id, phone, name is null from {snapshot.to_sql()} order by id").fetchall() == [
        (0, None, False),
        (1, None, False),
        (7, "x", True),
    ]


def test_a_changed_type_is_refused_by_name(tmp_path):
    lake = Lake(tmp_path)
    put(lake, stage(lake))
    with pytest.raises(schema.SchemaClash, match="born_on"):
        put(lake, stage(lake), number=2, columns=(("born_on", "VARCHAR"),))


def test_history_tells_who_added_how_many_rows_and_what_was_held_then(tmp_path):
    lake = Lake(tmp_path)
    put(lake, stage(lake, count=4))
    put(lake, stage(lake, count=6), number=2)
    put(lake, stage(lake, count=5), number=3, mode="replace")
    told = [(v.stream, v.sequence, v.rows_added, v.rows) for v in lake.history(Zone.GOVERNED, TABLE) if v.stream]
    assert told == [("police", 1, 4, 4), ("police", 2, 6, 10), ("police", 3, 5, 5)]
    assert lake.history(Zone.GOVERNED, TABLE)[-1].at == AT


@pytest.mark.slow
def test_other_engines_read_the_same_rows_with_and_without_filters(tmp_path):
    lake = Lake(tmp_path)
    put(lake, stage(lake, count=10))
    long_text = "select 50::bigint id, repeat('长', 60) as \"name\", null::date born_on, null::boolean is_live"
    put(lake, stage(lake, sql=long_text), number=2)
    table = deltalake.DeltaTable(str(tmp_path / "governed" / TABLE))
    field = pyarrow.dataset.field
    found = table.to_pyarrow_dataset()
    assert found.count_rows() == 11
    assert found.count_rows(filter=field("id") >= 8) == 3
    assert found.count_rows(filter=field("name") == "长" * 60) == 1
    assert found.count_rows(filter=field("is_live") == True) == 5  # noqa: E712 - an expression
    assert found.count_rows(filter=field("empty").is_null()) == 11
    assert found.count_rows(filter=field("born_on") >= datetime.date(2020, 1, 9)) == 2
    assert duckdb.from_arrow(table.scan(predicate="amount > 1234567890")).aggregate("count(*)").fetchone() == (9,)
    assert found.count_rows(filter=field("seen_at").is_null()) == 1
    parts = [pyarrow.parquet.read_table(path) for path in lake.snapshot(Zone.GOVERNED, TABLE).files]
    assert sum(part.num_rows for part in parts) == 11


def test_a_flipped_bit_is_found_by_its_digest(tmp_path):
    lake = Lake(tmp_path)
    put(lake, stage(lake))
    [path] = lake.snapshot(Zone.GOVERNED, TABLE).files
    assert lake.verify(Zone.GOVERNED, TABLE) == []
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)
    assert lake.verify(Zone.GOVERNED, TABLE) == [path]


def test_a_table_that_was_created_and_never_written_is_not_there(tmp_path):
    lake = Lake(tmp_path)

    def die(name):
        if name == "lake.commit.log":
            raise KeyboardInterrupt

    fault.decide_by(die)
    try:
        with pytest.raises(KeyboardInterrupt):
            put(lake, stage(lake))
    finally:
        fault.decide_by(None)

    assert lake.snapshot(Zone.GOVERNED, TABLE) is None
    put(lake, stage(lake))
    assert count(lake) == (10, 10)


def test_sweeping_removes_what_killed_writers_left_and_no_version(tmp_path):
    lake = Lake(tmp_path)
    old = put(lake, stage(lake))
    put(lake, stage(lake, count=1), number=2, mode="replace")
    stage(lake)
    table = tmp_path / "governed" / TABLE
    orphan, foreign = table / f"part-{'0' * 32}.parquet", table / "part-00000-c000.snappy.parquet"
    orphan.write_bytes(b"PAR1")
    foreign.write_bytes(b"PAR1")
    spills = lake.staging(Zone.COLLECTED, "bases.people.never_committed") / "spills"
    spills.mkdir()
    (spills / "duckdb_temp_storage-0.tmp").write_bytes(b"x")
    late = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)

    assert lake.sweep(before=AT.replace(year=2000)) == []
    assert len(lake.sweep(before=late)) == 3

    assert count(lake, version=old) == (10, 10)
    assert not list(tmp_path.rglob("_stage-*"))
    assert (orphan.exists(), foreign.exists()) == (False, True)


@pytest.mark.parametrize("name", ["../escape", "a/b", "", "Ä", ".hidden"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(BadName):
        Lake(tmp_path).staging(Zone.GOVERNED, name)


def test_a_folder_with_chinese_blanks_and_glob_signs_is_read(tmp_path):
    lake = Lake(tmp_path / "湖 [1] it's*")
    lake.root.mkdir()
    folder = lake.staging(Zone.GOVERNED, TABLE)
    with duckdb.connect() as con:
        path = str(folder / "a.parquet").replace("'", "''")
        files = read_copy(
            con.execute(f"copy (select 1::bigint id) to '{path}' (format parquet, return_stats)").fetchall()
        )
    put(lake, files)
    assert count(lake) == (1, 1)


def write_many(root, worker, barrier):
    lake = Lake(root)
    barrier.wait()
    for number in range(1, 4):
        put(lake, stage(lake, count=3, first=number * 100), stream="shared", number=number)
        put(lake, stage(lake, count=2, first=worker * 10000 + number * 10), stream=f"own-{worker}", number=number)


@pytest.mark.slow
def test_two_processes_bring_the_same_and_different_batches_and_nothing_doubles(tmp_path):
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    workers = [context.Process(target=write_many, args=(tmp_path, w, barrier)) for w in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [w.exitcode for w in workers] == [0, 0]
    assert count(Lake(tmp_path)) == (9 + 12, 21)


POINTS = ("lake.staging.folder", "lake.commit.create", "lake.commit.place", "lake.commit.log", "lake.commit.done")


def die_at(root, point):
    def decide(name):
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    fault.decide_by(decide)
    lake = Lake(root)
    put(lake, stage(lake))
    os._exit(0)


def die_at_each(root):
    """Forks a victim for each point from a process that has loaded the libraries and started none of their threads."""
    for point in POINTS:
        victim = os.fork()
        if victim == 0:
            die_at(root / point, point)
        _pid, status = os.waitpid(victim, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL


@pytest.mark.slow
def test_a_writer_killed_at_any_point_is_made_good_by_the_next(tmp_path):
    parent = multiprocessing.get_context("spawn").Process(target=die_at_each, args=(tmp_path,))
    parent.start()
    parent.join()
    assert parent.exitcode == 0
    for point in POINTS:
        lake = Lake(tmp_path / point)
        put(lake, stage(lake))
        assert count(lake) == (10, 10)


def test_bounds_of_statistics_hold_after_rounding():
    file = StagedFile(None, 1, 1, {"d": {"min": "0.1", "max": "12345678901234567.125", "null_count": "0"}})
    text = file.to_json((("d", "DECIMAL(20,3)"),))
    assert '"d": 0.09999999999999999' in text
    assert '"d": 1.2345678901234568e+16' in text
