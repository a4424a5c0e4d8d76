"""The vault of one platform: makes tokens, keeps the values they stand for, gives single values back."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from taihu.data.ledger import keys as key_files
from taihu.data.ledger.keys import Key
from taihu.data.ledger.suite import NONCE_BYTES, ONLY_INTL_1, NotOpened, Policy, Suite
from taihu.data.vault import pairs, part
from taihu.terms import fault

TOKEN = re.compile(r"[0-9a-f]{32}")
TOKEN_CHARACTERS = 32
BLOCK_BYTES = 64
CHUNK_ROWS = 4_000_000
MOST_PARTS = 12
KEY_BYTES = 32
VALUES = "vault-values"
SUITE_END = b"\0"


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of keeping: values new to the vault, and values that it had."""

    new: int
    known: int


class Vault:
    """Values under `root`, sealed; keys beside it in `keys`, each in a file of its own.

    A purpose's tokens keep the suite for which its key was made, so that they join for ever; what is sealed
    names its suite, and is sealed anew with the suite that the policy writes with.
    """

    def __init__(self, root: Path, *, keys: Path | None = None, policy: Policy = ONLY_INTL_1) -> None:
        self._root = root
        self._keys = keys or root.parent / "keys"
        self._policy = policy
        self._known_keys: dict[str, Key] = {}

    def key(self, purpose: str) -> bytes:
        """The 32 bytes of a purpose's key; made at first use, by whichever process comes first."""
        return self._key(purpose, KEY_BYTES, self._policy.writes).secret

    def token(self, value: str, *, purpose: str = "platform") -> str:
        """The keyed token of a value: 32 hexadecimal digits. Tokens of two purposes cannot be joined."""
        key = self._key(purpose, KEY_BYTES, self._policy.writes)
        return key.suite.mac(key.secret, value.encode()).hex()[:TOKEN_CHARACTERS]

    def seal(self, text: bytes, *, purpose: str, about: bytes) -> bytes:
        """The text under a purpose's key, with the name of the suite in front; it opens only for the same `about`."""
        suite, nonce = self._policy.writes, os.urandom(NONCE_BYTES)
        name = suite.id.encode() + SUITE_END
        return name + nonce + suite.seal(self._sealing_key(purpose, suite), nonce, text, name + about)

    def unseal(self, sealed: bytes, *, purpose: str, about: bytes) -> bytes:
        """What was sealed; raises NotOpened, UnknownSuite or NotAccepted."""
        name, end, rest = sealed.partition(SUITE_END)
        if not (end and name.isascii()):
            raise NotOpened("密文没有写明密码套件", help="请核对密文是否完整")
        suite = self._policy.find(name.decode())
        key = self._sealing_key(purpose, suite)
        return suite.unseal(key, rest[:NONCE_BYTES], rest[NONCE_BYTES:], name + end + about)

    def _sealing_key(self, purpose: str, suite: Suite) -> bytes:
        return self._key(key_files.name_of(purpose, suite), suite.seal_key_bytes, suite).secret

    def _key(self, name: str, size: int, suite: Suite) -> Key:
        """The key of a name, made for `suite` where there is none; a known one must be of an accepted suite."""
        found = self._known_keys.get(name)
        if found is None:
            found = key_files.read_or_make(self._keys, name, lambda: secrets.token_bytes(size), suite=suite)
            self._policy.find(found.suite.id)
            self._known_keys[name] = found
        return found

    def token_sql(self, column_sql: str, *, purpose: str = "platform") -> tuple[str, dict[str, bytes]]:
        """DuckDB's expression for the token of a text expression, with its named parameters.

        HMAC by its definition (RFC 2104): two digests, with the key's blocks as parameters `$token_inner_…`.
        """
        key = self._key(purpose, KEY_BYTES, self._policy.writes)
        block, digest = key.secret.ljust(BLOCK_BYTES, b"\0"), key.suite.engine_digest
        mark = key.suite.digest(purpose.encode()).hex()[:8]
        inner, outer = f"token_inner_{mark}", f"token_outer_{mark}"
        sql = (
            f"left({digest}(${outer}::BLOB || unhex({digest}(${inner}::BLOB || encode(({column_sql})::VARCHAR)))),"
            f" {TOKEN_CHARACTERS})"
        )
        return sql, {inner: bytes(b ^ 0x36 for b in block), outer: bytes(b ^ 0x5C for b in block)}

    def keep(self, rows: pa.RecordBatchReader | pa.Table) -> Kept:
        """Keeps (token, value) pairs, two text columns of these names; what is known already is not kept twice.

        Durable when it returns; a killed call leaves nothing, and the next one does the whole work again.
        Plain values stay in memory: four million rows of the input at a time.
        """
        new = total = 0
        with self._writing():
            for chunk in _chunks(rows):
                given = pairs.read(chunk)
                total += len(given)
                new += self._keep(given)
            self._merge()
        return Kept(new, total - new)

    def tidy(self) -> None:
        """Removes the drafts of a killed writer, as the next writer would."""
        if self._root.is_dir():
            with self._writing():
                pass

    def reveal(self, tokens: Iterable[str]) -> dict[str, str]:
        """The values of tokens, as far as the vault has them. Only the guard calls this."""
        wanted = set(tokens)
        if not all(map(TOKEN.fullmatch, wanted)):
            raise pairs.NotAToken("不是令牌", help="令牌为 32 位十六进制数字")
        while True:
            try:
                return self._reveal(wanted)
            except FileNotFoundError:  # a part was merged into another at this moment
                continue

    def _reveal(self, wanted: set[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for folder in self._parts():
            missing = wanted - found.keys()
            if missing:
                found |= self._read(folder / "values", missing)
        return found

    def _read(self, path: Path, tokens: set[str]) -> dict[str, str]:
        shape = part.read_shape(path, self._policy)
        key = self._sealing_key(VALUES, shape.suite)
        by_bucket: dict[int, list[str]] = {}
        for token in tokens:
            by_bucket.setdefault(part.bucket_of(shape, token), []).append(token)
        found: dict[str, str] = {}
        for number in sorted(by_bucket):
            for bucket in part.read_buckets(path, shape, (number,), key):
                found |= bucket.find(by_bucket[number])
        return found

    def _parts(self) -> list[Path]:
        return sorted((folder for folder in self._root.glob("part-*") if folder.is_dir()), reverse=True)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """One writer at a time, over all processes; what a killed one left is removed."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        fault.point("vault.keep.lock")
        descriptor = os.open(self._root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            for draft in self._root.glob("draft-*"):
                shutil.rmtree(draft)
            yield
        finally:
            os.close(descriptor)

    def _keep(self, given: pairs.Pairs, *, instead_of: Sequence[Path] = ()) -> int:
        """Writes one part with the pairs that no other part has; `instead_of` are parts it takes the place of."""
        parts = self._parts()
        known = [_read_tokens(folder / "tokens") for folder in parts if folder not in instead_of]
        new = pairs.fresh(given, known)
        if not len(new):
            return 0
        number = int(parts[0].name.removeprefix("part-")) + 1 if parts else 1
        draft = self._root / f"draft-{number:08}"
        draft.mkdir(mode=0o700)
        shape = part.Shape(self._policy.writes, part.digits_for(len(new)), len(new))
        key = self._sealing_key(VALUES, shape.suite)
        part.write(draft / "values", pairs.cut(new, shape.digits), shape=shape, key=key)
        _write_tokens(draft / "tokens", new)
        key_files.sync_folder(draft)
        fault.point("vault.keep.rename")
        draft.rename(self._root / f"part-{number:08}")
        key_files.sync_folder(self._root)
        return len(new)

    def _merge(self) -> None:
        """Makes one part of all but the largest, when there are many."""
        parts = self._parts()
        if len(parts) <= MOST_PARTS:
            return
        shapes = {folder: part.read_shape(folder / "values", self._policy) for folder in parts}
        small = sorted(parts, key=lambda folder: shapes[folder].rows)[:-1]
        buckets = [bucket for folder in small for bucket in self._read_whole(folder / "values", shapes[folder])]
        self._keep(pairs.join(buckets), instead_of=small)
        for folder in small:
            draft = folder.with_name(folder.name.replace("part-", "draft-"))
            fault.point("vault.merge.remove")
            folder.rename(draft)
            shutil.rmtree(draft)

    def _read_whole(self, path: Path, shape: part.Shape) -> Iterator[pairs.Pairs]:
        return part.read_buckets(path, shape, range(shape.buckets), self._sealing_key(VALUES, shape.suite))


def _write_tokens(path: Path, new: pairs.Pairs) -> None:
    """Writes the sorted tokens of a part, by which later deliveries are told what is known."""
    fault.point("vault.keep.tokens")
    with path.open("xb") as stream:
        stream.write(new.tokens.tobytes())
        stream.flush()
        os.fsync(stream.fileno())


def _read_tokens(path: Path) -> np.ndarray[tuple[int, int], np.dtype[np.uint64]]:
    return np.fromfile(path, dtype=">u8").reshape(-1, 2)


def _chunks(rows: pa.RecordBatchReader | pa.Table) -> Iterator[pa.Table]:
    """The input in tables of some million rows."""
    reader = rows.to_reader() if isinstance(rows, pa.Table) else rows
    waiting: list[pa.RecordBatch] = []
    for batch in reader:
        waiting.append(batch)
        if sum(b.num_rows for b in waiting) >= CHUNK_ROWS:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)
