"""A process that erases is killed with SIGKILL, and the next one ends its work."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from taihu.data.collect.erasure import erase, records
from tests import builders as make
from tests.data.collect.erasure.erasure_world import PERSON, a_city, ask_and_approve, find_traces

HOUSE = Path(__file__).resolve().parents[4]
POINTS = (
    "register.erase.insert",
    "keyring.rotate.remove",
    "lake.rewrite.entry",
    "vault.merge.remove",
    "erasure.end.move",
)
CHILD = """
import os, signal, sys
from pathlib import Path
from taihu.data.collect.erasure import erase
from taihu.terms import fault
from tests import builders as make

def decide(name):
    if name == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

with make.a_house(Path(sys.argv[1])) as stores:
    fault.decide_by(decide)
    erase.erase(id=sys.argv[2], stores=stores, at=make.later(4))
"""


@pytest.mark.faults
def test_killed_again_and_again_an_erasure_still_ends(tmp_path):
    root = tmp_path / "city"
    with make.a_house(root) as stores:
        a_city(stores)
        record, token = ask_and_approve(stores), stores.vault.token(PERSON)

    for point in POINTS:
        asked = [sys.executable, "-c", CHILD, str(root), record.id, point]
        settings = {**os.environ, "PYTHONPATH": str(HOUSE), "DJANGO_SETTINGS_MODULE": "taihu.site.settings"}
        setup = [*asked[:2], "import django; django.setup()\n" + asked[2], *asked[3:]]
        done = subprocess.run(setup, env=settings, capture_output=True, text=True, check=False)
        assert done.returncode == -signal.SIGKILL, (point, done.stderr[-400:])

    with make.a_house(root) as stores:
        assert find_traces(stores, PERSON)  # the order is kept, sealed, until the end
        assert erase.erase(id=record.id, stores=stores, at=make.later(4)).state == records.DONE
        assert find_traces(stores, PERSON, token) == []
