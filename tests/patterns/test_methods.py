"""Methods run apart: typed on both sides, without network, files or programs, within their limits."""

import datetime
import random
from decimal import Decimal
from pathlib import Path

import pytest

from taihu.patterns.methods import files, run
from taihu.terms import shelf
from taihu.terms.dataset import Kind
from taihu.terms.figure import Figure
from taihu.terms.label import Label, Level
from taihu.terms.pack import Input, Method, Output, Setting, UnknownName
from taihu.terms.table import Table, read_cell, write_cell

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2] / "packs"
NUMBERS = Table({"n": (1, None, 3)})


def a_method(
    tmp_path: Path, body: str, *, outputs: tuple[Output, ...] = (Output("n", "数", Kind("int")),), **limits: int
) -> Method:
    (tmp_path / "methods.py").write_text(body, encoding="utf-8")
    settings = (Setting("by", "倍数", Kind("int"), "2"),)
    return Method(
        "double",
        "methods.small",
        "加倍",
        tmp_path,
        (),
        (Input("table", (("n", Kind("int")),)),),
        settings,
        outputs,
        **limits,
    )


DOUBLE = "def double(table, *, by):\n    return [{'n': None if n is None else n * by} for n in table['n']]\n"


def test_a_method_gets_typed_cells_and_gives_typed_rows_under_the_join_of_all_labels(tmp_path):
    labels = [Label(Level.L2), Label(Level.L1, frozenset({"person"}))]

    result = run.run(a_method(tmp_path, DOUBLE), {"table": NUMBERS}, {"by": "3"}, labels=labels)

    assert result.rows == ((3,), (None,), (9,))
    assert result.label == Label(Level.L2, frozenset({"person"}))
    assert "audit" in result.held


@pytest.mark.parametrize(
    "body",
    [
        "import socket\ndef double(table, *, by):\n    socket.create_connection(('127.0.0.1', 9), timeout=1)\n",
        "import subprocess\ndef double(table, *, by):\n    subprocess.run(['/bin/true'])\n",
        "import os\ndef double(table, *, by):\n    os.system('true')\n",
        "def double(table, *, by):\n    open('/etc/passwd').read()\n",
        "def double(table, *, by):\n    open('left-behind', 'w')\n",
        "import os\ndef double(table, *, by):\n    os.remove('/tmp/no-such-file')\n",
        "from pathlib import Path\nfirst = open('/etc/hostname')\n",
    ],
)
def test_network_programs_and_files_are_out_of_reach(body, tmp_path):
    with pytest.raises(run.Failed) as caught:
        run.run(a_method(tmp_path, body), {"table": NUMBERS}, {})

    assert "Confined" in caught.value.message or "PermissionError" in caught.value.message
    assert caught.value.where.startswith("methods.small.double")


def test_the_kernel_refuses_sockets_even_where_the_interpreter_is_bypassed(tmp_path):
    body = "import _socket\ndef double(table, *, by):\n    _socket.socket(2, 1)\n"

    with pytest.raises(run.Failed):
        run.run(a_method(tmp_path, body), {"table": NUMBERS}, {})


def test_a_failure_tells_kind_and_line_but_never_the_value(tmp_path):
    body = "def double(table, *, by):\n    raise ValueError('330501199001010018')\n"

    with pytest.raises(run.Failed) as caught:
        run.run(a_method(tmp_path, body), {"table": NUMBERS}, {})

    assert "ValueError" in str(caught.value)
    assert "methods.py:2" in str(caught.value)
    assert "330501199001010018" not in str(caught.value)


def test_endless_and_greedy_methods_are_ended(tmp_path):
    endless = a_method(tmp_path, "def double(table, *, by):\n    while True:\n        pass\n", seconds=1)
    with pytest.raises(run.Failed) as caught:
        run.run(endless, {"table": NUMBERS}, {})
    assert "时间上限" in caught.value.message

    greedy = a_method(
        tmp_path, "def double(table, *, by):\n    return [{'n': len(bytearray(2_000_000_000))}]\n", megabytes=512
    )
    with pytest.raises(run.Failed) as caught:
        run.run(greedy, {"table": NUMBERS}, {})
    assert "MemoryError" in caught.value.message


@pytest.mark.parametrize(
    "body",
    [
        "def double(table, *, by):\n    return [{'n': 'many'}]\n",
        "def double(table, *, by):\n    return [{'n': 1.5}]\n",
        "from taihu.terms.figure import Figure\ndef double(table, *, by):\n    return [{'n': Figure(1, 1, 's', (0, 2), 3)}]\n",
    ],
)
def test_an_output_of_another_kind_is_refused(body, tmp_path):
    with pytest.raises(run.WrongOutput) as caught:
        run.run(a_method(tmp_path, body), {"table": NUMBERS}, {})

    assert "第 1 行的 n 不是int" in caught.value.message


def test_a_models_number_must_be_a_figure(tmp_path):
    outputs = (Output("n", "数", None),)
    figure = "from taihu.terms.figure import Figure\ndef double(table, *, by):\n    return [{'n': Figure(1.5, 1.0, '留出 3 段', (1, 2), 3)}]\n"

    result = run.run(a_method(tmp_path, figure, outputs=outputs), {"table": NUMBERS}, {})

    assert result.rows == ((Figure(1.5, 1.0, "留出 3 段", (1.0, 2.0), 3),),)
    with pytest.raises(run.WrongOutput, match="Figure"):
        run.run(a_method(tmp_path, DOUBLE, outputs=outputs), {"table": NUMBERS}, {})


def test_rows_must_have_the_declared_columns(tmp_path):
    with pytest.raises(run.Failed, match="KeyError"):
        run.run(a_method(tmp_path, "def double(table, *, by):\n    return [{'m': 1}]\n"), {"table": NUMBERS}, {})


def test_what_was_not_declared_is_not_asked(tmp_path):
    method = a_method(tmp_path, DOUBLE)

    for tables, settings in (({}, {}), ({"table": Table({"m": (1,)})}, {}), ({"table": NUMBERS}, {"times": "2"})):
        with pytest.raises(run.NotAsked):
            run.run(method, tables, settings)


def test_files_in_and_files_out_with_the_figure_beside_its_baseline(tmp_path):
    random.seed(7)
    method = files.find_method(shelf.read_shelf(ROOT), "seasonal_forecast")
    source, output = tmp_path / "in.csv", tmp_path / "out.csv"
    lines = [
        f"{datetime.date(2026, 1, 1) + datetime.timedelta(days=n)},{100 + n + 10 * (n % 7) + random.gauss(0, 2):.3f}"
        for n in range(90)
    ]
    source.write_text("at,value\n" + "\n".join(lines), encoding="utf-8")

    result = files.run_files(method, {"series": source}, output, {"horizon": "3"})

    head, *rows = output.read_text(encoding="utf-8").splitlines()
    assert head == "at,forecast,forecast_baseline,forecast_low,forecast_high,forecast_n,forecast_split,model"
    assert len(rows) == 3
    assert rows[0].startswith("2026-04-01,")
    assert all(row[1].interval[0] <= row[1].value <= row[1].interval[1] for row in result.rows)


def test_wrong_files_are_told_with_their_line(tmp_path):
    method = files.find_method(shelf.read_shelf(ROOT), "methods.forecast.seasonal_forecast")
    source = tmp_path / "in.csv"

    for text, said in (
        ("", "缺少列"),
        ("at,value\n2026-01-01,1\n2026-13-01,2\n", "in.csv:3"),
        ("at\n", "缺少列 value"),
    ):
        source.write_text(text, encoding="utf-8")
        with pytest.raises(run.NotAsked) as caught:
            files.run_files(method, {"series": source}, tmp_path / "out.csv", {})
        assert said in str(caught.value)
    source.write_bytes("at,value\n今天".encode("gb18030"))
    for inputs in ({"series": source}, {"series": tmp_path / "none.csv"}, {"other": source}):
        with pytest.raises(run.NotAsked):
            files.run_files(method, inputs, tmp_path / "out.csv", {})
    assert not (tmp_path / "out.csv").exists()
    with pytest.raises(UnknownName):
        files.find_method(shelf.read_shelf(ROOT), "nothing")


def test_cells_are_read_and_written_alike():
    cells = {"int": 5, "decimal(8,3)": Decimal("1.5"), "date": datetime.date(2026, 11, 24), "bool": True, "text": "河"}
    for kind, cell in cells.items():
        assert read_cell(write_cell(cell), Kind.read(kind)) == cell
    for kind, text in (("int", "x"), ("decimal(8,3)", "nan"), ("bool", "maybe"), ("date", "24.11.")):
        with pytest.raises(ValueError, match="not of kind"):
            read_cell(text, Kind.read(kind))
