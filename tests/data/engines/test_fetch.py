import duckdb
import pytest

from taihu.data.engines import duck, fetch


@pytest.fixture
def connection():
    with duck.connect(threads=1, memory_mb=64) as opened:
        yield opened


def test_rows_come_with_their_parameters(connection):
    assert fetch.fetch(connection, "SELECT $a + 1", {"a": 1}) == [(2,)]


@pytest.mark.slow
def test_a_statement_that_takes_too_long_is_stopped_and_the_connection_lives(connection):
    with pytest.raises(fetch.TooSlow):
        fetch.fetch(
            connection,
            "SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE a.range % 7 = b.range % 5",
            seconds=0.2,
        )

    assert fetch.fetch(connection, "SELECT 1") == [(1,)]


def test_an_answer_with_too_many_rows_is_refused_not_cut(connection):
    assert len(fetch.fetch(connection, "SELECT * FROM range(5)", rows=5)) == 5

    with pytest.raises(fetch.TooManyRows):
        fetch.fetch(connection, "SELECT * FROM range(6)", rows=5)


@pytest.mark.slow
def test_a_statement_that_wants_too_much_memory_is_refused(connection):
    with pytest.raises(fetch.TooMuch):
        fetch.fetch(
            connection, "SELECT count(DISTINCT a.range::VARCHAR || 'padding padding padding') FROM range(5000000) a"
        )


@pytest.mark.parametrize(
    "sql", ["SELECT CAST('330501199001010018' AS INTEGER)", "SELECT error('330501199001010018')", "SELECT nothing"]
)
def test_the_words_of_the_engine_are_not_repeated(connection, sql):
    with pytest.raises(fetch.NotAnswered) as caught:
        fetch.fetch(connection, sql)

    assert "330501199001010018" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_closed_connection_is_told_as_such():
    closed = duckdb.connect()
    closed.close()

    with pytest.raises(fetch.NotAnswered):
        fetch.fetch(closed, "SELECT 1")
