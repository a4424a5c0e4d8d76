"""A served city whose processes are killed with SIGKILL serves again: a part at once, the whole at the next start."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.faults import ends

HOUSE = Path(__file__).resolve().parents[2]
PORT = 18660
COMMAND = [sys.executable, "-m", "taihu.doors.terminal", "run", "--size", "tiny", "--port", str(PORT)]
PATIENCE_SECONDS = 300


class City:
    """A served city in a folder."""

    def __init__(self, root):
        self.root = root
        self.log = root.parent / "run.log"
        self.process = None

    def start(self):
        environment = {**os.environ, "TAIHU_VAR": str(self.root), "TAIHU_DEMO": "1", "PYTHONPATH": str(HOUSE)}
        before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(COMMAND, cwd=HOUSE, env=environment, stdout=log, stderr=log)
        self.wait_for(lambda: "taihu serves at" in self.told(before))

    def told(self, start=0):
        return self.log.read_bytes()[start:].decode(errors="replace")

    def wait_for(self, holds):
        until = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert self.process.poll() is None, self.told()[-3000:]
            assert time.monotonic() < until, self.told()[-3000:]
            time.sleep(0.2)

    def serves(self):
        """True where pages and the exchange door answer, through the one origin."""
        try:
            for path, word in (("/data", b"html"), ("/exchange/v1/openapi.json", b"openapi")):
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=10) as answer:
                    if word not in answer.read():
                        return False
        except OSError:
            return False
        return True

    def parts(self):
        """The processes of each part, by a word of its command: whoever leads its session and who belongs to it."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (folder / "environ").read_bytes()
            except OSError:
                continue
            if f"TAIHU_VAR={self.root}".encode() in environment.split(b"\0"):
                for word in ("wsgi", "asgi", "terminal work", "city serve"):
                    if word in command:
                        found.setdefault(word, []).append(int(folder.name))
        return found


@pytest.fixture
def city(tmp_path):
    built = City(tmp_path / "city")
    try:
        built.start()
        yield built
    finally:
        if built.process.poll() is None:
            built.process.terminate()
            built.process.wait(timeout=60)


@pytest.mark.faults
def test_a_killed_part_is_started_again_and_a_killed_city_serves_at_the_next_start(city):
    assert city.serves()
    assert set(city.parts()) == {"wsgi", "asgi", "terminal work", "city serve"}

    for word, processes in sorted(city.parts().items()):
        for process in sorted(processes)[:2]:  # the part itself, and a worker of it where it has one
            if process in city.parts().get(word, ()):
                print("killing", word, process, flush=True)
                os.kill(process, signal.SIGKILL)
                time.sleep(2.5)
                city.wait_for(
                    lambda word=word, gone=process: set(city.parts().get(word, ())) - {gone} and city.serves()
                )

    city.process.send_signal(signal.SIGKILL)
    city.process.wait()
    print("killed the supervisor", flush=True)
    city.start()
    assert city.serves()
    city.process.terminate()
    assert city.process.wait(timeout=60) == 0
    assert city.parts() == {}
    ends.check_ledger_of(city.root)
