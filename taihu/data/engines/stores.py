"""Stores: everything that a city keeps, opened once per process and handed down as one value."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from pathlib import Path

from taihu.data.lake.lake import Lake
from taihu.data.ledger import suite as suites
from taihu.data.ledger.ledger import Ledger
from taihu.data.objects.objects import Objects
from taihu.data.serving.lookup import Serving
from taihu.data.vault.vault import Vault
from taihu.terms.shelf import Shelf


@dataclass(frozen=True)
class Stores:
    """The root folder, the packs on the shelf, and the open stores under the root."""

    root: Path
    shelf: Shelf
    lake: Lake
    objects: Objects
    vault: Vault
    serving: Serving
    ledger: Ledger

    def changed(self, **parts: object) -> Stores:
        """The same stores with others in place of some: an earlier shelf, a pinned lake."""
        return dataclasses.replace(self, **parts)  # type: ignore[arg-type]

    def close(self) -> None:
        """Ends the ledger's writer and closes the lookup files of this thread."""
        self.ledger.close()
        self.serving.close()


def open_stores(root: Path, shelf: Shelf, *, segment: str) -> Stores:
    """Opens or makes the stores under a folder; this process writes the ledger segment of that name.

    A segment has one writer at a time: a second process that asks for it writes `<segment>-2`, and so on.
    `TAIHU_SUITE` names the sets of algorithms that this node accepts; with the first of them it writes.
    """
    root = root.absolute()
    policy = suites.read_policy(os.environ.get(suites.SETTING, suites.INTL_1.id))
    keys = root / "keys"
    return Stores(
        root=root,
        shelf=shelf,
        lake=Lake(root / "lake"),
        objects=Objects(root / "objects", keys=keys, policy=policy),
        vault=Vault(root / "vault", keys=keys, policy=policy),
        serving=Serving(root / "serving"),
        ledger=Ledger(root / "ledger", segment, keys=keys, policy=policy),
    )
