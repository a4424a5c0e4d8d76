"""Rotates keys, each rotation entered in the ledger: of the vault's values, of deliveries, of one grant's tokens.

The key of the platform's own tokens is not among them: tokens are join keys in every zone and in every version, and a
token is worth nothing to who lacks that key. Where it was disclosed, the lake is refined anew from the deliveries into
a new city under a new key; `docs/decisions` says how.
"""

from __future__ import annotations

import datetime

from taihu.data.engines import exclusion
from taihu.data.engines.stores import Stores
from taihu.data.guard import conceal
from taihu.data.ledger.entry import Entry


def rotate_values(*, stores: Stores, by: str, at: datetime.datetime) -> int:
    """Seals all values of the vault under a new key; returns how many."""
    with exclusion.erasing(stores.root):
        rotated = stores.vault.rotate()
    _enter("vault.rotate", stores, by, at, values=str(rotated.pairs), epoch=str(rotated.epoch))
    return rotated.pairs


def rotate_deliveries(*, stores: Stores, by: str, at: datetime.datetime) -> int:
    """Wraps the keys of all deliveries with a new master key; returns how many."""
    count = stores.objects.rotate_master()
    _enter("objects.rotate", stores, by, at, keys=str(count))
    return count


def rotate_grant(*, grant: str, stores: Stores, by: str, at: datetime.datetime) -> None:
    """Gives one grant's tokens a new key: what it gets from now on joins with nothing that it got before."""
    stores.vault.rotate_tokens(conceal.purpose_of(grant, stores.vault))
    stores.ledger.append(Entry(at=at, act="grant.tokens.rotate", by=by, system="terminal", grant=grant))


def _enter(act: str, stores: Stores, by: str, at: datetime.datetime, **detail: str) -> None:
    stores.ledger.append(Entry(at=at, act=act, by=by, system="terminal", detail=detail))
