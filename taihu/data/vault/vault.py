"""The vault of one platform: makes tokens, keeps the values they stand for, gives single values back."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from taihu.data.ledger import keys as key_files
from taihu.data.ledger.suite import NONCE_BYTES, ONLY_INTL_1, NotOpened, Policy
from taihu.data.vault import pairs, part
from taihu.data.vault.keys import VaultKeys
from taihu.terms import fault

TOKEN = re.compile(r"[0-9a-f]{32}")
TOKEN_CHARACTERS = 32
BLOCK_BYTES = 64
CHUNK_ROWS = 4_000_000
MOST_PARTS = 12
SUITE_END = b"\0"
EPOCH_FILE = "epoch"


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of keeping: values new to the vault, and values that it had."""

    new: int
    known: int


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation left: pairs under the new key, pairs that were forgotten, and the number of the new key."""

    pairs: int
    forgotten: int
    epoch: int


class Vault:
    """Values under `root`, sealed; keys beside it in `keys`, each in a file of its own.

    A purpose's tokens keep the suite for which its key was made, so that they join for ever; what is sealed
    names its suite, and is sealed anew with the suite that the policy writes with.
    """

    def __init__(self, root: Path, *, keys: Path | None = None, policy: Policy = ONLY_INTL_1) -> None:
        self._root = root
        self._policy = policy
        self._keys = VaultKeys(keys or root.parent / "keys", policy)

    def key(self, purpose: str) -> bytes:
        """The 32 bytes of a purpose's key; made at first use, by whichever process comes first."""
        return self._keys.of_tokens(purpose).secret

    def token(self, value: str, *, purpose: str = "platform") -> str:
        """The keyed token of a value: 32 hexadecimal digits. Tokens of two purposes cannot be joined."""
        key = self._keys.of_tokens(purpose)
        return key.suite.mac(key.secret, value.encode()).hex()[:TOKEN_CHARACTERS]

    def seal(self, text: bytes, *, purpose: str, about: bytes) -> bytes:
        """The text under a purpose's key, with the name of the suite in front; it opens only for the same `about`."""
        suite, nonce = self._policy.writes, os.urandom(NONCE_BYTES)
        name = suite.id.encode() + SUITE_END
        return name + nonce + suite.seal(self._keys.of_seals(purpose, suite), nonce, text, name + about)

    def unseal(self, sealed: bytes, *, purpose: str, about: bytes) -> bytes:
        """What was sealed; raises NotOpened, UnknownSuite or NotAccepted."""
        name, end, rest = sealed.partition(SUITE_END)
        if not (end and name.isascii()):
            raise NotOpened("密文没有写明密码套件", help="请核对密文是否完整")
        suite = self._policy.find(name.decode())
        key = self._keys.of_seals(purpose, suite)
        return suite.unseal(key, rest[:NONCE_BYTES], rest[NONCE_BYTES:], name + end + about)

    def token_sql(self, column_sql: str, *, purpose: str = "platform") -> tuple[str, dict[str, bytes]]:
        """DuckDB's expression for the token of a text expression, with its named parameters.

        HMAC by its definition (RFC 2104): two digests, with the key's blocks as parameters `$token_inner_…`.
        """
        key = self._keys.of_tokens(purpose)
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

    def rotate(self, *, without: Iterable[str] = ()) -> Rotated:
        """Seals all values under a new key and destroys the old ones; forgets the values of the tokens in `without`.

        Copies of the vault made before open no more with the keys that remain. Killed at any point, the values are
        whole, and the next call does the whole work again.
        """
        gone = sorted(set(without))
        if not all(map(TOKEN.fullmatch, gone)):
            raise pairs.NotAToken("不是令牌", help="令牌为 32 位十六进制数字")
        with self._writing():
            epoch, kept, seen = self._begin_epoch(), 0, 0
            for folder in reversed(self._parts()):
                shape = part.read_shape(folder / "values", self._policy)
                buckets = list(self._read_whole(folder / "values", shape))
                whole = pairs.join(buckets)
                seen += len(whole)
                kept += self._keep(pairs.without(whole, gone), instead_of=(folder,))
                self._remove(folder)
            self._keys.destroy_values_before(epoch)
        return Rotated(kept, seen - kept, epoch)

    def _epoch(self) -> int:
        try:
            return int((self._root / EPOCH_FILE).read_text("ascii"))
        except FileNotFoundError:
            return 0

    def _begin_epoch(self) -> int:
        """From now on new parts are sealed under the next key."""
        epoch = self._epoch() + 1
        draft = self._root / f"draft-{EPOCH_FILE}" / EPOCH_FILE
        fault.point("vault.rotate.epoch")
        draft.parent.mkdir(mode=0o700)
        with draft.open("x", encoding="ascii") as stream:
            stream.write(str(epoch))
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self._root / EPOCH_FILE)
        draft.parent.rmdir()
        key_files.sync_folder(self._root)
        return epoch

    def rotate_tokens(self, purpose: str) -> None:
        """Replaces the key of one grant's tokens: from now on its tokens join with none that it got before.

        Raises JoinsForEver for the platform's own tokens, by which rows find each other in all zones.
        """
        self._keys.replace_grant(purpose)

    def end_key(self, purpose: str) -> None:
        """Destroys the sealing keys of a purpose: what was sealed for it opens no more."""
        self._keys.end(purpose)

    def _reveal(self, wanted: set[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for folder in self._parts():
            missing = wanted - found.keys()
            if missing:
                found |= self._read(folder / "values", missing)
        return found

    def _read(self, path: Path, tokens: set[str]) -> dict[str, str]:
        shape = part.read_shape(path, self._policy)
        key = self._keys.of_values(shape, path.parent)
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
        shape = part.Shape(self._policy.writes, part.digits_for(len(new)), len(new), self._epoch())
        key = self._keys.of_new_values(shape.epoch, shape.suite)
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
            self._remove(folder)

    def _remove(self, folder: Path) -> None:
        draft = folder.with_name(folder.name.replace("part-", "draft-"))
        fault.point("vault.merge.remove")
        folder.rename(draft)
        shutil.rmtree(draft)

    def _read_whole(self, path: Path, shape: part.Shape) -> Iterator[pairs.Pairs]:
        return part.read_buckets(path, shape, range(shape.buckets), self._keys.of_values(shape, path.parent))


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
