"""What a command started ends with it, even when it is killed with SIGKILL."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from taihu.doors.terminal import ports
from taihu.doors.terminal.warden import Warden

HOUSE = Path(__file__).resolve().parents[3]
# The child starts a child of its own in its group, as a server starts its workers.
CHILD = "import subprocess, sys; print('on', flush=True); subprocess.run([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])"
COMMAND = f"""
import subprocess, sys, time
from taihu.doors.terminal.warden import Warden
with Warden() as warden:
    child = subprocess.Popen([sys.executable, "-S", "-c", {CHILD!r}], stdout=subprocess.PIPE, start_new_session=True)
    warden.take(child.pid)
    child.stdout.readline()
    print(child.pid, flush=True)
    time.sleep(60)
"""


def lives(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_a_killed_command_takes_its_groups_with_it():
    command = subprocess.Popen([sys.executable, "-c", COMMAND], cwd=HOUSE, stdout=subprocess.PIPE, text=True)
    group = int(command.stdout.readline())
    assert lives(group)

    command.send_signal(signal.SIGKILL)
    command.communicate()

    until = time.monotonic() + 20
    while lives(group) and time.monotonic() < until:
        time.sleep(0.05)
    assert not lives(group)


@pytest.mark.slow
def test_a_guarded_process_ends_with_its_block_and_the_warden_with_its_own():
    with Warden() as warden:
        sleeper = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"], start_new_session=True)
        with warden.guard(sleeper):
            assert sleeper.poll() is None
        assert sleeper.poll() == -signal.SIGTERM
    assert warden._process.poll() == 0


@pytest.mark.slow
def test_a_port_that_is_given_up_soon_is_waited_for_and_one_that_is_not_is_refused(monkeypatch):
    answers = iter((True, True, False))
    monkeypatch.setattr(ports, "listens", lambda _port: next(answers))
    ports.check_free(18999)

    monkeypatch.setattr(ports, "listens", lambda _port: True)
    monkeypatch.setattr(ports, "ENDING_SECONDS", 0.2)
    with pytest.raises(ports.PortTaken):
        ports.check_free(18999)
