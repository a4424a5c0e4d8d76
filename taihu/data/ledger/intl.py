"""The international algorithms: SHA-256 and HMAC (FIPS 180-4, RFC 2104), AES-256-GCM, Ed25519 (RFC 8032)."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BLOCK_BYTES = 64
INNER, OUTER = bytes(b ^ 0x36 for b in range(256)), bytes(b ^ 0x5C for b in range(256))


def digest(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def mac(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA-256 by its definition (RFC 2104): `hmac.digest` lets go of the interpreter for every short text."""
    block = (key if len(key) <= BLOCK_BYTES else hashlib.sha256(key).digest()).ljust(BLOCK_BYTES, b"\0")
    inner = hashlib.sha256(block.translate(INNER) + data).digest()
    return hashlib.sha256(block.translate(OUTER) + inner).digest()


def encrypt(key: bytes, nonce: bytes, text: bytes, about: bytes) -> bytes:
    """AES-256-GCM: the ciphertext, then its tag."""
    return AESGCM(key).encrypt(nonce, text, about)


def decrypt(key: bytes, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
    """What was encrypted; raises InvalidTag, or ValueError where it is too short."""
    return AESGCM(key).decrypt(nonce, sealed, about)


def make_key() -> bytes:
    """A new Ed25519 key."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key(private: bytes) -> bytes:
    """The public half of a key."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(private: bytes, data: bytes) -> bytes:
    """The Ed25519 signature."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(data)


def is_signed(public: bytes, data: bytes, signature: bytes) -> bool:
    """True where the key's owner signed the data."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True
