"""Rows that the law orders deleted leave every version of a table, and every engine still reads every version."""

import datetime

import deltalake
import pytest
from pyarrow import parquet

from taihu.data.engines import duck
from taihu.data.lake import rewrite, staged
from taihu.data.lake.lake import Lake
from taihu.terms import fault
from taihu.terms.zone import Zone

AT = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC)
SCHEMA = (("id", "VARCHAR"), ("n", "BIGINT"))
ORDER = rewrite.Order("e1", lambda columns: "id = $gone" if "id" in dict(columns) else "", {"gone": "zz"})
# What each version holds of ids, and what it shall hold.
BEFORE = {1: ["a", "b", "zz"], 2: ["a", "b", "c", "zz", "zz"], 3: ["d", "zz"], 4: ["d", "e", "zz"], 5: ["e", "f"]}
AFTER = {version: [name for name in names if name != "zz"] for version, names in BEFORE.items()}


@pytest.fixture(autouse=True)
def _every_write_succeeds_again():
    yield
    fault.decide_by(None)


@pytest.fixture
def lake(tmp_path):
    made = Lake(tmp_path / "lake")
    commit(made, 1, "append", ["a", "b", "zz"])
    commit(made, 2, "append", ["c", "zz"])
    commit(made, 3, "replace", ["d", "zz"])
    commit(made, 4, "append", ["e"])
    commit(made, 5, "replace", ["e", "f"])
    return made


def commit(lake, number, mode, ids):
    stage = lake.staging(Zone.GOVERNED, "t")
    with duck.connect(reads=(lake.root,)) as connection:
        rows = connection.execute(
            f"COPY (SELECT unnest($1::VARCHAR[]) AS id, unnest($2::BIGINT[]) AS n) TO '{stage}/f.parquet' (FORMAT parquet, RETURN_STATS)",
            [ids, list(range(len(ids)))],
        ).fetchall()
    lake.commit(
        Zone.GOVERNED, "t", staged.read_copy(rows), stream="s", number=number, mode=mode, schema=SCHEMA,
        at=AT + datetime.timedelta(hours=number),
    )  # fmt: skip


def run(lake):
    with duck.connect(reads=(lake.root,)) as connection:
        return lake.rewrite(Zone.GOVERNED, "t", connection, ORDER)


def read_ours(lake):
    found = {}
    with duck.connect(reads=(lake.root,)) as connection:
        for version in BEFORE:
            snapshot = lake.snapshot(Zone.GOVERNED, "t", version=version)
            found[version] = sorted(r[0] for r in connection.execute(f"SELECT id FROM {snapshot.to_sql()}").fetchall())
            assert len(found[version]) == snapshot.rows
    return found


def read_theirs(lake):
    folder = str(lake.root / "governed" / "t")
    return {
        version: sorted(deltalake.DeltaTable(folder, version=version).to_pyarrow_table()["id"].to_pylist())
        for version in BEFORE
    }


def read_newest(lake):
    return sorted(deltalake.DeltaTable(str(lake.root / "governed" / "t")).to_pyarrow_table()["id"].to_pylist())


def words_under(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_every_version_is_read_without_the_rows_by_us_and_by_another_engine(lake):
    assert read_ours(lake) == read_theirs(lake) == BEFORE
    history = [(v.number, v.at) for v in lake.history(Zone.GOVERNED, "t")]

    made = run(lake)

    assert sum(one.removed for one in made) == 3
    assert read_ours(lake) == read_theirs(lake) == AFTER
    assert [(v.number, v.at) for v in lake.history(Zone.GOVERNED, "t")] == history
    assert [v.rows for v in lake.history(Zone.GOVERNED, "t")][1:] == [len(AFTER[n]) for n in (1, 2, 3, 4, 5)]
    assert lake.verify(Zone.GOVERNED, "t") == []


def test_no_file_and_no_statistic_still_holds_the_value(lake):
    assert b"zz" in words_under(lake.root / "governed" / "t" / "_delta_log")
    run(lake)
    lake.finish_rewrite(Zone.GOVERNED, "t", mark="e1")

    for path in lake.root.rglob("*.parquet"):
        assert "zz" not in parquet.read_table(path)["id"].to_pylist()
    assert b'"zz"' not in words_under(lake.root / "governed" / "t")
    assert not list(lake.root.rglob("_erase-*"))
    assert not list(lake.root.rglob("_stage-*"))


def test_a_table_goes_on_after_it(lake):
    run(lake)
    commit(lake, 6, "append", ["g"])
    expected = sorted([*AFTER[5], "g"])
    assert (
        sorted(deltalake.DeltaTable(str(lake.root / "governed" / "t")).to_pyarrow_table()["id"].to_pylist()) == expected
    )
    commit(lake, 7, "replace", ["h"])
    assert read_newest(lake) == ["h"]
    assert read_ours(lake) == AFTER


@pytest.mark.slow
def test_checkpoints_are_made_anew(lake):
    folder = str(lake.root / "governed" / "t")
    deltalake.DeltaTable(folder, version=4).create_checkpoint()
    commit(lake, 6, "append", ["zz"])

    run(lake)

    assert list((lake.root / "governed" / "t" / "_delta_log").glob("*.checkpoint.parquet"))
    assert read_ours(lake) == read_theirs(lake) == AFTER
    assert sorted(deltalake.DeltaTable(folder).to_pyarrow_table()["id"].to_pylist()) == ["e", "f"]


POINTS = [
    *[(f"lake.rewrite.{name}", 1) for name in ("file", "place", "note", "remove")],
    *[("lake.rewrite.place", n) for n in (2, 3)],
    *[("lake.rewrite.entry", n) for n in range(1, 9)],
]


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


@pytest.mark.slow
@pytest.mark.parametrize(("point", "hits"), POINTS)
def test_ended_anywhere_each_version_reads_whole_and_the_next_run_ends_it(lake, point, hits):
    left = [hits]

    def decide(name):
        left[0] -= name == point
        if not left[0]:
            raise Killed

    fault.decide_by(decide)
    with pytest.raises(Killed):
        run(lake)
    fault.decide_by(None)

    for found in (read_ours(lake), read_theirs(lake)):
        assert all(set(AFTER[v]) <= set(found[v]) and len(found[v]) <= len(BEFORE[v]) for v in BEFORE)
    made = run(lake)
    assert sum(one.removed for one in made) == 3
    assert run(lake) == made  # as long as nobody noted the result
    assert read_ours(lake) == read_theirs(lake) == AFTER
    assert lake.verify(Zone.GOVERNED, "t") == []
