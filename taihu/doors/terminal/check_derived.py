"""Checks that a dataset made of others is labelled no lower than what it is made of and what decides about its rows."""

from __future__ import annotations

from collections.abc import Iterator

from taihu.terms import placed
from taihu.terms.base import Base, Member
from taihu.terms.check_names import find_line
from taihu.terms.dataset import Dataset
from taihu.terms.label import Label, join_all
from taihu.terms.pack import Pack
from taihu.terms.zone import Zone


def check_derived(pack: Pack, faults: placed.Faults) -> None:
    """Notes each linked dataset that is published below its derived label, and each derived one that nothing makes."""
    made = {base.dataset for base in pack.bases} | {down.name for down in pack.declassifiers}
    for dataset in pack.datasets:
        if dataset.zone is not Zone.GOVERNED and dataset.name not in made:
            _fault(
                pack,
                faults,
                f"datasets/{dataset.name}.yaml",
                "zone",
                dataset.zone.value,
                f"is {dataset.zone.value}, but nothing makes this dataset",
                "departments send what is governed; base.yaml makes what is base, declassifiers.yaml what fell",
            )
    for base in pack.bases:
        _Derived(pack, base, faults).check()


def _fault(
    pack: Pack, faults: placed.Faults, file: str, path: str, word: str, found: str, allowed: str, remedy: str = ""
) -> None:
    where = f"packs/{pack.id.replace('.', '/')}/{file}:{find_line(pack.folder / file, path, word)}"
    faults.add(where, found, allowed, remedy, path=path)


class _Derived:
    """A linked dataset beside the datasets that it is linked of."""

    def __init__(self, pack: Pack, base: Base, faults: placed.Faults) -> None:
        self._pack, self._base, self._faults = pack, base, faults
        known = {dataset.id: dataset for dataset in pack.datasets}
        self._linked = known[base.id]
        self._members = [(member, known[member.dataset]) for member in base.members if member.dataset in known]

    def check(self) -> None:
        """Values inherit from what fills them; what decides which rows there are falls only by declaration."""
        for column in self._linked.columns:
            sources = list(self._list_sources(column.name))
            if not sources and column.name not in self._linked.key:
                # What linking counts about a subject tells in which lists it stands.
                sources = [(f"「{dataset.title}」有无此主体", dataset.presence) for _, dataset in self._members]
            for title, label in sources:
                if not label.is_within(column.label):
                    self._low(f"columns.{column.name}.level", column.label, f"is made of {title}, which is {label}")
        self._check_deciding(self._linked.presence)

    def _check_deciding(self, presence: Label) -> None:
        deciding = [(f"「{dataset.title}」有无此主体", dataset.presence) for _, dataset in self._members]
        deciding += [(title, label) for name in self._base.list_deciding() for title, label in self._list_sources(name)]
        above = [(title, label) for title, label in deciding if label.level > presence.level]
        fall = self._base.fall
        if fall is not None and fall.to.level > presence.level:
            found = f"is {fall.to}, but the presence of {self._base.dataset} is {presence}"
            _fault(
                self._pack, self._faults, "base.yaml", "falls.to", fall.to.level.name, found, f"{presence.level.name}"
            )
        if above and fall is None:
            label = join_all(label for _, label in above)
            path = ", ".join(f"{title} ({label})" for title, label in above)
            found = f"tells {label}, as these decide which subjects there are: {path}"
            self._low(
                "presence", presence, found, "raise the presence, or declare falls: {to, by, policy} in base.yaml"
            )

    def _low(self, path: str, label: Label, found: str, remedy: str = "") -> None:
        file = f"datasets/{self._linked.name}.yaml"
        allowed = f"a derived dataset is labelled no lower than its sources, and this is {label}"
        word = label.level.name
        _fault(self._pack, self._faults, file, path, word, found, allowed, remedy or "raise the level, or leave it out")

    def _list_sources(self, name: str) -> Iterator[tuple[str, Label]]:
        """The columns of members that fill a column of the base, by dataset and title, with their labels."""
        for member, dataset in self._members:
            yield from _source(member, dataset, name)


def _source(member: Member, dataset: Dataset, name: str) -> Iterator[tuple[str, Label]]:
    sent = member.columns.get(name, "")
    for column in dataset.columns:
        if column.name == sent:
            yield f"「{dataset.title}」的「{column.title}」", column.label
