"""What must be survived, in numbers: kills, torn tails, and a disk that is really full."""

import random
import subprocess
import sys

import pytest

from taihu.data.ledger import audit, state, suite
from taihu.data.ledger.ledger import Ledger
from taihu.data.ledger.writer import Unavailable
from tests.data.ledger.ledger_world import a_ledger, an_entry
from tests.data.ledger.test_ledger_recovery import check_after_kills


@pytest.mark.faults
def test_nothing_acknowledged_is_lost_over_two_hundred_kills(tmp_path):
    acknowledged = check_after_kills(tmp_path, 200, 20, suite.ONLY_INTL_1)

    sys.stdout.write(f"\nledger: 200 kills, {acknowledged} acknowledged, 0 lost, 0 changed\n")
    assert acknowledged > 20_000


def tear(folder, chance):
    """What a lost power leaves after the last durable byte: part of a record, zeros, or noise."""
    path = folder / "entries.log"
    whole = path.read_bytes()
    start = chance.randrange(len(whole))
    part = whole[start : start + chance.randrange(1, 400)]
    path.write_bytes(whole + chance.choice((part, bytes(chance.randrange(1, 5_000)), chance.randbytes(300))))
    for name in chance.sample(("nodes.bin", "offsets.bin", "checkpoint.bin"), chance.randrange(4)):
        derived = folder / name
        if derived.exists():
            derived.write_bytes(derived.read_bytes()[: chance.randrange(200)])


def check_after_tears(root, times, seed):
    chance = random.Random(seed)
    acknowledged = 0
    for _ in range(times):
        ledger = a_ledger(root)
        for _ in range(chance.randrange(1, 9)):
            receipt = ledger.append(an_entry(acknowledged, by=f"b{acknowledged}"))
            assert receipt.number == acknowledged
            acknowledged += 1
        ledger.close()
        tear(root / "ledger" / "web", chance)
    ledger = a_ledger(root)
    ledger.check_writable()
    said = [parts.public for _, parts in ledger.segment("web").scan(0, acknowledged)]
    assert all(f'"by":"b{n}"'.encode() in public for n, public in enumerate(said))
    assert len(said) == acknowledged
    ledger.close()
    assert audit.audit(root / "ledger", public_key=ledger.signer.public()).fault == ""
    return acknowledged


@pytest.mark.slow
def test_torn_tails_lose_nothing_that_was_acknowledged(tmp_path):
    assert check_after_tears(tmp_path, 8, 1) >= 8


@pytest.mark.faults
def test_a_hundred_torn_tails_lose_nothing_that_was_acknowledged(tmp_path):
    acknowledged = check_after_tears(tmp_path, 100, 2)

    sys.stdout.write(f"\nledger: 100 torn tails, {acknowledged} acknowledged, 0 lost\n")


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of one megabyte; skipped where nobody may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small file system")
    yield place
    subprocess.run(["umount", "-l", place], check=False)


def append_until_refused(ledger):
    acknowledged = 0
    while True:
        try:
            assert ledger.append(an_entry(acknowledged)).number == acknowledged
        except Unavailable:
            return acknowledged
        acknowledged += 1


@pytest.mark.faults
def test_a_disk_that_is_really_full_loses_nothing_and_is_got_over(small_disk, tmp_path, monkeypatch):
    monkeypatch.setattr("taihu.data.ledger.ledger.RETRY_SECONDS", 0.0)
    ledger = Ledger(small_disk / "ledger", "web", keys=tmp_path / "keys")
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(500_000))
    acknowledged = append_until_refused(ledger)
    assert state.why_read_only(ledger)

    ballast.unlink()
    after = ledger.append(an_entry(0, by="after")).number

    assert after == acknowledged > 100
    assert list(ledger.check("web")) == []
    sys.stdout.write(f"\nledger: disk full after {acknowledged} entries, 0 lost, went on when there was room\n")
    ledger.close()
