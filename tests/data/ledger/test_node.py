"""The node's head over all segments: signed, published, and what it proves off-line."""

import dataclasses
import datetime
import json

import pytest

from taihu.data.ledger import history, node, proof
from tests.data.ledger.ledger_world import NOON, a_ledger, an_entry

pytestmark = pytest.mark.usefixtures("policy")
HOUR = datetime.timedelta(hours=1)


def fill(ledger, count, *, start=0):
    for number in range(start, start + count):
        ledger.append(an_entry(number))


def published(root):
    """Three publications over two segments."""
    web, gateway = a_ledger(root), a_ledger(root, "gateway")
    fill(web, 5)
    node.keep_up(web, at=NOON)
    fill(gateway, 3)
    fill(web, 6, start=5)
    node.keep_up(web, at=NOON + HOUR)
    fill(gateway, 9, start=3)
    node.keep_up(web, at=NOON + 2 * HOUR)
    gateway.close()
    web.close()
    return web


def test_the_node_signs_where_something_came_and_publishes_once_an_hour(tmp_path):
    ledger = a_ledger(tmp_path)
    assert node.sign(ledger, at=NOON) is None
    fill(ledger, 3)

    for seconds in (0, 10, 20):
        node.keep_up(ledger, at=NOON + datetime.timedelta(seconds=seconds))
        fill(ledger, 1)
    node.keep_up(ledger, at=NOON + datetime.timedelta(seconds=30))
    node.keep_up(ledger, at=NOON + datetime.timedelta(seconds=40))
    ledger.close()

    assert [one.standing[0].size for one in node.read_all(node.signed_path(ledger.root))] == [3, 4, 5, 6]
    assert [one["standing"][0]["size"] for one in node.tell(ledger)["heads"]] == [3]


def test_a_stop_publishes_what_is_there(tmp_path):
    ledger = a_ledger(tmp_path)
    fill(ledger, 3)
    node.keep_up(ledger, at=NOON)
    fill(ledger, 1)
    node.keep_up(ledger, at=NOON + datetime.timedelta(seconds=5), is_last=True)
    ledger.close()

    assert node.last_published(ledger.root).standing[0].size == 4


def test_a_second_process_leaves_the_signing_to_the_first(tmp_path):
    ledger = a_ledger(tmp_path)
    fill(ledger, 1)

    with node._alone(ledger.root) as is_mine:
        assert is_mine
        assert node.publish(ledger, at=NOON) is None
    assert node.publish(ledger, at=NOON) is not None
    ledger.close()


def test_a_torn_line_is_cut_before_the_next_is_written(tmp_path):
    ledger = published(tmp_path)
    path = node.published_paths(ledger.root)[0]
    path.write_bytes(path.read_bytes() + b'{"torn')
    fill(ledger, 1)

    node.publish(ledger, at=NOON + 3 * HOUR)
    ledger.close()

    assert [one.number for one in node.read_all(path)] == [1, 2, 3, 4]


def test_the_signed_heads_are_kept_for_some_time_only(tmp_path, monkeypatch):
    monkeypatch.setattr(node, "MOST_BYTES", 2_000)
    ledger = a_ledger(tmp_path)
    for number in range(20):
        fill(ledger, 1, start=number)
        node.sign(ledger, at=NOON + datetime.timedelta(seconds=number))
    ledger.close()

    kept = node.read_all(node._older(node.signed_path(ledger.root))) + node.read_all(node.signed_path(ledger.root))
    assert 2 < len(kept) < 20
    assert history.find_fault(kept, (), public_key=ledger.signer.public(), is_public=False) == ""


def test_a_proof_stands_under_the_published_head(tmp_path):
    ledger = published(tmp_path)
    told = json.loads(json.dumps(node.tell(ledger)))

    file = json.loads(node.prove(ledger, "gateway/7").to_json())
    verdict = proof.verify(file, public_key=ledger.signer.public())

    assert verdict.is_valid
    assert verdict.node.root == told["heads"][-1]["head"]["root"]
    assert history.verify_history(told, public_key=ledger.signer.public()).is_valid
    assert history.is_published(verdict, node.Head(**file["head"]), told)
    assert not history.is_published(verdict, node.Head(**file["head"]), {**told, "heads": told["heads"][:2]})


@pytest.mark.parametrize("change", ["place", "path", "root", "segment", "signature"])
def test_no_altered_node_part_verifies(tmp_path, change):
    ledger = published(tmp_path)
    said = json.loads(node.prove(ledger, "web/4").to_json())
    if change in ("place", "path"):
        said["under"][change] = 1 if change == "place" else [*said["under"]["path"], "00" * 32]
    else:
        said["under"]["head"][change] = "00" * 32 if change != "segment" else "web"

    assert not proof.verify(said).is_valid


def test_an_entry_that_no_node_head_covers_yet_is_proved_by_its_segment(tmp_path):
    ledger = published(tmp_path)
    fill(ledger, 1)

    verdict = proof.verify(node.prove(ledger, "web/11").to_json())
    ledger.close()

    assert verdict.is_valid
    assert verdict.node is None


def _cut(told):
    del told["heads"][1]


def _grow(told):
    told["heads"][1]["standing"][0]["size"] += 1


def _hide(told):
    told["heads"][1]["standing"].pop()


def _sign_away(told):
    told["heads"][2]["head"]["signature"] = told["heads"][1]["head"]["signature"]


def _turn(told):
    told["heads"].reverse()


def _stretch(told):
    told["heads"][2]["extensions"]["web"] = told["heads"][2]["extensions"]["gateway"]


def _strange(told):
    told["format"] = "x"


def _hollow(told):
    told["heads"][0].pop("standing")


@pytest.mark.parametrize("change", [_cut, _grow, _hide, _sign_away, _turn, _stretch, _strange, _hollow])
def test_no_altered_history_verifies(tmp_path, change):
    told = json.loads(json.dumps(node.tell(published(tmp_path))))
    assert history.verify_history(told).is_valid

    change(told)

    assert not history.verify_history(told).is_valid


def test_a_history_of_another_key_is_not_trusted(tmp_path):
    told = node.tell(published(tmp_path / "one"))
    other = published(tmp_path / "two")

    assert not history.verify_history(told, public_key=other.signer.public()).is_valid


def test_a_history_that_was_written_anew_is_no_continuation(tmp_path):
    """A fork signed with the true key: what was published before gives it away."""
    told = node.tell(published(tmp_path))
    before = node.read_one(told["heads"][0])
    other = a_ledger(tmp_path / "fork")
    other.signer = published(tmp_path).signer
    fill(other, 9, start=100)
    forged = node.publish(other, at=NOON + HOUR)
    other.close()
    draft = dataclasses.replace(forged, number=2, before=before.digest(), extensions={"web": []})
    head = other.signer.sign(segment=node.NODE, size=2, root=draft.root(), at=forged.head.at)

    fault = history.find_fault([before, dataclasses.replace(draft, head=head)], (), public_key=None)

    assert "不是上一期的延续" in fault
