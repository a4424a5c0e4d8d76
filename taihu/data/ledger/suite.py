"""Names the sets of algorithms behind one facade, so that another set can stand beside the first."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from taihu.terms.problem import Problem

NONCE_BYTES = 12


class UnknownSuite(Problem):
    """A signature, digest or ciphertext names a set of algorithms that is not known here."""

    code = "L-020"


class NotOpened(Problem):
    """A sealed text was changed, or sealed with another key."""

    code = "K-050"
    status = 500


@dataclass(frozen=True, slots=True)
class Suite:
    """One set of algorithms. Every digest, signature and ciphertext names its suite; there is no fallback."""

    id: str
    digest: Callable[[bytes], bytes]
    mac: Callable[[bytes, bytes], bytes]
    seal: Callable[[bytes, bytes, bytes, bytes], bytes]
    unseal: Callable[[bytes, bytes, bytes, bytes], bytes]
    make_key: Callable[[], bytes]
    public_key: Callable[[bytes], bytes]
    sign: Callable[[bytes, bytes], bytes]
    is_signed: Callable[[bytes, bytes, bytes], bool]

    def key_id(self, public: bytes) -> str:
        """The name of a public key: the first 16 hexadecimal digits of its digest."""
        return self.digest(public).hex()[:16]


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _hmac_sha256(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def _seal(key: bytes, nonce: bytes, text: bytes, about: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, text, about)


def _unseal(key: bytes, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(nonce, sealed, about)
    except InvalidTag:
        raise NotOpened("密文与密钥不符,或已被改动", help="请核对密钥文件,或从备份恢复") from None


def _make_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()


def _public_key(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _sign(private: bytes, data: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).sign(data)


def _is_signed(public: bytes, data: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


# SHA-256, HMAC-SHA-256, AES-256-GCM, Ed25519. `gm-1` (SM3, SM4, SM2) joins the table under its own id.
INTL_1 = Suite("intl-1", _sha256, _hmac_sha256, _seal, _unseal, _make_key, _public_key, _sign, _is_signed)

SUITES: Mapping[str, Suite] = {suite.id: suite for suite in (INTL_1,)}


def find(id: str) -> Suite:  # noqa: A002 - the field's name in every signature
    """The suite of that id; raises UnknownSuite naming the known ones."""
    suite = SUITES.get(id)
    if suite is None:
        raise UnknownSuite(f"不认识的密码套件 {id[:40]!r},本节点接受:{'、'.join(SUITES)}")
    return suite
