"""What a killed process left half-written is swept away; what is whole stays."""

import datetime
import os

import pytest

from taihu.data.engines import stores as engine_stores
from taihu.data.engines.sweep import sweep
from taihu.terms.shelf import Shelf

NOON = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC)
LEFT = (
    "objects/incoming/0a1b",
    "collect/fetch-12.json",
    "refined/20261124-00001.draft",
    "serving/bases.people.resident/current.json.new",
    "keys/.platform.key.1f",
    "keys/django-secret.311",
    "vault/draft-00000002/values",
    "lake/governed/bases.people.resident/_stage-1/part.parquet",
)
WHOLE = (
    "objects/ab/abcd",
    "collect/batches.sqlite3",
    "refined/20261124-00001.json",
    "serving/bases.people.resident/current.json",
    "keys/platform.key",
    "keys/django-secret",
    "vault/part-00000001/values",
)


@pytest.fixture
def stores(tmp_path):
    opened = engine_stores.open_stores(tmp_path, Shelf(tmp_path / "packs", {}), segment="test")
    yield opened
    opened.close()


def lay(root, names, *, at):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        for each in (path, path.parent):
            os.utime(each, (at.timestamp(), at.timestamp()))


def test_what_is_half_written_goes_and_what_is_whole_stays(stores, tmp_path):
    lay(tmp_path, (*LEFT, *WHOLE), at=NOON)

    removed = sweep(stores, before=NOON + datetime.timedelta(hours=1))

    assert [name for name in LEFT if (tmp_path / name).exists()] == []
    assert [name for name in WHOLE if not (tmp_path / name).exists()] == []
    assert len(removed) == len(LEFT) - 1  # the vault clears its own


def test_what_somebody_may_still_write_stays(stores, tmp_path):
    lay(tmp_path, LEFT[:6], at=NOON)

    assert sweep(stores, before=NOON - datetime.timedelta(hours=1)) == []
