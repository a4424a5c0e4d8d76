"""Keys of the vault: of tokens, which join for ever; of grants, which may be replaced; of values, which are rotated."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from taihu.data.ledger import keys as key_files
from taihu.data.ledger import suite as suites
from taihu.data.ledger.keys import Key
from taihu.data.ledger.suite import Policy, Suite
from taihu.data.vault.part import Shape
from taihu.terms import fault, problem

KEY_BYTES = 32
VALUES = "vault-values"
GRANT = re.compile(r"grant-[0-9a-f]{32}")


class KeyGone(problem.Problem):
    """Values are sealed with a key that was destroyed, or that was not brought back with them from a backup."""

    code = "K-054"
    status = 410


class JoinsForEver(problem.Problem):
    """The tokens of a purpose are join keys of the lake: their key cannot be replaced under them."""

    code = "K-055"
    status = 409


def values_key_name(epoch: int) -> str:
    """The name of the key under which values of an epoch are sealed."""
    return f"{VALUES}-{epoch}" if epoch else VALUES


class VaultKeys:
    """The key files of a vault, read once, and again when another process has changed the folder."""

    def __init__(self, folder: Path, policy: Policy) -> None:
        self._folder, self._policy = folder, policy
        self._known: dict[str, Key] = {}
        self._stamp = 0

    def of_tokens(self, purpose: str) -> Key:
        """The key of a purpose's tokens; made at first use for the suite that the policy writes with."""
        return self._find_or_make(purpose, KEY_BYTES, self._policy.writes)

    def of_seals(self, purpose: str, suite: Suite) -> bytes:
        """The key under which a purpose's texts are sealed."""
        return self._find_or_make(key_files.name_of(purpose, suite), suite.seal_key_bytes, suite).secret

    def of_new_values(self, epoch: int, suite: Suite) -> bytes:
        """The key under which values are sealed in an epoch."""
        return self.of_seals(values_key_name(epoch), suite)

    def of_values(self, shape: Shape, folder: Path) -> bytes:
        """The key of a part that is there; raises KeyGone, never makes one."""
        self._forget_changed()
        name = key_files.name_of(values_key_name(shape.epoch), shape.suite)
        found = self._known.get(name) or key_files.read(self._folder, name)
        if found is None:
            if not folder.is_dir():
                raise FileNotFoundError(folder.name)  # the part was sealed anew at this moment
            raise KeyGone("保险库原值的密钥已销毁。", where=folder.name, help="如系依法删除，请查看删除记录。")
        self._known[name] = found
        return found.secret

    def destroy_values_before(self, epoch: int) -> None:
        """Removes the keys of all earlier epochs."""
        for number in range(epoch):
            self.end(values_key_name(number))

    def end(self, purpose: str) -> None:
        """Removes the sealing keys of a purpose, in every suite."""
        for suite in suites.SUITES.values():
            path = self._folder / f"{key_files.name_of(purpose, suite)}.key"
            if path.is_file():
                fault.point("vault.key.end")
                path.unlink()
                key_files.sync_folder(self._folder)

    def replace_grant(self, purpose: str) -> None:
        """Puts a new key in the place of a grant's; raises JoinsForEver for any other purpose."""
        if not GRANT.fullmatch(purpose):
            raise JoinsForEver(
                "该用途的令牌用于各层数据关联，不能单独更换密钥。",
                where=purpose,
                help="可以更换的是某一授权的令牌密钥。",
            )
        fresh = f"{purpose}.next"
        key_files.read_or_make(self._folder, fresh, lambda: secrets.token_bytes(KEY_BYTES), suite=self._policy.writes)
        fault.point("vault.tokens.replace")
        (self._folder / f"{fresh}.key").replace(self._folder / f"{purpose}.key")
        key_files.sync_folder(self._folder)

    def _find_or_make(self, name: str, size: int, suite: Suite) -> Key:
        """The key of a name, made for `suite` where there is none; a known one must be of an accepted suite."""
        self._forget_changed()
        found = self._known.get(name)
        if found is None:
            found = key_files.read_or_make(self._folder, name, lambda: secrets.token_bytes(size), suite=suite)
            self._policy.find(found.suite.id)
            self._known[name] = found
        return found

    def _forget_changed(self) -> None:
        """Keys that were read before count no more once another process has changed the folder of keys."""
        try:
            stamp = os.stat(self._folder).st_mtime_ns  # noqa: PTH116 - asked at every token: no path is built
        except FileNotFoundError:
            stamp = 0
        if stamp != self._stamp:
            self._stamp = stamp
            self._known.clear()
