"""A build takes deliveries in their order, waits for second attempts, and is alone."""

import datetime
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from taihu.control.runs.job import Job, Outcome, Task
from taihu.control.runs.models import Run
from taihu.data.collect import batches
from taihu.doors.terminal import build, jobs
from taihu.doors.terminal.progress import Step
from taihu.terms.problem import Problem
from tests import builders as make

HOUSE = Path(__file__).resolve().parents[3]
PATROL = "topics.rivers.patrol"
HEAD = "巡河单号,河段编码,巡查日期,巡查时长,河长身份证号,河长姓名"


@pytest.fixture
def house(tmp_path):
    with make.a_house(tmp_path / "var") as stores:
        yield stores


@pytest.mark.django_db
@pytest.mark.slow
def test_a_build_waits_for_the_second_attempt_of_a_run(house, monkeypatch):
    attempts = []

    def fall_once(task):
        attempts.append(task.attempt)
        if len(attempts) == 1:
            raise Down("对方没有应答", where="http://x", help="稍后重试")
        return Outcome()

    monkeypatch.setattr(jobs, "all_jobs", lambda: {"once": Job("once", "一次", fall_once, waits=(1,))})
    build._ask("once", "一次", {})

    build.work_off(house, Step("", io.StringIO()))

    assert attempts == [1, 2]
    assert Run.objects.get().state == "done"


class Down(Problem):
    """A department that does not answer."""

    code = "T-999"
    status = 503


@pytest.mark.django_db
@pytest.mark.slow
def test_deliveries_of_a_dataset_are_brought_in_the_order_of_the_manifest(house, tmp_path):
    city = tmp_path / "var" / "city"
    city.mkdir(parents=True)
    told = []
    for day in (30, 3, 17):
        name = f"{day}.csv"
        (city / name).write_text(f"{HEAD}\nP{day},R-1,2026-10-{day:02},30,{make.a_number()},陆水根\n", encoding="utf-8")
        told.append({"department": "water", "dataset": PATROL, "kind": "file", "path": name})
    told.insert(1, {"department": "police", "dataset": "bases.people.resident", "kind": "file", "path": "x"})
    (city / "manifest.json").write_text(json.dumps({"deliveries": told}), encoding="utf-8")
    found = build.list_deliveries(tmp_path / "var")
    args = {"deliveries": json.dumps(found[PATROL]), "root": str(city)}

    jobs.bring(Task("1", 1, args, house, lambda: make.MONDAY, lambda done=None, total=None: None))

    assert list(found) == [PATROL, "bases.people.resident"]
    assert [b.filename for b in batches.list_batches(house)][::-1] == ["30.csv", "3.csv", "17.csv"]
    assert Run.objects.filter(job="refine", state="waiting").count() == 3


@pytest.mark.slow
def test_a_second_build_waits_for_the_first(tmp_path):
    command = f"from pathlib import Path; import taihu.doors.terminal.build as b\nwith b.alone(Path({str(tmp_path)!r})): print(1)"
    setup = "import django, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'taihu.site.settings'; django.setup()\n"
    with build.alone(tmp_path):
        other = subprocess.Popen([sys.executable, "-c", setup + command], cwd=HOUSE, stdout=-1, stderr=-1, text=True)
        line = other.stderr.readline()
        assert "another process builds this city" in line
        assert other.poll() is None

    assert other.communicate(timeout=30)[0] == "1\n"


@pytest.mark.django_db
def test_the_nightly_sweep_leaves_what_may_still_be_written(house):
    (house.root / "objects" / "incoming").mkdir(parents=True)
    (house.root / "objects" / "incoming" / "fresh").write_bytes(b"x")
    now = datetime.datetime.now(datetime.UTC)

    def sweep(at):
        return jobs.clear(Task("1", 1, {}, house, lambda: at, lambda done=None, total=None: None)).note

    assert sweep(now) == "清理 0 个未写完的文件"
    assert sweep(now + datetime.timedelta(hours=25)) == "清理 1 个未写完的文件"
