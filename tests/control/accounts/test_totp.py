"""One-time codes: the vectors of RFC 6238 and RFC 4226, the slack of one step, and no code twice."""

import datetime

import pytest

from taihu.control.accounts import totp

SHA1 = b"12345678901234567890"
SECRETS = {"sha1": SHA1, "sha256": (SHA1 * 2)[:32], "sha512": (SHA1 * 4)[:64]}
VECTORS = [  # RFC 6238, appendix B
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]
HOTP = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]


@pytest.mark.parametrize(("seconds", "sha1", "sha256", "sha512"), VECTORS)
def test_the_codes_are_those_of_the_standard(seconds, sha1, sha256, sha512):
    step = totp.step_at(datetime.datetime.fromtimestamp(seconds, datetime.UTC))

    made = [totp.code(secret, step, digits=8, algorithm=name) for name, secret in SECRETS.items()]

    assert made == [sha1, sha256, sha512]


def test_the_counter_codes_are_those_of_the_older_standard():
    """RFC 4226, appendix D."""
    assert [totp.code(SHA1, count) for count in range(10)] == HOTP


@pytest.mark.parametrize(("late", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_holds_one_step_to_each_side(late, is_taken):
    at = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
    given = totp.code(SHA1, totp.step_at(at) + late)

    assert (totp.find_step(SHA1, given, at=at) is not None) == is_taken


@pytest.mark.parametrize("given", ["", "12345", "abcdef", "１２３４５６", "1234567"])
def test_what_is_no_code_is_none(given):
    assert totp.find_step(SHA1, given, at=datetime.datetime.fromtimestamp(59, datetime.UTC)) is None


def test_a_code_counts_once():
    at = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
    step = totp.find_step(SHA1, totp.code(SHA1, totp.step_at(at)), at=at)

    assert totp.find_step(SHA1, totp.code(SHA1, totp.step_at(at)), at=at, after=step) is None


def test_the_address_says_what_applications_read():
    said = totp.address(b"\0" * 20, issuer="湖州市", account="police.s")

    assert said.startswith("otpauth://totp/%E6%B9%96%E5%B7%9E%E5%B8%82%3Apolice.s?secret=" + "A" * 32 + "&issuer=%E6")
    assert len(totp.make_secret()) == 20
