import hmac

import pyarrow as pa
import pytest

from taihu.data.engines import duck
from taihu.data.ledger import suite
from taihu.data.ledger.suite import NotAccepted, NotOpened
from taihu.data.vault import pairs, part, vault
from taihu.terms import fault

HASHES = {"intl-1": "sha256", "gm-1": "sm3"}
VALUES = [f"3305021990{n:08}" for n in range(5_000)]


@pytest.fixture
def opened(tmp_path, policy):
    return vault.Vault(tmp_path / "vault", policy=policy)


def table(values, kept):
    return pa.table({"token": [kept.token(value) for value in values], "value": values})


def test_a_token_is_the_hmac_of_the_value_and_each_purpose_has_its_own(opened, policy):
    value = VALUES[0]

    assert (
        opened.token(value)
        == hmac.new(opened.key("platform"), value.encode(), HASHES[policy.writes.id]).hexdigest()[:32]
    )
    assert opened.token(value) != opened.token(value, purpose="grant-1")
    assert len(opened.key("platform")) == 32


@pytest.mark.parametrize("value", ["330502199001010018", "", "沈一😀", "a" * 500, "\n'\""])
def test_the_engine_makes_the_same_tokens(opened, value):
    sql, parameters = opened.token_sql("v")
    other, more = opened.token_sql("v", purpose="grant-1")

    with duck.connect() as connection:
        found = connection.execute(
            f"SELECT {sql}, {other} FROM (SELECT $v AS v)", {"v": value, **parameters, **more}
        ).fetchone()
        nothing = connection.execute(f"SELECT {sql} FROM (SELECT NULL AS v)", parameters).fetchone()

    assert found == (opened.token(value), opened.token(value, purpose="grant-1"))
    assert nothing == (None,)


def test_values_are_kept_once_and_revealed(opened):
    assert opened.keep(table(VALUES[:10], opened)) == vault.Kept(10, 0)
    assert opened.keep(table(VALUES[5:15], opened)) == vault.Kept(5, 5)
    assert opened.keep(table(VALUES[:15] * 2, opened).to_reader()) == vault.Kept(0, 30)

    tokens = [opened.token(value) for value in VALUES[:20]]
    assert opened.reveal(tokens) == {opened.token(value): value for value in VALUES[:15]}
    assert opened.reveal([]) == {}


def test_nothing_kept_reveals_nothing(opened):
    assert opened.reveal([opened.token("x")]) == {}
    assert opened.keep(
        table([], opened).cast(pa.schema([("token", pa.string()), ("value", pa.string())]))
    ) == vault.Kept(0, 0)


@pytest.mark.slow
def test_many_values_of_any_content_come_back_from_many_buckets(opened):
    values = [*VALUES, "", "沈一", "\x00\n", "x" * 10_000]

    assert opened.keep(table(values, opened)).new == len(values)
    assert opened.reveal(map(opened.token, values)) == {opened.token(value): value for value in values}


def test_pairs_with_nothing_in_them_are_left_out(opened):
    rows = pa.table({"token": [opened.token("a"), None, opened.token("c")], "value": ["a", "b", None]})

    assert opened.keep(rows) == vault.Kept(1, 0)


@pytest.mark.parametrize("token", ["x", "g" * 32, "A1 " * 10 + "a1", "é" * 32])
def test_what_is_no_token_is_refused(opened, token):
    with pytest.raises(pairs.NotAToken):
        opened.keep(pa.table({"token": [token], "value": ["a"]}))
    with pytest.raises(pairs.NotAToken):
        opened.reveal([token])


def test_no_value_stands_in_any_file_and_no_file_is_for_others(opened, tmp_path):
    opened.keep(table(VALUES[:50], opened))

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 4
    for path in files:
        assert b"33050219" not in path.read_bytes()
        assert path.name == "tokens" or path.stat().st_mode & 0o077 == 0


def test_many_small_parts_become_one(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(vault, "MOST_PARTS", 3)
    opened.keep(table(VALUES[:100], opened))
    for n in range(6):
        opened.keep(table(VALUES[100 + n : 101 + n], opened))

    assert len(list((tmp_path / "vault").glob("part-*"))) <= 3
    assert len(opened.reveal(map(opened.token, VALUES[:106]))) == 106
    assert opened.keep(table(VALUES[:106], opened)) == vault.Kept(0, 106)


def test_the_input_is_taken_in_pieces(opened, monkeypatch):
    monkeypatch.setattr(vault, "CHUNK_ROWS", 10)
    batches = table(VALUES[:25], opened).to_batches(max_chunksize=5)

    assert opened.keep(pa.RecordBatchReader.from_batches(batches[0].schema, batches)) == vault.Kept(25, 0)


@pytest.mark.parametrize("point", ["vault.keep.part", "vault.keep.tokens", "vault.keep.rename"])
def test_a_keeping_that_falls_leaves_nothing_and_is_done_again(opened, tmp_path, point):
    def fall(name):
        if name == point:
            raise OSError(28, "No space left on device")

    fault.decide_by(fall)
    try:
        with pytest.raises(OSError, match="No space"):
            opened.keep(table(VALUES[:10], opened))
    finally:
        fault.decide_by(None)

    assert opened.reveal([opened.token(VALUES[0])]) == {}
    assert opened.keep(table(VALUES[:10], opened)) == vault.Kept(10, 0)
    assert not list((tmp_path / "vault").glob("draft-*"))


def test_a_part_that_vanishes_while_it_is_read_is_looked_for_again(opened, monkeypatch):
    opened.keep(table(VALUES[:10], opened))
    real, falls = part.read_shape, [True]

    def vanish_once(path, policy):
        if falls.pop() if falls else False:
            raise FileNotFoundError
        return real(path, policy)

    monkeypatch.setattr(part, "read_shape", vanish_once)

    assert opened.reveal([opened.token(VALUES[3])]) == {opened.token(VALUES[3]): VALUES[3]}


def test_a_bucket_without_values_is_passed_over(opened):
    tokens = [f"a{n:031x}" for n in range(1_025)]
    opened.keep(pa.table({"token": tokens, "value": tokens}))

    assert opened.reveal(["b" * 32, tokens[7]]) == {tokens[7]: tokens[7]}


def test_a_changed_part_and_another_key_are_found_out(opened, tmp_path):
    opened.keep(table(VALUES[:10], opened))
    (path,) = (tmp_path / "vault").glob("part-*/values")
    data = bytearray(path.read_bytes())

    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(NotOpened):
        opened.reveal([opened.token(VALUES[0])])
    path.write_bytes(b"x" + data[1:])
    with pytest.raises(part.PartDamaged):
        opened.reveal([opened.token(VALUES[0])])


def test_two_tokens_that_begin_alike_are_told_apart(opened):
    first, second = "a" * 31 + "0", "a" * 31 + "1"
    rows = pa.table({"token": [first, second, first], "value": ["one", "two", "one"]})

    opened.keep(rows)

    assert opened.reveal([first, second]) == {first: "one", second: "two"}
    assert opened.reveal(["a" * 31 + "2"]) == {}


def test_buckets_are_named_by_more_digits_as_a_part_grows():
    assert [part.digits_for(rows) for rows in (1, 1_024, 1_025, 16_384, 16_385)] == [0, 0, 1, 1, 2]


def test_a_sealed_text_names_its_suite_and_opens_for_nothing_else(opened, policy):
    sealed = opened.seal(b"text", purpose="page", about=b"a")

    assert sealed.startswith(policy.writes.id.encode() + b"\0")
    assert b"text" not in sealed
    assert opened.unseal(sealed, purpose="page", about=b"a") == b"text"
    for other in ((sealed, "page", b"b"), (sealed, "else", b"a"), (sealed[:-1], "page", b"a"), (b"text", "page", b"a")):
        with pytest.raises(NotOpened):
            opened.unseal(other[0], purpose=other[1], about=other[2])


def test_a_vault_goes_on_under_another_suite_and_its_tokens_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(vault, "MOST_PARTS", 1)
    before = vault.Vault(tmp_path / "vault")
    before.keep(table(VALUES[:20], before))
    cursor = before.seal(b"text", purpose="page", about=b"a")

    after = vault.Vault(tmp_path / "vault", policy=suite.read_policy("gm-1,intl-1"))
    assert after.token(VALUES[0]) == before.token(VALUES[0])
    assert (
        after.token(VALUES[0], purpose="g-2") == hmac.new(after.key("g-2"), VALUES[0].encode(), "sm3").hexdigest()[:32]
    )
    assert after.keep(table(VALUES[10:25], after)) == vault.Kept(5, 10)
    assert after.reveal(map(after.token, VALUES[:30])) == {after.token(value): value for value in VALUES[:25]}
    assert after.unseal(cursor, purpose="page", about=b"a") == b"text"
    policy = suite.read_policy("gm-1,intl-1")
    shapes = {part.read_shape(path, policy).suite.id for path in (tmp_path / "vault").glob("part-*/values")}
    assert shapes == {"intl-1", "gm-1"}


def test_a_vault_opens_nothing_of_a_suite_that_its_node_does_not_accept(tmp_path):
    before = vault.Vault(tmp_path / "vault")
    before.keep(table(VALUES[:3], before))
    token, cursor = before.token(VALUES[0]), before.seal(b"text", purpose="page", about=b"a")

    strict = vault.Vault(tmp_path / "vault", policy=suite.read_policy("gm-1"))

    with pytest.raises(NotAccepted):
        strict.reveal([token])
    with pytest.raises(NotAccepted):
        strict.token(VALUES[0])
    with pytest.raises(NotAccepted):
        strict.unseal(cursor, purpose="page", about=b"a")
