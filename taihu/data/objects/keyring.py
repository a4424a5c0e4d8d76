"""Keyring: one key for each object, wrapped by a master key, apart from the objects; without its key an object is gone."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from taihu.data.ledger import file
from taihu.data.ledger import keys as key_files
from taihu.data.ledger.suite import NONCE_BYTES, Policy, Suite
from taihu.terms import fault, problem

TABLES = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, suite TEXT NOT NULL, master INTEGER NOT NULL, wrapped BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS keys_of_object ON keys (sha256);
CREATE TABLE IF NOT EXISTS master (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL);
INSERT INTO master VALUES (1, 1);
"""
MASTER = "objects-master"
READS = 3


class KeyDestroyed(problem.Problem):
    """The key of an object is not there any more: the object was deleted, whoever still has its bytes."""

    code = "K-004"
    status = 410


class Keyring:
    """The wrapped keys in `<root>/objects.sqlite3`, the master keys as `objects-master-<number>` among the key files.

    To destroy keys also replaces the master key: an older copy of the keyring opens nothing with the keys that
    remain. Only somebody who had copied objects, keyring and master key together keeps what they open.
    """

    def __init__(self, root: Path, *, keys: Path, policy: Policy) -> None:
        self._path, self._keys, self._policy = root / "objects.sqlite3", keys, policy

    def add(self, key_id: str, sha256: str, key: bytes) -> None:
        """Keeps the key of a new object; durable when it returns."""
        with self._writing() as connection:
            number = _current(connection)
            suite = self._policy.writes
            fault.point("keyring.add.insert")
            wrapped = self._wrap(number, suite, key, _about(key_id, sha256))
            connection.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?)", (key_id, sha256, suite.id, number, wrapped))

    def find(self, key_id: str, sha256: str) -> bytes:
        """The key of an object; raises KeyDestroyed, or NotOpened where the keyring was tampered with."""
        for _ in range(READS):
            with self._open() as connection:
                row = connection.execute(
                    "SELECT suite, master, wrapped FROM keys WHERE id = ? AND sha256 = ?", (key_id, sha256)
                ).fetchone()
            if row is None:
                break
            suite = self._policy.find(row[0])
            master = key_files.read(self._keys, _name(row[1], suite))
            if master is not None:  # else the master key was replaced between the two looks
                return suite.unseal(master.secret, row[2][:NONCE_BYTES], row[2][NONCE_BYTES:], _about(key_id, sha256))
        raise KeyDestroyed(
            "该文件的密钥已销毁，内容无法再读取。", where=sha256[:12], help="如系依法删除，请查看删除记录。"
        )

    def has(self, sha256: str) -> bool:
        """True where a key of the object is kept."""
        with self._open() as connection:
            return connection.execute("SELECT 1 FROM keys WHERE sha256 = ?", (sha256,)).fetchone() is not None

    def destroy(self, objects: Iterable[str]) -> int:
        """Destroys the keys of objects and replaces the master key; returns how many went. Repeat it after a kill."""
        wanted = [(sha256,) for sha256 in objects]
        with self._writing() as connection:
            before = connection.total_changes
            fault.point("keyring.destroy.delete")
            connection.executemany("DELETE FROM keys WHERE sha256 = ?", wanted)
            gone = connection.total_changes - before
            self._rewrap(connection)
        self._forget_masters()
        return gone

    def rotate(self) -> int:
        """Replaces the master key; returns how many keys are wrapped anew. Repeat it after a kill."""
        with self._writing() as connection:
            count = self._rewrap(connection)
        self._forget_masters()
        return count

    def _rewrap(self, connection: sqlite3.Connection) -> int:
        number, suite = _current(connection) + 1, self._policy.writes
        rows = connection.execute("SELECT id, sha256, suite, master, wrapped FROM keys").fetchall()
        fresh = []
        for key_id, sha256, named, master, wrapped in rows:
            about = _about(key_id, sha256)
            key = self._unwrap(master, self._policy.find(named), wrapped, about)
            fresh.append((suite.id, number, self._wrap(number, suite, key, about), key_id))
        fault.point("keyring.rotate.update")
        connection.executemany("UPDATE keys SET suite = ?, master = ?, wrapped = ? WHERE id = ?", fresh)
        connection.execute("UPDATE master SET number = ?", (number,))
        return len(fresh)

    def _forget_masters(self) -> None:
        """Empties the write-ahead log of old pages and removes the master keys that wrap nothing any more."""
        with self._open() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            number = _current(connection)
        for path in self._keys.glob(f"{MASTER}-*.key"):
            if int(path.name.removeprefix(f"{MASTER}-").partition(".")[0]) < number:
                fault.point("keyring.rotate.remove")
                path.unlink(missing_ok=True)
        if self._keys.is_dir():
            key_files.sync_folder(self._keys)

    def _wrap(self, number: int, suite: Suite, key: bytes, about: bytes) -> bytes:
        master = key_files.read_or_make(
            self._keys, _name(number, suite), lambda: secrets.token_bytes(suite.seal_key_bytes), suite=suite
        )
        nonce = os.urandom(NONCE_BYTES)
        return nonce + suite.seal(master.secret, nonce, key, about)

    def _unwrap(self, number: int, suite: Suite, wrapped: bytes, about: bytes) -> bytes:
        master = key_files.read(self._keys, _name(number, suite))
        if master is None:
            raise KeyDestroyed("缺少对象主密钥。", where=_name(number, suite), help="请从备份恢复该密钥文件。")
        return suite.unseal(master.secret, wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], about)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = file.open_file(self._path, TABLES)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            yield connection
        finally:
            connection.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection, file.transaction(connection):
            yield connection
            fault.point("keyring.write.commit")


def _current(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT number FROM master").fetchone()[0])


def _name(number: int, suite: Suite) -> str:
    return key_files.name_of(f"{MASTER}-{number}", suite)


def _about(key_id: str, sha256: str) -> bytes:
    """Binds a key to its object: keys cannot be exchanged."""
    return f"taihu-keyring-1 {key_id} {sha256}".encode()
