"""Lower: makes a dataset of a whole query whose labels fall, when two persons allowed it and the gate lets it pass."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from taihu.data.engines import duck
from taihu.data.engines.stores import Stores
from taihu.data.guard import seal, serve
from taihu.data.guard.ask import CITY
from taihu.data.guard.declassify import consistent, fallen, gate
from taihu.data.guard.declassify.gate import Attack
from taihu.data.guard.declassify.hierarchy import Hierarchy
from taihu.data.guard.lowering import members, plant, proof, whole
from taihu.data.guard.lowering.allowed import Allowed, check_allowed
from taihu.data.guard.lowering.apply import Applied, apply
from taihu.data.guard.lowering.check import check
from taihu.data.guard.lowering.falling import Falling, read_falling
from taihu.data.query import kinds
from taihu.terms import placed
from taihu.terms.label import Level
from taihu.terms.problem import Problem, Shape

RELEASED, UNCHANGED = "released", "unchanged"
Attacks = Mapping[str, Callable[[Mapping[str, Hierarchy]], Attack]]


class NotSound(Problem):
    """A declassifier contradicts its query, its method or its dataset; `taihu check-packs` says how."""

    code = "G-LOWER-01"


class NotReleased(Problem):
    """The gate stands against a release; the last one stays. `reasons` says everything that was found."""

    code = "G-LOWER-03"
    status = 409

    def __init__(self, message: str, *, where: str, reasons: tuple[Shape, ...], figures: Mapping[str, str]) -> None:
        super().__init__(message, where=where, help="；".join(dict.fromkeys(reason["help"] for reason in reasons)))
        self.reasons, self.figures = reasons, figures


@dataclass(frozen=True)
class Tried:
    """What a release would hold: its rows never leave this room, the figures may."""

    falling: Falling
    applied: Applied
    figures: Mapping[str, str]
    reasons: tuple[Shape, ...]
    versions: str


@dataclass(frozen=True, slots=True)
class Lowered:
    """What came of a run: `released` with a new version, or `unchanged`."""

    outcome: str
    rows: int
    version: int
    figures: Mapping[str, str]
    receipt: str = ""


def lower(
    name: str, *, allowed: Allowed, stores: Stores, by: str, at: datetime.datetime, attacks: Attacks | None = None
) -> Lowered:
    """Runs the query, lets it fall, asks the gate; then the ledger entry, then the table, exactly once.

    Nothing of a reader goes in: no parameter, no filter, no scope. Rows equal to the last release make no new
    version. Raises NotSound, NotAllowed, NotReleased and what the method refuses with; the last release stays.
    """
    number = int(at.timestamp() * 1000)
    falling = read(name, stores)
    check_allowed(falling, allowed, on=at.astimezone(CITY).date())
    tried = _try(falling, stores, at=at, attacks=attacks)
    if tried.reasons:
        first = tried.reasons[0]["message"]
        more = f"等 {len(tried.reasons)} 项" if len(tried.reasons) > 1 else ""
        raise NotReleased(
            f"「{falling.dataset.title}」未予发布：{first}{more}",
            where=name,
            reasons=tried.reasons,
            figures=tried.figures,
        )
    rows = _seal(tried)
    same = _find_same(falling, rows, stores)
    if same is not None:
        return Lowered(UNCHANGED, rows.num_rows, same, tried.figures)
    receipt = stores.ledger.append(
        proof.write(tried.falling, tried.figures, allowed, tried.versions, rows, by=by, at=at)
    )
    if tried.applied.candidate.members is not None:
        members.keep_members(tried.applied.candidate.members, falling.dataset, stores, number=number, at=at)
    version = _commit(falling, rows, stores, number, at)
    serve.serve(falling.dataset, stores=stores)
    return Lowered(RELEASED, rows.num_rows, version, tried.figures, receipt.id)


def try_out(name: str, *, stores: Stores, at: datetime.datetime, attacks: Attacks | None = None) -> Tried:
    """All but the release: the figures and what stands against it. Nobody need have allowed it."""
    return _try(read(name, stores), stores, at=at, attacks=attacks)


def take_back(name: str, *, reason: str, stores: Stores, by: str, at: datetime.datetime) -> bool:
    """Empties the dataset of a release that is no longer allowed; False where it holds nothing. Versions stay on disk."""
    falling = read_falling(name, stores.shelf)
    dataset = falling.dataset
    snapshot = stores.lake.snapshot(dataset.zone, dataset.id)
    if snapshot is None or not snapshot.rows:
        return False
    stores.ledger.append(proof.write_end(falling, reason, rows=snapshot.rows, by=by, at=at))
    _commit(falling, _empty(falling), stores, int(at.timestamp() * 1000), at)
    serve.serve(dataset, stores=stores)
    return True


def read(name: str, stores: Stores) -> Falling:
    """The declassifier as it stands now; raises NotSound naming all that is wrong."""
    faults = placed.Faults()
    falling = read_falling(name, stores.shelf, faults)
    wrong = [str(one) for one in (*faults, *check(falling))]
    if wrong:
        raise NotSound(
            f"「{falling.dataset.title}」的降级声明有 {len(wrong)} 处错误", where=name, help="；".join(wrong)
        )
    return falling


def _try(falling: Falling, stores: Stores, *, at: datetime.datetime, attacks: Attacks | None) -> Tried:
    name = f"{falling.dataset.title} {at.astimezone(CITY):%Y-%m-%d %H:%M:%S}"
    tables = whole.open_tables(falling, stores)
    rows = whole.run(falling, tables, stores, at=at)
    purpose = f"release-{stores.vault.token(falling.declassifier.id, purpose='release-names')}"
    applied = apply(
        falling, rows, name=name, make=lambda column, value: stores.vault.token(value, purpose=f"{purpose}-{column}")
    )
    candidate = applied.candidate
    if candidate.members is not None:
        named = members.name_subjects(candidate.members, stores)
        candidate = dataclasses.replace(candidate, members=named)
        applied = Applied(applied.fallen, candidate, applied.attacked)
    earlier = (*members.read_members(falling.dataset, stores), *members.read_related(falling, stores))
    own = {"层级相符": consistent.attack_by(falling.hierarchies)} if applied.attacked else {}
    verdict = gate.check_release(candidate, earlier=earlier, attacks=own)
    reasons, figures = list(verdict.reasons), dict(verdict.figures)
    if applied.attacked and falling.declassifier.to.level is Level.L1:
        others = {title: attack(falling.hierarchies) for title, attack in (attacks or {}).items()}
        again = gate.check_release(plant.narrow(candidate), attacks=others)
        reasons += [reason for reason in again.reasons if reason not in reasons]
        figures = {**again.figures, **figures}
    versions = " ".join(sorted(f"{table.name}:{table.version}" for table in tables.values()))
    return Tried(falling, applied, proof.say_figures(applied.fallen.proof, figures), tuple(reasons), versions)


def _seal(tried: Tried) -> pa.Table:
    """The released rows with the number of each and the seal of the labels."""
    rows = tried.applied.fallen.table.select([column.name for column in tried.falling.dataset.columns])
    mark = seal.seal_of(tried.falling.dataset)
    return rows.append_column(mark, pa.array([True] * rows.num_rows, type=pa.bool_()))


def _schema(falling: Falling) -> tuple[tuple[str, str], ...]:
    columns = [(column.name, kinds.to_duckdb(column.kind)) for column in falling.dataset.columns]
    return (*columns, (seal.seal_of(falling.dataset), "BOOLEAN"))


def _empty(falling: Falling) -> pa.Table:
    return pa.table({name: pa.array([], type=pa.string()) for name, _ in _schema(falling)})


def _find_same(falling: Falling, rows: pa.Table, stores: Stores) -> int | None:
    """The version in force where it holds these rows under these labels."""
    dataset = falling.dataset
    snapshot = stores.lake.snapshot(dataset.zone, dataset.id)
    if snapshot is None or not seal.holds(dataset, snapshot.present):
        return None
    listed = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in _schema(falling))
    with duck.connect(reads=(stores.lake.root,)) as connection:
        connection.register("released", rows)
        known = connection.execute(f"SELECT {listed} FROM {snapshot.to_sql()}").to_arrow_table()  # noqa: S608 - checked names
        new = connection.execute(f"SELECT {listed} FROM released").to_arrow_table()  # noqa: S608 - checked names
    return snapshot.version if fallen.sort_rows(known).equals(fallen.sort_rows(new)) else None


def _commit(falling: Falling, rows: pa.Table, stores: Stores, number: int, at: datetime.datetime) -> int:
    dataset = falling.dataset
    return members.commit(rows, dataset.zone, dataset.id, _schema(falling), stores, (number, at, False))
