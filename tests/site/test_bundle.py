"""The committed bundle is the one that front/ builds, and its page behaviour stays small."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
FRONT = HOUSE / "front"
VENDOR = HOUSE / "taihu" / "site" / "static" / "vendor"


def test_the_bundle_is_built_from_the_sources_that_lie_here():
    total = hashlib.sha256()
    names = ["build.mjs", "package-lock.json", *sorted(f"src/{path.name}" for path in (FRONT / "src").glob("*.js"))]
    for name in names:
        total.update(f"{name}\0".encode() + (FRONT / name).read_bytes() + b"\0")

    assert json.loads((VENDOR / "bundle.json").read_text(encoding="utf-8"))["sources"] == total.hexdigest()


def test_the_lock_names_no_address_of_a_registry():
    assert "resolved" not in (FRONT / "package-lock.json").read_text(encoding="utf-8")


def test_every_package_of_the_bundle_has_its_licence_beside_it():
    told = (VENDOR / "LICENCES.txt").read_text(encoding="utf-8")
    lock = json.loads((FRONT / "package-lock.json").read_text(encoding="utf-8"))
    for path, entry in lock["packages"].items():
        if path and not entry.get("dev") and not entry.get("devOptional"):
            assert f"{path.rpartition('node_modules/')[2]} {entry['version']}" in told


@pytest.mark.slow
@pytest.mark.parametrize(("name", "most"), [("site.mjs", 12_000), ("charts.mjs", 240_000), ("maps.mjs", 330_000)])
def test_a_script_stays_within_its_weight(name, most):
    assert len(gzip.compress((VENDOR / name).read_bytes())) < most


def test_nothing_of_ours_is_fetched_from_elsewhere():
    for path in (HOUSE / "taihu" / "site").rglob("*"):
        if path.suffix in (".html", ".css") and "vendor" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert "http://" not in text.replace("http://www.w3.org", "")
            assert "https://" not in text
