"""What is read in place gives the rows that writing it anew would give."""

import csv
import io

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taihu.data.collect.readers import compose, heading_line, in_place
from taihu.data.collect.readers.delimited import Delimited
from taihu.data.collect.readers.headings import Wanted
from taihu.terms import problem

WANTED = [Wanted(name, title, "text", is_required=True) for name, title in (("a", "甲"), ("b", "乙"), ("c", "丙"))]
CELLS = st.text(st.sampled_from('甲x1 ",\n;\r注合计'), max_size=6)
LINES = st.one_of(
    st.lists(CELLS, min_size=1, max_size=5).map(lambda cells: ("row", cells)),
    st.text(st.sampled_from('甲x1,",\n'), max_size=12).map(lambda text: ("raw", text)),
)


def write(lines, ending):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=ending)
    for kind, content in lines:
        if kind == "row":
            writer.writerow(content)
        else:
            out.write(content + ending)
    return out.getvalue()


def read(reading, path):
    return duckdb.sql(f"select a, b, c, _row, _fault from {reading.to_sql(path)} order by _row").fetchall()


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lines=st.lists(LINES, max_size=8),
    ending=st.sampled_from(["\n", "\r\n"]),
    is_open=st.booleans(),
    codec=st.sampled_from(["utf-8", "gb18030"]),
)
def test_both_ways_give_the_same_rows(tmp_path_factory, lines, ending, is_open, codec):
    folder = tmp_path_factory.mktemp("both")
    text = "甲,乙,丙" + ending + write(lines, ending)
    source = folder / "source.csv"
    source.write_bytes((text.rstrip("\r\n") if is_open else text).encode(codec))
    try:
        table = Delimited(source)
        heading = heading_line.find(table, WANTED)
        anew = compose.compose(table, heading, WANTED, folder / "anew.csv")
        own = in_place.read(table, heading, WANTED, folder / "own.csv")
    except problem.Problem:
        return
    found = read(anew.reading, folder / "anew.csv")
    assert len(found) == anew.reading.rows
    if own is not None:
        assert read(own.reading, source if own.is_own else folder / "own.csv") == found
        assert own.reading.rows == anew.reading.rows


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [
        ("甲,乙,丙\n1,2,3\n", True),
        ("甲,乙,丙\n1,2,3", True),
        ('甲,乙,丙\n"1","2,5","3"""\n', True),
        ("标题,,\n甲,乙,丙\n1,2,3\n", True),
        ("甲,乙,丙\n1,2\n", False),
        ("甲,乙,丙\n1,2,3\n\n4,5,6\n", False),
        ("甲,乙,丙\n1,2,3\n甲,乙,丙\n4,5,6\n", False),
        ('甲,乙,丙\n1,"2\n2",3\n', False),
        ('甲,乙,丙\n1,2"2,3"\n', False),
        ("甲,乙,丙\n1,2,3\n合计,5,\n", False),
        ("甲,乙,丙\r\n1,2,3\r\n", True),
        ("甲,乙,丙\r\n1,2,3\n", False),
        ("甲,乙,丙\n1,2,3\r\n4,5,6\n", False),
        ('"甲\n","乙","丙"\n1,2,3\n', False),
    ],
)
def test_only_plain_files_are_read_in_place(tmp_path, text, is_plain):
    source = tmp_path / "source.csv"
    source.write_text(text, encoding="utf-8", newline="")
    table = Delimited(source)
    found = in_place.read(table, heading_line.find(table, WANTED), WANTED, tmp_path / "out.csv")
    assert (found is not None) == is_plain
