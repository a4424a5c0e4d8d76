"""Stores: everything that a city keeps, opened once per process and handed down as one value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from taihu.data.lake.lake import Lake
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

    def close(self) -> None:
        """Ends the ledger's writer and closes the lookup files of this thread."""
        self.ledger.close()
        self.serving.close()


def open_stores(root: Path, shelf: Shelf, *, segment: str) -> Stores:
    """Opens or makes the stores under a folder; this process writes the ledger segment of that name.

    A segment has one writer at a time: a second process that asks for it writes `<segment>-2`, and so on.
    """
    root = root.absolute()
    keys = root / "keys"
    return Stores(
        root=root,
        shelf=shelf,
        lake=Lake(root / "lake"),
        objects=Objects(root / "objects"),
        vault=Vault(root / "vault", keys=keys),
        serving=Serving(root / "serving"),
        ledger=Ledger(root / "ledger", segment, keys=keys),
    )
