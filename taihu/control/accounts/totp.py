"""One-time codes by the clock (RFC 6238, over RFC 4226), as authenticator applications make them."""

from __future__ import annotations

import base64
import datetime
import hmac
import secrets
import urllib.parse

SECRET_BYTES = 20
STEP_SECONDS = 30
DIGITS = 6
SLACK_STEPS = 1


def make_secret() -> bytes:
    """A new shared secret, as long as the digest (RFC 4226, 4)."""
    return secrets.token_bytes(SECRET_BYTES)


def step_at(at: datetime.datetime) -> int:
    """The number of the half minute."""
    return int(at.timestamp()) // STEP_SECONDS


def code(secret: bytes, step: int, *, digits: int = DIGITS, algorithm: str = "sha1") -> str:
    """The code of a step. Applications know SHA-1 only; RFC 6238 has its reasons why that is safe in an HMAC."""
    made = hmac.digest(secret, step.to_bytes(8, "big"), algorithm)
    start = made[-1] & 0xF
    number = int.from_bytes(made[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def find_step(secret: bytes, given: str, *, at: datetime.datetime, after: int = -1) -> int | None:
    """The step whose code was given: now, or one to each side; none up to `after`, so that no code counts twice."""
    now = step_at(at)
    for step in range(now - SLACK_STEPS, now + SLACK_STEPS + 1):
        if step > after and hmac.compare_digest(code(secret, step).encode(), given.encode()):
            return step
    return None


def spell(secret: bytes) -> str:
    """The secret as people type it into an application: base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, *, issuer: str, account: str) -> str:
    """What the QR code says: the `otpauth` address."""
    label = urllib.parse.quote(f"{issuer}:{account}")
    said = {"secret": spell(secret), "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{label}?{urllib.parse.urlencode(said, quote_via=urllib.parse.quote)}"
