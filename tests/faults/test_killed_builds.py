"""A build that is killed with SIGKILL at any moment is begun again and ends in the same city."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from taihu.doors.terminal import ports
from tests.faults import ends

HOUSE = Path(__file__).resolve().parents[2]
PORT = 18640
COMMAND = [sys.executable, "-m", "taihu.doors.terminal", "build", "--size", "tiny", "--port", str(PORT)]
PATIENCE_SECONDS = 300


def start(root):
    environment = {**os.environ, "TAIHU_VAR": str(root), "TAIHU_DEMO": "1", "PYTHONPATH": str(HOUSE)}
    with (root.parent / f"{root.name}.log").open("ab") as log:
        return subprocess.Popen(COMMAND, cwd=HOUSE, env=environment, stdout=log, stderr=log, start_new_session=True)


def finish(root):
    """Builds to the end; how long that took."""
    began = time.monotonic()
    code = start(root).wait(PATIENCE_SECONDS)
    assert code == 0, (root.parent / f"{root.name}.log").read_text(encoding="utf-8")[-3000:]
    return time.monotonic() - began


def kill_after(root, seconds):
    """Kills a build at that moment; false where it was done before."""
    process = start(root)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def copy_beginning(built, root):
    """The same inventions and the same keys: then the same tokens, subjects and rows."""
    root.mkdir()
    for name in ("city", "keys"):
        shutil.copytree(built / name, root / name)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A city whose build nobody disturbed, how it ended, and how long it took once the city was invented."""
    first = tmp_path_factory.mktemp("undisturbed") / "first"
    first.mkdir()
    finish(first)
    again = first.with_name("again")
    copy_beginning(first, again)
    seconds = finish(again)
    ends.check_sound(again)
    return again, ends.read_end(again), seconds


def kill_often(undisturbed, folder, kills, dice, *, times):
    """Kills builds of the same city, some times each, and finishes each of them; how many were killed."""
    built, end, seconds = undisturbed
    done = city = 0
    while done < kills:
        city += 1
        root = folder / f"city-{city}"
        copy_beginning(built, root)
        for _ in range(min(times, kills - done)):
            moment = dice.uniform(0.2, seconds * 0.95)
            if not kill_after(root, moment):
                break
            done += 1
            print(f"city {city}: kill {done} after {moment:.1f} s")
        finish(root)
        ends.check_sound(root)
        assert ends.read_end(root) == end
        assert not ports.listens(ports.departments(PORT)), "a killed build leaves nobody who plays the departments"
        shutil.rmtree(root)
    return done


@pytest.mark.faults
def test_twenty_kills_at_random_moments(undisturbed, tmp_path):
    seed = int(os.environ.get("TAIHU_SEED", time.time_ns() % 1_000_000))
    print(f"seed {seed} (TAIHU_SEED), undisturbed {undisturbed[2]:.1f} s")

    assert kill_often(undisturbed, tmp_path, 20, random.Random(seed), times=4) == 20
