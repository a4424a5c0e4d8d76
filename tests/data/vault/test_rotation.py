"""The key of the values changes, nothing else does; killed anywhere, every value is still there."""

import multiprocessing
import os
import shutil
import signal
import struct

import pyarrow as pa
import pytest

from taihu.data.ledger import suite
from taihu.data.vault import keys, part, vault
from taihu.terms import fault

VALUES = [f"3305021990{n:08}" for n in range(3_000)]


@pytest.fixture
def opened(tmp_path, policy):
    return vault.Vault(tmp_path / "vault", policy=policy)


@pytest.fixture(autouse=True)
def _every_write_succeeds_again():
    yield
    fault.decide_by(None)


def keep(kept, values):
    return kept.keep(pa.table({"token": [kept.token(value) for value in values], "value": values}))


def fill(kept):
    keep(kept, VALUES[:2_000])
    keep(kept, VALUES[2_000:])


def reveal_all(kept):
    found = kept.reveal(map(kept.token, VALUES))
    return [found.get(kept.token(value)) for value in VALUES]


def test_values_stay_and_a_copy_made_before_opens_no_more(opened, tmp_path, policy):
    fill(opened)
    other = vault.Vault(tmp_path / "vault", policy=policy)
    assert reveal_all(other) == VALUES
    shutil.copytree(tmp_path / "vault", tmp_path / "backup")

    rotated = opened.rotate()

    assert rotated == vault.Rotated(3_000, 0, 1)
    assert reveal_all(opened) == reveal_all(other) == VALUES
    with pytest.raises(keys.KeyGone):
        vault.Vault(tmp_path / "backup", keys=tmp_path / "keys", policy=policy).reveal([opened.token(VALUES[0])])
    assert keep(opened, VALUES) == vault.Kept(0, 3_000)
    assert opened.rotate().epoch == 2
    assert reveal_all(other) == VALUES


def test_a_forgotten_value_is_in_no_file_nor_is_its_token(opened, tmp_path):
    fill(opened)
    token = opened.token(VALUES[7])

    assert opened.rotate(without=[token]) == vault.Rotated(2_999, 1, 1)

    assert opened.reveal([token]) == {}
    assert reveal_all(opened) == [value if value != VALUES[7] else None for value in VALUES]
    for path in (tmp_path / "vault").rglob("*"):
        assert not path.is_file() or bytes.fromhex(token) not in path.read_bytes()


def write_in_the_old_form(path, buckets, *, shape, key):
    """A part as it was before keys had numbers: no number behind the head."""
    old = part.Shape(shape.suite, shape.digits, shape.rows, 0, part.HEAD.size)
    sealed = []
    for number, pairs in buckets:
        nonce = os.urandom(12)
        sealed.append((number, nonce + shape.suite.seal(key, nonce, part.encode(pairs), part._about(old, number))))
    places, offset = [], part.HEAD.size + part.PLACE.size * (old.buckets + 1)
    known = dict(sealed)
    for number in range(old.buckets + 1):
        places.append(offset)
        offset += len(known.get(number, b""))
    head = part.HEAD.pack(part.MAGIC, shape.suite.id.encode(), shape.digits, shape.rows)
    path.write_bytes(head + struct.pack(f"<{len(places)}Q", *places) + b"".join(known.values()))


def test_parts_written_before_keys_had_numbers_are_read_and_rotated(opened, monkeypatch):
    monkeypatch.setattr(part, "write", write_in_the_old_form)
    fill(opened)
    monkeypatch.undo()
    assert reveal_all(opened) == VALUES

    opened.rotate()

    assert reveal_all(opened) == VALUES


def die_at(tmp_path, policy, point, hits, call):
    def run():
        left = [hits]

        def decide(name):
            if name == point:
                left[0] -= 1
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)

        fault.decide_by(decide)
        call(vault.Vault(tmp_path / "vault", policy=policy))

    child = multiprocessing.get_context("fork").Process(target=run)
    child.start()
    child.join()
    return child.exitcode


POINTS = [
    ("vault.rotate.epoch", 1),
    ("ledger.keys.file", 1),
    ("vault.keep.part", 1),
    ("vault.keep.part", 2),
    ("vault.keep.tokens", 2),
    ("vault.keep.rename", 1),
    ("vault.merge.remove", 1),
    ("vault.merge.remove", 2),
    ("vault.key.end", 1),
]


@pytest.mark.slow
@pytest.mark.parametrize(("point", "hits"), POINTS)
def test_a_killed_rotation_loses_nothing_and_the_next_one_ends_it(tmp_path, point, hits):
    kept = vault.Vault(tmp_path / "vault")
    fill(kept)
    gone = kept.token(VALUES[7])

    code = die_at(tmp_path, suite.ONLY_INTL_1, point, hits, lambda other: other.rotate(without=[gone]))

    assert code == -signal.SIGKILL
    assert [v for v in reveal_all(kept) if v] in (VALUES, [*VALUES[:7], *VALUES[8:]])
    kept.rotate(without=[gone])
    assert reveal_all(kept) == [value if value != VALUES[7] else None for value in VALUES]
    assert len(list((tmp_path / "keys").glob("vault-values*"))) == 1
    assert not list((tmp_path / "vault").glob("draft-*"))


def test_the_tokens_of_one_grant_change_and_no_others(opened, tmp_path, policy):
    one, two = f"grant-{'1' * 32}", f"grant-{'2' * 32}"
    other = vault.Vault(tmp_path / "vault", policy=policy)
    before = [[v.token("x", purpose=p) for p in (one, two, "platform")] for v in (opened, other)]

    opened.rotate_tokens(one)

    after = [[v.token("x", purpose=p) for p in (one, two, "platform")] for v in (opened, other)]
    assert after[0] == after[1]
    assert after[0][0] != before[0][0]
    assert after[0][1:] == before[0][1:]


@pytest.mark.parametrize("purpose", ["platform", "grant-names", "subject", "../x"])
def test_tokens_that_join_the_lake_keep_their_key(opened, purpose):
    with pytest.raises(keys.JoinsForEver):
        opened.rotate_tokens(purpose)


@pytest.mark.slow
@pytest.mark.parametrize("point", ["ledger.keys.file", "vault.tokens.replace"])
def test_a_killed_change_of_a_grant_key_leaves_the_old_or_the_new(tmp_path, point):
    kept, purpose = vault.Vault(tmp_path / "vault"), f"grant-{'1' * 32}"
    before = kept.token("x", purpose=purpose)

    assert die_at(tmp_path, suite.ONLY_INTL_1, point, 1, lambda v: v.rotate_tokens(purpose)) == -signal.SIGKILL

    assert kept.token("x", purpose=purpose) == before
    kept.rotate_tokens(purpose)
    assert kept.token("x", purpose=purpose) != before
