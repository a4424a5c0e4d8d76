import time

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from taihu.data.engines import duck
from taihu.data.ledger import gm, head, keys, suite
from taihu.data.ledger.suite import GM_1, INTL_1


def test_a_key_is_made_once_and_belongs_to_its_owner(tmp_path):
    first = keys.read_or_make(tmp_path / "keys", "a-b", lambda: b"1" * 32, suite=INTL_1)
    second = keys.read_or_make(tmp_path / "keys", "a-b", lambda: b"2" * 32, suite=GM_1)

    assert first == second == keys.Key(INTL_1, b"1" * 32)
    assert (tmp_path / "keys" / "a-b.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys" / "a-b.key").read_text().startswith("intl-1:")
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["a-b.key"]


def test_of_two_that_make_a_key_at_once_the_first_wins(tmp_path):
    def make():
        keys.read_or_make(tmp_path, "k", lambda: b"1" * 32, suite=GM_1)
        return b"2" * 32

    assert keys.read_or_make(tmp_path, "k", make, suite=INTL_1) == keys.Key(GM_1, b"1" * 32)


def test_a_key_shows_no_secret():
    assert "31" not in repr(keys.Key(INTL_1, b"1" * 32))
    assert "b'1" not in repr(keys.Key(INTL_1, b"1" * 32))


@pytest.mark.parametrize("name", ["", "../x", "A", "a/b", "k\n", "x" * 121])
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(keys.KeyRefused):
        keys.read_or_make(tmp_path, name, lambda: b"", suite=INTL_1)


def test_a_key_that_others_may_read_is_refused(tmp_path):
    keys.read_or_make(tmp_path, "k", lambda: b"1" * 32, suite=INTL_1)
    (tmp_path / "k.key").chmod(0o644)

    with pytest.raises(keys.KeyRefused, match="chmod"):
        keys.read_or_make(tmp_path, "k", lambda: b"", suite=INTL_1)


def test_what_is_no_key_is_refused(tmp_path):
    (tmp_path / "k.key").touch(mode=0o600)
    (tmp_path / "k.key").write_text("intl-1:xyz")

    with pytest.raises(keys.KeyRefused, match="备份"):
        keys.read_or_make(tmp_path, "k", lambda: b"", suite=INTL_1)


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


def test_the_national_suite_gives_the_known_answers():
    """Vectors: GB/T 32905 A.1 and A.2 (SM3), GM/T 0042 D.3 (HMAC-SM3), RFC 8998 A.1 (SM4-GCM)."""
    assert GM_1.digest(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert GM_1.digest(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    text = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2
    assert (
        GM_1.mac(bytes(range(1, 33)), text).hex() == "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"
    )
    plain = bytes.fromhex("".join(2 * 8 * digit for digit in "ABCDEFEA"))
    sealed = GM_1.seal(
        bytes.fromhex("0123456789abcdeffedcba9876543210"),
        bytes.fromhex("00001234567800000000abcd"),
        plain,
        bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
    )
    assert sealed.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec"
    )


def test_the_block_cipher_under_the_national_suite_gives_the_known_answer():
    """GM/T 0002 (GB/T 32907) A.1."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")

    made = Cipher(algorithms.SM4(key), modes.ECB()).encryptor().update(key)  # noqa: S305 - one block, as in the standard

    assert made.hex() == "681edf34d206965e86b3e94f536e4246"


def test_the_standards_own_signature_is_accepted_and_its_key_signs():
    """GB/T 32918.5 A.2: key, digest and signature of `message digest` by the signer 1234567812345678."""
    secret = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
    public = bytes.fromhex(
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
    signature = bytes.fromhex(
        "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
        "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    )
    text = b"message digest"

    assert gm.message_digest(public, text).hex() == "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"
    assert GM_1.is_signed(public, text, signature)
    assert not GM_1.is_signed(public, b"another", signature)
    assert GM_1.is_signed(public, text, GM_1.sign(secret + public, text))


@pytest.mark.parametrize("public", [b"", b"1" * 63, bytes(64), b"\xff" * 64])
def test_a_point_off_the_curve_has_signed_nothing(public):
    assert not GM_1.is_signed(public, b"x", GM_1.sign(GM_1.make_key(), b"x"))


@pytest.mark.parametrize("chosen", suite.SUITES.values(), ids=suite.SUITES)
def test_every_suite_keeps_the_promises_of_the_interface(chosen):
    private, key = chosen.make_key(), bytes(chosen.seal_key_bytes)
    public = chosen.public_key(private)

    signature = chosen.sign(private, b"text")
    assert chosen.is_signed(public, b"text", signature)
    assert not chosen.is_signed(public, b"texT", signature)
    assert not chosen.is_signed(chosen.public_key(chosen.make_key()), b"text", signature)
    assert not chosen.is_signed(public, b"text", b"")
    assert not chosen.is_signed(b"short", b"text", signature)
    sealed = chosen.seal(key, bytes(12), b"text", b"about")
    assert chosen.unseal(key, bytes(12), sealed, b"about") == b"text"
    for other in (sealed[:-1], sealed[:5], b"", bytes([sealed[0] ^ 1]) + sealed[1:]):
        with pytest.raises(suite.NotOpened):
            chosen.unseal(key, bytes(12), other, b"about")
    with pytest.raises(suite.NotOpened):
        chosen.unseal(key, bytes(12), sealed, b"else")
    assert len(chosen.digest(b"")) == len(chosen.mac(key, b"")) == 32
    assert len(chosen.key_id(public)) == 16
    with duck.connect() as connection:
        sql = f"SELECT {chosen.engine_digest}(b) FROM (VALUES ('abc'::BLOB), (NULL), (''::BLOB)) t(b)"
        found = [row[0] for row in connection.execute(sql).fetchall()]
    assert found == [chosen.digest(b"abc").hex(), None, chosen.digest(b"").hex()]


@pytest.mark.slow
@pytest.mark.parametrize("chosen", suite.SUITES.values(), ids=suite.SUITES)
def test_a_core_signs_five_hundred_times_a_second(chosen, capsys):
    private = chosen.make_key()
    public, signature = chosen.public_key(private), chosen.sign(private, b"text")

    began = time.process_time()
    for _ in range(300):
        chosen.sign(private, b"text")
    signed = time.process_time()
    for _ in range(300):
        chosen.is_signed(public, b"text", signature)
    checked = time.process_time()

    with capsys.disabled():
        print(f"\n{chosen.id}: {300 / (signed - began):,.0f} sign/s, {300 / (checked - signed):,.0f} verify/s")
    assert 300 / (signed - began) >= 500


def test_a_policy_writes_with_the_first_and_accepts_no_other_than_it_names():
    policy = suite.read_policy("gm-1, intl-1")

    assert policy.writes is GM_1
    assert policy.find("intl-1") is INTL_1
    with pytest.raises(suite.NotAccepted, match="TAIHU_SUITE") as refused:
        suite.read_policy("gm-1").find("intl-1")
    assert "intl-1" in refused.value.help
    for text in ("", "gm-1,", "sm2"):
        with pytest.raises(suite.UnknownSuite):
            suite.read_policy(text)


def test_an_unknown_suite_is_refused_with_the_known_ones():
    with pytest.raises(suite.UnknownSuite, match="intl-1"):
        suite.find("none-0")


def test_a_head_of_another_key_is_not_signed():
    signer = head.Signer(INTL_1, lambda: b"1" * 32)
    signed = signer.sign(segment="web", size=1, root=b"r" * 32, at="")

    assert head.is_signed(signed, signer.public())
    assert not head.is_signed(signed, b"2" * 32)
