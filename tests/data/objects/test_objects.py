"""Objects are kept once, whole, under the hash of their bytes."""

import hashlib
import io

import pytest

from taihu.data.objects.objects import Changed, NoSuchObject, Objects, TooLarge
from taihu.terms import fault


@pytest.fixture
def objects(tmp_path):
    yield Objects(tmp_path / "objects")
    fault.decide_by(None)


def stop_at(name):
    def decide(point):
        if point == name:
            raise OSError(28, "No space left on device")

    fault.decide_by(decide)


def kept(objects):
    return [p for p in objects.root.rglob("*") if p.is_file()]


def test_the_same_bytes_are_one_object(objects):
    first = objects.put(io.BytesIO(b"rows"))
    assert objects.put(io.BytesIO(b"rows")) == first
    assert first.sha256 == hashlib.sha256(b"rows").hexdigest()
    assert len(kept(objects)) == 1
    with objects.open(first.sha256) as file:
        assert file.read() == b"rows"


def test_an_object_is_not_writable_and_its_folder_is_private(objects):
    ref = objects.put(io.BytesIO(b"rows"))
    assert objects.place(ref.sha256).stat().st_mode & 0o777 == 0o440
    assert objects.root.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "G" * 64])
def test_a_name_that_is_no_hash_finds_nothing(objects, name):
    with pytest.raises(NoSuchObject):
        objects.open(name)


def test_a_stream_beyond_the_limit_leaves_nothing(objects):
    with pytest.raises(TooLarge):
        objects.put(io.BytesIO(b"x" * 3_000_000), limit=1_000_000)
    assert kept(objects) == []


@pytest.mark.parametrize("point", ["objects.put.write", "keyring.add.insert", "objects.settle.rename"])
def test_a_full_disk_leaves_nothing_and_the_next_try_succeeds(objects, point):
    stop_at(point)
    with pytest.raises(OSError, match="space"):
        objects.put(io.BytesIO(b"rows"))
    assert kept(objects) == []
    fault.decide_by(None)
    assert objects.exists(objects.put(io.BytesIO(b"rows")).sha256)


def test_an_adopted_file_moves(objects):
    path = objects.reserve()
    path.write_bytes(b"reading")
    ref = objects.adopt(path)
    assert not path.exists()
    with objects.open(ref.sha256) as file:
        assert file.read() == b"reading"


def test_changed_bytes_are_noticed(objects):
    ref = objects.put(io.BytesIO(b"rows"))
    objects.verify(ref.sha256)
    path = objects.place(ref.sha256)
    path.chmod(0o600)
    path.write_bytes(b"r0ws")
    with pytest.raises(Changed):
        objects.verify(ref.sha256)
