"""Killed before any write that the road of a small city passes, it is begun again and ends as if nothing had happened."""

import collections
import functools
import http.server
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import builders as make
from tests.faults import ends

HOUSE = Path(__file__).resolve().parents[2]
STAGES = ("rows", "people", "answers")
MAN, WOMAN, CHILD = (make.a_number(f"3305021990010100{n}") for n in (1, 2, 3))
RESIDENTS = "公民身份号码,姓名,性别,出生日期,所属乡镇街道代码,户籍地址,联系电话,登记日期\n"
REACHES = (
    "河段编码,河段名称,所属河道,所属乡镇街道代码,河长级别,河长姓名,河长身份证号\n"
    f"R-1,苕溪一段,苕溪,330502001,村级,陆水根,{MAN}\nR-2,苕溪二段,苕溪,330502001,村级,陆水根,{MAN}\n"
)
WALKS = "巡河单号,河段编码,巡查日期,巡查时长,河长身份证号,河长姓名\n"
RECORDS = [
    {"archiveNo": f"D{n}", "idCard": number, "name": name, "phone": "13912345678", "updateTime": "2026-11-20 08:00:00"}
    for n, (number, name) in enumerate([(MAN, "沈一"), (WOMAN, "费二"), ("330502", "钮三")])
]
FIRM = (make.a_credit_code(), "太湖商贸", "企业", "存续", "2015-05-01")


@pytest.fixture(scope="module")
def interface():
    """The health centre's paged interface, at one address for all roads."""

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            page = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
            told = {"records": RECORDS[2 * page - 2 : 2 * page], "pages": 2, "total": len(RECORDS)}
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/records"
    server.shutdown()
    server.server_close()


def write_deliveries(root, interface):
    """What the departments of a very small city have ready."""
    files = {
        "bases.people.resident": [
            f"{RESIDENTS}{MAN},沈一,男,1990-01-01,330502001,月河街道1号,13800000001,2001-01-01\n",
            f"{RESIDENTS}{MAN},沈一,男,1990-01-01,330502001,月河街道9号,13800000001,2001-01-01\n"
            f"{WOMAN},费二,女,1990-01-01,330502001,月河街道2号,13800000002,2001-01-01\n"
            f"{CHILD[:17]}Z,钮三,男,1990-01-01,330502001,月河街道3号,13800000003,2001-01-01\n",
        ],
        "topics.rivers.reach": [REACHES],
        "topics.rivers.patrol": [
            f"{WALKS}P-1,R-1,2026-11-14,30,{MAN},陆水根\nP-2,R-2,2026-11-20,30,{MAN},陆水根\n",
            f"{WALKS}P-2,R-2,2026-11-21,40,{MAN},陆水根\n,R-2,2026-11-22,40,{MAN},陆水根\n",
        ],
    }
    (root / "city").mkdir(parents=True)
    deliveries = []
    for dataset, texts in files.items():
        for number, text in enumerate(texts):
            path = f"{dataset}-{number}.csv"
            (root / "city" / path).write_bytes(text.encode("gb18030"))
            deliveries.append({"dataset": dataset, "kind": "file", "path": path})
    api = {"url": interface, "rows": "records", "pages": "pages"}
    deliveries.append({"dataset": "bases.people.health_record", "kind": "api", **api})
    connection = sqlite3.connect(root / "city" / "market.sqlite3")
    connection.execute("CREATE TABLE firms (UNISCID, ENTNAME, ENTTYPE, REGSTATE, ESTDATE)")
    connection.execute("INSERT INTO firms VALUES (?, ?, ?, ?, ?)", FIRM)
    connection.commit()
    connection.close()
    deliveries.append(
        {"dataset": "bases.organisations.firm", "kind": "sql", "path": "market.sqlite3", "table": "firms"}
    )
    (root / "city" / "manifest.json").write_text(json.dumps({"deliveries": deliveries}), encoding="utf-8")


class Road:
    """Walks stages of the road, in the folder of a city, by children that may be killed."""

    def __init__(self, folder):
        environment = {**os.environ, "TAIHU_VAR": str(folder / "nowhere"), "PYTHONPATH": str(HOUSE), "TAIHU_DEMO": "1"}
        environment["DJANGO_SETTINGS_MODULE"] = "taihu.site.settings"
        self.log = folder / "road.log"
        with self.log.open("wb") as log:
            self._program = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.road"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=HOUSE,
                env=environment,
                text=True,
            )

    def walk(self, root, stage, *, attempt=0, kill=None, points=None):
        order = {"root": str(root), "stage": stage, "attempt": attempt, "kill": kill, "points": points and str(points)}
        self._program.stdin.write(json.dumps(order) + "\n")
        self._program.stdin.flush()
        return int(self._program.stdout.readline())

    def walk_well(self, root, stage, **more):
        assert self.walk(root, stage, **more) == 0, self.log.read_text(encoding="utf-8")[-3000:]

    def close(self):
        self._program.communicate()


@pytest.fixture(scope="module")
def road(tmp_path_factory):
    opened = Road(tmp_path_factory.mktemp("road"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def undisturbed(road, interface, tmp_path_factory):
    """Tells of a stage: the city before it, how the city ended after it, and the points that it passed in their order."""
    folder = tmp_path_factory.mktemp("undisturbed")
    begin(folder / "city-0", interface)

    @functools.cache
    def walk(stage):
        number = STAGES.index(stage)
        if number:
            walk(STAGES[number - 1])
        before, after = folder / f"city-{number}", folder / f"city-{number + 1}"
        shutil.copytree(before, after)
        road.walk_well(after, stage, points=folder / stage)
        ends.check_sound(after)
        return before, ends.read_end(after), json.loads((folder / stage).read_text(encoding="utf-8"))

    return walk


def begin(root, interface):
    """A city of which there is nothing yet but what its departments have ready, its database, and its keys."""
    write_deliveries(root, interface)
    migrate = [sys.executable, "-m", "django", "migrate", "-v", "0", "--settings", "taihu.site.settings"]
    subprocess.run(migrate, cwd=HOUSE, env={**os.environ, "TAIHU_VAR": str(root), "PYTHONPATH": str(HOUSE)}, check=True)
    with make.a_house(root) as stores:
        for purpose in ("platform", "subject", "vault-values"):  # two cities with other keys have other tokens
            stores.vault.key(purpose)


def list_kills(passed):
    """Each point at its first passage, and at a later one where there is one."""
    for name, times in collections.Counter(passed).items():
        yield [name, 1]
        if times > 1:
            yield [name, times // 2 + 1]


def check_kill(road, told, folder, stage, kill):
    before, end, _ = told
    root = folder / "killed"
    shutil.copytree(before, root)
    assert road.walk(root, stage, kill=kill) == -signal.SIGKILL, f"{kill} was not reached"

    road.walk_well(root, stage, attempt=1)

    ends.check_sound(root)
    assert ends.read_end(root) == end, kill
    shutil.rmtree(root)


@pytest.mark.faults
@pytest.mark.parametrize("stage", STAGES)
def test_killed_before_any_write_the_road_ends_as_if_nothing_had_happened(road, undisturbed, tmp_path, stage):
    told = undisturbed(stage)
    kills = list(list_kills(told[2]))
    print(f"{stage}: {len(set(told[2]))} points passed {len(told[2])} times, {len(kills)} kills")

    for kill in kills:
        print(stage, *kill, flush=True)
        check_kill(road, told, tmp_path, stage, kill)


@pytest.mark.slow
def test_killed_before_some_writes_the_road_ends_as_if_nothing_had_happened(road, undisturbed, tmp_path):
    told = undisturbed("rows")
    kills = random.Random(2026).sample(list(list_kills(told[2])), 2)
    print(f"rows: {len(set(told[2]))} points; killed at {kills}")

    for kill in kills:
        check_kill(road, told, tmp_path, "rows", kill)
