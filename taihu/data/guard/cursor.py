"""Cursor: where the next page begins, sealed, because it may hold values that the reader must not see."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import orjson

from taihu.data.guard.refused import WrongPlace
from taihu.data.ledger.suite import NotAccepted, NotOpened, UnknownSuite
from taihu.data.vault.vault import Vault

PURPOSE = "page-cursor"


def seal(values: Sequence[object], *, about: str, vault: Vault) -> str:
    """The text that a page gives as `next`; it opens only for the same question under the same grant."""
    sealed = vault.seal(orjson.dumps(list(values)), purpose=PURPOSE, about=about.encode())
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(text: str, *, about: str, vault: Vault) -> list[object]:
    """What was sealed; raises WrongPlace."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        opened = vault.unseal(data, purpose=PURPOSE, about=about.encode())
    except (ValueError, binascii.Error, NotOpened, NotAccepted, UnknownSuite):
        raise WrongPlace("翻页位置无效或不属于这次查询", help="请从第一页重新查询") from None
    found: list[object] = orjson.loads(opened)
    return found
