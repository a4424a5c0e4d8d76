"""The worker's care for the ledger: it signs beside its runs, and takes away what is over."""

import datetime
import json
import threading

from taihu.control.runs.job import Task
from taihu.data.engines.stores import open_stores
from taihu.data.ledger import node
from taihu.doors.terminal import jobs, signing, verify
from taihu.terms import fault
from tests.control import control_builders as make
from tests.data.ledger.ledger_world import NOON, an_entry

YEAR = datetime.timedelta(days=366)


def test_the_run_takes_away_what_is_over_when_time_has_travelled(tmp_path):
    stores = open_stores(tmp_path, make.a_shelf(), segment="web")
    stores.ledger.append_many([an_entry(n, act="accounts.sign-in", label="") for n in range(3)])
    stores.ledger.append(an_entry(0, at=NOON + YEAR))
    later = NOON + 2 * YEAR
    task = Task("r", 1, {}, stores, lambda: later, lambda done, total: None)

    outcome = jobs.all_jobs()["retain"].call(task)
    stores.close()

    assert outcome.rows_out == 3
    assert "整条 3 条" in outcome.note


def test_the_worker_signs_while_it_works_and_publishes_when_it_stops(tmp_path):
    stores = open_stores(tmp_path, make.a_shelf(), segment="worker")
    stores.ledger.append(an_entry())

    with signing.Signing(stores.ledger, lambda: NOON, seconds=0.01):
        signed = threading.Event()
        while not node.read_all(node.signed_path(stores.ledger.root)):
            signed.wait(0.01)
        stores.ledger.append(an_entry(1))
    stores.close()

    assert node.last_published(stores.ledger.root).standing[0].size == 2


def test_a_disk_that_is_full_now_does_not_end_the_signing(tmp_path):
    stores = open_stores(tmp_path, make.a_shelf(), segment="worker")
    stores.ledger.append(an_entry())
    failed = threading.Event()

    def decide(name):
        if name == "ledger.node.line" and not failed.is_set():
            failed.set()
            raise OSError(28, "full")

    fault.decide_by(decide)
    try:
        with signing.Signing(stores.ledger, lambda: NOON, seconds=0.01):
            failed.wait(5)
    finally:
        fault.decide_by(None)
    stores.close()

    assert node.last_published(stores.ledger.root).standing[0].size == 1


def run(*words):
    parser = verify.argparse.ArgumentParser()
    verify.add_arguments(parser)
    return verify.run(parser.parse_args([str(word) for word in words]))


def test_a_proof_a_history_and_a_whole_copy_are_verified_off_line(tmp_path, capsys):
    stores = open_stores(tmp_path / "house", make.a_shelf(), segment="web")
    stores.ledger.append_many([an_entry(n) for n in range(5)])
    node.keep_up(stores.ledger, at=NOON)
    heads, proof = tmp_path / "heads.json", tmp_path / "proof.json"
    heads.write_text(json.dumps(node.tell(stores.ledger)), encoding="utf-8")
    proof.write_bytes(node.prove(stores.ledger, "web/3").to_json())
    key = stores.ledger.signer.public().hex()
    stores.close()
    folder = tmp_path / "house" / "ledger"

    assert run(proof, "--key", key, "--published", heads) == 0
    assert run(heads, "--key", key) == 0
    assert run(folder, "--key", key, "--published", heads) == 0
    assert run(folder, "--live") == 0
    assert run(proof, "--key", "00" * 32) == 1

    told = json.loads(heads.read_text(encoding="utf-8"))
    heads.write_text(json.dumps({**told, "heads": []}), encoding="utf-8")
    assert run(proof, "--published", heads) == 1
    heads.write_text("{}", encoding="utf-8")
    assert run(proof, "--published", heads) == 1
    (folder / "web" / "nodes.bin").write_bytes(b"")
    assert run(folder) == 1
    said = capsys.readouterr().out
    assert "在公示的树根之下" in said
    assert "web 第 0 条与树中的叶不符" in said
