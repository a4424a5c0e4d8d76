"""Proof of an erasure: what went by place, with digests before and after, bound to the ledger's entry."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import Any

import orjson

from taihu.data.collect.erasure import orders
from taihu.data.collect.erasure.records import Record
from taihu.data.engines.stores import Stores
from taihu.data.ledger.proof import Verdict
from taihu.terms import fault

FIELD = "erasure"


def describe(record: Record, steps: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest: the order, and for each place what it lost; no value, and nobody's token."""
    order = {"id": record.id, "kind": record.kind, "dataset": record.dataset, "before": record.before}
    words = {"reference": record.reference, "ground": record.ground, "reason": record.reason}
    people = {"asked_by": record.asked_by, "approved_by": record.approved_by}
    return {"order": {**order, **words, **people}, "places": dict(steps)}


def count(steps: Mapping[str, Any]) -> dict[str, int]:
    """Rows by place, as the ledger's entry tells them."""
    taken = steps.get("deliveries", [])
    counts = {"batches": len(taken), "delivered": sum(one["accepted"] + one["returned"] for one in taken)}
    counts |= {
        place: sum(file[4] for file in told) for place, told in steps.items() if place.startswith("lake/") and told
    }
    return {**counts, "vault": steps.get("vault", 0)}


def digest(manifest: Mapping[str, Any]) -> str:
    """The SHA-256 of a manifest in its one spelling."""
    return hashlib.sha256(orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)).hexdigest()


def keep(record: Record, steps: Mapping[str, Any], *, stores: Stores) -> None:
    """Writes the proof file of an erasure that is done: the ledger's proof of its entry, with the manifest."""
    said = orjson.loads(stores.ledger.prove(record.receipt).to_json())
    said[FIELD] = describe(record, steps)
    path = orders.folder_of(record.id, stores.root) / "proof.json"
    draft = path.with_suffix(".draft")
    fault.point("erasure.proof.write")
    with draft.open("wb") as stream:
        stream.write(orjson.dumps(said, option=orjson.OPT_INDENT_2))
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)


def check(proof: bytes, verdict: Verdict) -> str:
    """Why a proof that holds does not prove its manifest; empty where it does, or where it has none."""
    said = orjson.loads(proof)
    if FIELD not in said or verdict.entry is None:
        return ""
    is_same = digest(said[FIELD]) == verdict.entry.detail.get("manifest")
    return "" if is_same else "删除清单与台账条目中的摘要不符"
