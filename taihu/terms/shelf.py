"""Shelf: all packs that stand on disk, read at once and found by name."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from taihu.terms import check_names, entry, placed, read_pack, standard
from taihu.terms.dataset import Dataset
from taihu.terms.pack import Pack, Query, UnknownName, Wrong


@dataclass(frozen=True)
class Shelf:
    """The packs of a city by id, and the folder of its standards."""

    root: Path
    packs: Mapping[str, Pack]

    @functools.cached_property
    def standards(self) -> standard.Standards:
        """The standards beside the packs, read on first use."""
        return standard.read_standards(self.root / "standards")

    def pack(self, pack_id: str) -> Pack:
        """The pack of that id; raises UnknownName naming the known ones."""
        if pack_id not in self.packs:
            raise UnknownName("数据包", pack_id, entry.tell_known(pack_id, self.packs))
        return self.packs[pack_id]

    def datasets(self) -> Iterator[Dataset]:
        """All datasets of all packs, in order of their ids."""
        for pack_id in sorted(self.packs):
            yield from self.packs[pack_id].datasets

    def dataset(self, dataset_id: str) -> Dataset:
        """The dataset of that id; raises UnknownName naming the known ones."""
        pack = self.packs.get(dataset_id.rpartition(".")[0])
        for dataset in pack.datasets if pack else ():
            if dataset.id == dataset_id:
                return dataset
        raise UnknownName("数据资源", dataset_id, entry.tell_known(dataset_id, (d.id for d in self.datasets())))

    def query(self, query_id: str) -> Query:
        """The query of that id; raises UnknownName naming the known ones of its pack."""
        pack = self.packs.get(query_id.rpartition(".")[0])
        for query in pack.queries if pack else ():
            if query.id == query_id:
                return query
        known = (q.id for q in (pack.queries if pack else ()))
        raise UnknownName("查询", query_id, entry.tell_known(query_id, known))

    def tables_of(self, pack_id: str) -> dict[str, Dataset]:
        """What queries of a pack may read: its own datasets by short and full name, those of `uses` by full name."""
        pack = self.pack(pack_id)
        tables = {d.name: d for d in pack.datasets} | {d.id: d for d in pack.datasets}
        for used in pack.uses:
            if used in self.packs:
                tables |= {d.id: d for d in self.packs[used].datasets}
            else:
                tables[used] = self.dataset(used)
        return tables

    def queries_of(self, pack_id: str) -> dict[str, str]:
        """The texts of a pack's own queries by name, dated parameters among them."""
        return {query.name: query.text for query in self.pack(pack_id).queries}


def look_at(root: Path) -> tuple[Shelf, placed.Faults]:
    """Reads all packs under the root and gives what could be read with all that is wrong."""
    faults = placed.Faults()
    packs: dict[str, Pack] = {}
    for pack_id, folder in read_pack.find_folders(root, faults):
        pack = read_pack.read_pack(folder, pack_id, root, faults)
        if pack is not None:
            packs[pack_id] = pack
    shelf = Shelf(root, packs)
    check_names.check_names(shelf.packs, faults)
    return shelf, faults


def read_shelf(root: Path) -> Shelf:
    """Reads all packs under the root; raises Wrong with every fault at once."""
    shelf, faults = look_at(root)
    if len(faults):
        raise Wrong(tuple(faults))
    return shelf
