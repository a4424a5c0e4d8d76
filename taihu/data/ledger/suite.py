"""Names the sets of algorithms behind one interface, and says which of them a node accepts and writes with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from taihu.data.ledger import gm, intl
from taihu.terms.problem import Problem

NONCE_BYTES = 12
SETTING = "TAIHU_SUITE"


class UnknownSuite(Problem):
    """A signature, digest, ciphertext or setting names a set of algorithms that is not known here."""

    code = "L-020"


class NotAccepted(Problem):
    """The set of algorithms is known, but the policy of this node does not accept it."""

    code = "L-021"
    status = 503


class NotOpened(Problem):
    """A sealed text was changed, or sealed with another key."""

    code = "K-050"
    status = 500


@dataclass(frozen=True, slots=True)
class Suite:
    """One set of algorithms. Every digest, signature and ciphertext names its suite; there is no fallback.

    `engine_digest` is the name of the digest as a function of the engine, from BLOB to hexadecimal VARCHAR.
    """

    id: str
    engine_digest: str
    seal_key_bytes: int
    digest: Callable[[bytes], bytes]
    mac: Callable[[bytes, bytes], bytes]
    seal: Callable[[bytes, bytes, bytes, bytes], bytes]
    decrypt: Callable[[bytes, bytes, bytes, bytes], bytes]
    make_key: Callable[[], bytes]
    public_key: Callable[[bytes], bytes]
    sign: Callable[[bytes, bytes], bytes]
    is_signed: Callable[[bytes, bytes, bytes], bool]

    def key_id(self, public: bytes) -> str:
        """The name of a public key: the first 16 hexadecimal digits of its digest."""
        return self.digest(public).hex()[:16]

    def unseal(self, key: bytes, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
        """What was sealed; raises NotOpened."""
        try:
            return self.decrypt(key, nonce, sealed, about)
        except (InvalidTag, ValueError):
            raise NotOpened("密文与密钥不符，或已被改动", help="请核对密钥文件，或从备份恢复") from None


INTL_1 = Suite(
    id="intl-1",
    engine_digest="sha256",
    seal_key_bytes=32,
    digest=intl.digest,
    mac=intl.mac,
    seal=intl.encrypt,
    decrypt=intl.decrypt,
    make_key=intl.make_key,
    public_key=intl.public_key,
    sign=intl.sign,
    is_signed=intl.is_signed,
)
GM_1 = Suite(
    id="gm-1",
    engine_digest="sm3",
    seal_key_bytes=16,
    digest=gm.digest,
    mac=gm.mac,
    seal=gm.encrypt,
    decrypt=gm.decrypt,
    make_key=gm.make_key,
    public_key=gm.public_key,
    sign=gm.sign,
    is_signed=gm.is_signed,
)

SUITES: Mapping[str, Suite] = {suite.id: suite for suite in (INTL_1, GM_1)}


@dataclass(frozen=True, slots=True)
class Policy:
    """Which suites a node accepts, and the one that it writes with."""

    writes: Suite
    accepts: frozenset[str]

    def find(self, id: str) -> Suite:  # noqa: A002 - the field's name in every signature
        """The suite of that id; raises UnknownSuite, or NotAccepted where the node's policy does not name it."""
        suite = find(id)
        if suite.id not in self.accepts:
            raise NotAccepted(
                f"本节点不接受密码套件 {suite.id}，只接受{'、'.join(sorted(self.accepts))}",
                where=SETTING,
                help=f"如确需读取旧数据，请把 {suite.id} 列入环境变量 {SETTING}（排在写入套件之后）",
            )
        return suite


def find(id: str) -> Suite:  # noqa: A002 - the field's name in every signature
    """The suite of that id; raises UnknownSuite naming the known ones."""
    suite = SUITES.get(id)
    if suite is None:
        raise UnknownSuite(f"不认识的密码套件 {id[:40]!r}，已知的有：{'、'.join(SUITES)}")
    return suite


def read_policy(text: str) -> Policy:
    """The policy as an operator writes it: `gm-1,intl-1` writes with the first and accepts all that are listed."""
    named = [find(part.strip()) for part in text.split(",")]
    return Policy(named[0], frozenset(suite.id for suite in named))


ONLY_INTL_1 = read_policy(INTL_1.id)
