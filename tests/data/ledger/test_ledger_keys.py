import pytest

from taihu.data.ledger import head, keys, suite
from taihu.data.ledger.suite import INTL_1


def test_a_key_is_made_once_and_belongs_to_its_owner(tmp_path):
    first = keys.read_or_make(tmp_path / "keys", "a-b", lambda: b"1" * 32)
    second = keys.read_or_make(tmp_path / "keys", "a-b", lambda: b"2" * 32)

    assert first == second == b"1" * 32
    assert (tmp_path / "keys" / "a-b.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys" / "a-b.key").read_text().startswith("intl-1:")
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["a-b.key"]


def test_of_two_that_make_a_key_at_once_the_first_wins(tmp_path):
    def make():
        keys.read_or_make(tmp_path, "k", lambda: b"1" * 32)
        return b"2" * 32

    assert keys.read_or_make(tmp_path, "k", make) == b"1" * 32


@pytest.mark.parametrize("name", ["", "../x", "A", "a/b", "k\n", "x" * 121])
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(keys.KeyRefused):
        keys.read_or_make(tmp_path, name, lambda: b"")


def test_a_key_that_others_may_read_is_refused(tmp_path):
    keys.read_or_make(tmp_path, "k", lambda: b"1" * 32)
    (tmp_path / "k.key").chmod(0o644)

    with pytest.raises(keys.KeyRefused, match="chmod"):
        keys.read_or_make(tmp_path, "k", lambda: b"")


def test_what_is_no_key_is_refused(tmp_path):
    (tmp_path / "k.key").touch(mode=0o600)
    (tmp_path / "k.key").write_text("intl-1:xyz")

    with pytest.raises(keys.KeyRefused, match="备份"):
        keys.read_or_make(tmp_path, "k", lambda: b"")


def test_the_suite_gives_the_known_answers():
    """Vectors: FIPS 180-4, RFC 4231 case 2, RFC 8032 test 1, and AES-256-GCM case 14 of the GCM specification."""
    private = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )

    assert INTL_1.digest(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert (
        INTL_1.mac(b"Jefe", b"what do ya want for nothing?").hex()
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    assert INTL_1.sign(private, b"") == signature
    assert INTL_1.is_signed(INTL_1.public_key(private), b"", signature)
    assert not INTL_1.is_signed(INTL_1.public_key(private), b"x", signature)
    assert not INTL_1.is_signed(b"short", b"x", signature)
    sealed = INTL_1.seal(bytes(32), bytes(12), bytes(16), b"")
    assert sealed.hex() == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    assert INTL_1.unseal(bytes(32), bytes(12), sealed, b"") == bytes(16)
    with pytest.raises(suite.NotOpened):
        INTL_1.unseal(bytes(32), bytes(12), sealed, b"other")


def test_an_unknown_suite_is_refused_with_the_known_ones():
    with pytest.raises(suite.UnknownSuite, match="intl-1"):
        suite.find("none-0")


def test_a_head_of_another_key_is_not_signed():
    signer = head.Signer(INTL_1, lambda: b"1" * 32)
    signed = signer.sign(segment="web", size=1, root=b"r" * 32, at="")

    assert head.is_signed(signed, signer.public())
    assert not head.is_signed(signed, b"2" * 32)
