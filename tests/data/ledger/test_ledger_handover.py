import dataclasses

import orjson
import pytest

from taihu.data.ledger import handover, keys, proof, suite
from taihu.data.ledger.index import Wanted
from taihu.data.ledger.suite import GM_1, INTL_1
from taihu.terms import fault
from tests.data.ledger.ledger_world import a_ledger, an_entry

BOTH = "gm-1,intl-1"


def begun(tmp_path, policy="intl-1", count=3):
    """A ledger with some entries; its public key, and the bytes of all its files."""
    ledger = a_ledger(tmp_path, policy=policy)
    ledger.append_many([an_entry(n) for n in range(count)])
    public = bytes.fromhex(ledger.prove(f"web/{count - 1}").public_key)
    ledger.close()
    return public, {path: path.read_bytes() for path in (tmp_path / "ledger" / "web").iterdir()}


def test_a_ledger_begun_under_one_suite_goes_on_under_another_and_verifies_off_line(tmp_path):
    trusted, files = begun(tmp_path)
    old = a_ledger(tmp_path).prove("web/1").to_json()

    ledger = a_ledger(tmp_path, policy=BOTH)
    receipt = ledger.append(an_entry(9))
    new, again = (ledger.prove(place).to_json() for place in (receipt.id, "web/1"))
    grown = ledger.prove_extension(2, segment="web").to_json()
    ledger.close()

    assert receipt.id == "web-2/0"
    for told in (old, new, again, grown):
        assert proof.verify(told, public_key=trusted).is_valid
    assert {orjson.loads(told)["head"]["suite"] for told in (new, again, grown)} == {"gm-1"}
    assert orjson.loads(again)["head"]["tree"] == "intl-1"
    assert ledger.count(Wanted()) == 4
    assert [list(ledger.check(name)) for name in ("web", "web-2")] == [[], []]
    assert {path: path.read_bytes() for path in files} == files


def test_without_the_handover_nobody_who_trusts_the_old_key_believes_the_new(tmp_path):
    trusted, _ = begun(tmp_path)
    ledger = a_ledger(tmp_path, policy=BOTH)
    told = orjson.loads(ledger.prove(ledger.append(an_entry(9)).id).to_json())
    ledger.close()
    one = told["handovers"][0]

    for changed in (
        [],
        [{**one, "after": one["after"][:-2] + f"{int(one['after'][-2:], 16) ^ 1:02x}"}],
        [{**one, "before_signature": "00" * 64}],
        [{**one, "after_signature": one["before_signature"]}],
        [{**one, "standing": []}],
    ):
        assert not proof.verify({**told, "handovers": changed}, public_key=trusted).is_valid
    assert not proof.verify({**told, "handovers": [{}]}, public_key=trusted).is_valid
    assert proof.verify(told, public_key=trusted).is_valid


def test_the_handover_signs_all_heads_forward_once(tmp_path):
    begun(tmp_path)
    for _ in range(2):
        ledger = a_ledger(tmp_path, policy=BOTH)
        ledger.append(an_entry(9))
        ledger.close()

    (made,) = handover.read_all(tmp_path / "ledger")

    assert made.is_signed()
    assert (made.before_suite, made.after_suite) == ("intl-1", "gm-1")
    assert [(one.segment, one.tree, one.size) for one in made.standing] == [("web", "intl-1", 3)]
    assert made.standing[0].root == a_ledger(tmp_path, policy=BOTH).head("web").root


def test_a_ledger_may_go_back_and_each_change_is_handed_over(tmp_path):
    trusted, _ = begun(tmp_path)
    for policy in (BOTH, "intl-1,gm-1", BOTH):
        ledger = a_ledger(tmp_path, policy=policy)
        told = ledger.prove(ledger.append(an_entry(9)).id).to_json()
        ledger.close()
        assert proof.verify(told, public_key=trusted).is_valid

    made = handover.read_all(tmp_path / "ledger")
    assert [one.after_suite for one in made] == ["gm-1", "intl-1", "gm-1"]
    assert [segment.suite for segment in ledger.segments()] == [INTL_1, GM_1]


def test_a_node_that_does_not_accept_the_old_suite_reads_nothing_of_it(tmp_path):
    begun(tmp_path)
    ledger = a_ledger(tmp_path, policy="gm-1")

    with pytest.raises(suite.NotAccepted, match="intl-1"):
        ledger.append(an_entry(9))
    with pytest.raises(suite.NotAccepted):
        ledger.count()
    ledger.close()


def test_a_segment_from_before_suites_were_noted_is_of_the_first(tmp_path):
    begun(tmp_path)
    (tmp_path / "ledger" / "web" / "suite").unlink()

    ledger = a_ledger(tmp_path, policy=BOTH)

    assert ledger.append(an_entry(9)).segment == "web-2"
    assert ledger.segment("web").suite == INTL_1
    ledger.close()


def test_a_handover_needs_the_key_that_signed_so_far(tmp_path):
    begun(tmp_path)
    a_ledger(tmp_path, policy=BOTH).head("web")
    (tmp_path / "keys" / "ledger-signing.gm-1.key").unlink()

    with pytest.raises(handover.NoOldKey, match="gm-1"):
        a_ledger(tmp_path, policy="intl-1,gm-1").head("web")


def test_a_handover_cut_short_is_made_again(tmp_path):
    begun(tmp_path)

    def fall(point):
        if point == "ledger.handover.line":
            raise OSError(28, "No space left on device")

    fault.decide_by(fall)
    try:
        with pytest.raises(OSError, match="No space"):
            a_ledger(tmp_path, policy=BOTH).head("web")
    finally:
        fault.decide_by(None)
    (tmp_path / "ledger" / handover.FILE).write_bytes(b'{"before_sui')
    a_ledger(tmp_path, policy=BOTH).head("web")

    (made,) = handover.read_all(tmp_path / "ledger")
    assert made.is_signed()


def test_nothing_is_handed_over_where_nothing_was_signed_before(tmp_path):
    begun(tmp_path, policy="gm-1")

    assert handover.read_all(tmp_path / "ledger") == ()
    assert keys.read(tmp_path / "keys", "ledger-signing") is None


def test_a_changed_handover_is_not_signed(tmp_path):
    begun(tmp_path)
    a_ledger(tmp_path, policy=BOTH).head("web")
    (made,) = handover.read_all(tmp_path / "ledger")

    assert not dataclasses.replace(made, standing=()).is_signed()
    assert not handover.leads([made], trusted=b"x", to=bytes.fromhex(made.after))
    assert handover.leads([made], trusted=bytes.fromhex(made.before), to=bytes.fromhex(made.after))
