import duckdb
import pytest

from taihu.data.engines import duck


@pytest.fixture
def connection(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "outside.csv").write_text("a\n2\n", encoding="utf-8")
    with duck.connect(reads=(inside,)) as opened:
        yield opened


def test_files_that_were_given_are_read(connection, tmp_path):
    assert connection.execute(f"SELECT a FROM read_csv('{tmp_path}/inside/a.csv')").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{root}/outside.csv')",
        "SELECT * FROM read_csv('{root}/inside/../outside.csv')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_text('/etc/passwd')",
        "COPY (SELECT 1) TO '{root}/written.csv'",
        "ATTACH '{root}/other.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '10GB'",
        "SET allowed_directories = ['/']",
        "CREATE PERSISTENT SECRET s (TYPE s3)",
        "SELECT * FROM connection",
    ],
)
def test_everything_else_is_refused(connection, tmp_path, statement):
    with pytest.raises(duckdb.Error):
        connection.execute(statement.format(root=tmp_path)).fetchall()


def test_a_connection_that_was_given_nothing_reads_nothing(tmp_path):
    (tmp_path / "a.csv").write_text("a\n1\n", encoding="utf-8")

    with duck.connect() as opened, pytest.raises(duckdb.Error):
        opened.execute(f"SELECT * FROM read_csv('{tmp_path}/a.csv')")
