"""The national algorithms: SM3 and HMAC-SM3 (GM/T 0004), SM4-GCM (GM/T 0002), SM2 signatures (GM/T 0003)."""

from __future__ import annotations

import functools

import gmssl_pyx  # type: ignore[import-untyped]  # its stubs are not marked as typed
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SECRET_BYTES, PUBLIC_BYTES, TAG_BYTES = 32, 64, 16
# GB/T 32918.5-2017: the recommended curve's a, b and base point, as they enter the digest of who signs.
CURVE = bytes.fromhex(
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)
# GM/T 0009-2012, 10: the name of a signer who has no other.
SIGNER = b"1234567812345678"


def digest(data: bytes) -> bytes:
    """SM3."""
    made = hashes.Hash(hashes.SM3())
    made.update(data)
    return made.finalize()


def mac(key: bytes, data: bytes) -> bytes:
    """HMAC-SM3."""
    made = hmac.HMAC(key, hashes.SM3())
    made.update(data)
    return made.finalize()


def encrypt(key: bytes, nonce: bytes, text: bytes, about: bytes) -> bytes:
    """SM4-GCM (RFC 8998): the ciphertext, then its tag."""
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(about)
    return cipher.update(text) + cipher.finalize() + cipher.tag


def decrypt(key: bytes, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
    """What was encrypted; raises InvalidTag, or ValueError where it is too short."""
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
    cipher.authenticate_additional_data(about)
    return cipher.update(sealed[:-TAG_BYTES]) + cipher.finalize()


def make_key() -> bytes:
    """A new SM2 key: the secret number, then the public point, which enters what is signed."""
    public, secret = gmssl_pyx.sm2_key_generate()
    return bytes(secret) + bytes(public)


def public_key(private: bytes) -> bytes:
    """The public point of a key."""
    return private[SECRET_BYTES:]


def sign(private: bytes, data: bytes) -> bytes:
    """The SM2 signature as GM/T 0009 writes it (DER). The digest is made here: the library's own way is 14 times slower."""
    made = gmssl_pyx.sm2_sign_sm3_digest(private[:SECRET_BYTES], message_digest(private[SECRET_BYTES:], data))
    return bytes(made)


def is_signed(public: bytes, data: bytes, signature: bytes) -> bool:
    """True where the key's owner signed the data; a point that is not on the curve has signed nothing."""
    try:
        _check_point(public)
        return bool(gmssl_pyx.sm2_verify_sm3_digest(public, message_digest(public, data), signature))
    except gmssl_pyx.GmsslInnerError:
        return False


def message_digest(public: bytes, data: bytes) -> bytes:
    """GM/T 0003.2, 6.1: SM3 over the signer's digest and the message."""
    return digest(_signer_digest(public) + data)


@functools.lru_cache(maxsize=64)
def _signer_digest(public: bytes) -> bytes:
    """GM/T 0003.2, 5.5: SM3 over the length and name of the signer, the curve and the public point."""
    return digest((8 * len(SIGNER)).to_bytes(2, "big") + SIGNER + CURVE + public)


@functools.lru_cache(maxsize=64)
def _check_point(public: bytes) -> None:
    if len(public) != PUBLIC_BYTES:
        raise gmssl_pyx.InvalidValueError("a public point has 64 bytes")
    gmssl_pyx.normalize_sm2_public_key(public)
