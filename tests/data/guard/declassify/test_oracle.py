"""pycanon, which is not ours, finds the same k, l and t in a release; it is installed in an environment of its own."""

import json
import subprocess
import sys

import pytest
from pyarrow import csv

from taihu.data.guard.declassify import judge, microdata
from taihu.data.guard.declassify.criteria import Criteria
from tests.data.guard.declassify import adult

ORACLE = """
import json, sys
import pandas
from pycanon import anonymity
table = pandas.read_csv(sys.argv[1], dtype=str)
identifying, sensitive = json.loads(sys.argv[2]), json.loads(sys.argv[3])
print(json.dumps([
    int(anonymity.k_anonymity(table, identifying)),
    int(anonymity.l_diversity(table, identifying, sensitive)),
    float(anonymity.t_closeness(table, identifying, sensitive)),
]))
"""


@pytest.fixture(scope="module")
def oracle(tmp_path_factory):
    home = tmp_path_factory.mktemp("oracle")
    subprocess.run([sys.executable, "-m", "venv", home / "venv"], check=True)
    python = home / "venv" / "bin" / "python"
    got = subprocess.run([python, "-m", "pip", "install", "-q", "pycanon==1.3.5"], capture_output=True, check=False)
    if got.returncode:
        pytest.skip("pycanon 1.3.5 cannot be installed: PyPI is out of reach")
    (home / "ask.py").write_text(ORACLE, encoding="utf-8")

    def ask(table, identifying, sensitive):
        csv.write_csv(table, home / "release.csv")
        names = [json.dumps(list(identifying)), json.dumps(list(sensitive))]
        said = subprocess.run(
            [python, home / "ask.py", home / "release.csv", *names], capture_output=True, check=True, text=True
        )
        return json.loads(said.stdout)

    return ask


@pytest.mark.faults
@pytest.mark.parametrize("criteria", [Criteria(5), Criteria(5, 3), Criteria(5, 1, 0.2)], ids=str)
def test_pycanon_agrees_with_the_judge(oracle, criteria):
    table = adult.rows().select([*adult.SEVEN, "occupation"])
    identifying = adult.hierarchies_of(adult.SEVEN)
    made = microdata.microdata(table, identifying=identifying, sensitive=("occupation",), criteria=criteria).table

    k, diversity, closeness = oracle(made, adult.SEVEN, ("occupation",))

    found = judge.judge(made, adult.SEVEN, ("occupation",))
    assert (k, diversity) == (found.k, found.l["occupation"])
    assert closeness == pytest.approx(found.t["occupation"], abs=1e-6)
    assert k >= criteria.k
    assert diversity >= criteria.l
    assert closeness <= criteria.t
