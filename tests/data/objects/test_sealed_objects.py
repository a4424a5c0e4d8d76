"""Objects lie sealed: no byte of a delivery is readable without its key, and a key that is destroyed ends all copies."""

import hashlib
import io
import multiprocessing
import os
import shutil
import signal

import pytest

from taihu.data.ledger import suite
from taihu.data.ledger.suite import NotOpened
from taihu.data.objects import plain, sealed
from taihu.data.objects.keyring import KeyDestroyed
from taihu.data.objects.objects import Objects
from taihu.terms import fault

WORDS = "王小明,330501199003070012\n".encode() * 90_000  # more than two chunks


@pytest.fixture(params=suite.SUITES)
def objects(request, tmp_path):
    return Objects(tmp_path / "objects", policy=suite.read_policy(request.param))


@pytest.fixture(autouse=True)
def _every_write_succeeds_again():
    yield
    fault.decide_by(None)


def read(objects, sha256):
    with objects.open(sha256) as file:
        return file.read()


def everything_under(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.slow
def test_what_was_put_is_read_back_and_lies_nowhere_in_the_clear(objects, tmp_path):
    ref = objects.put(io.BytesIO(WORDS))

    assert read(objects, ref.sha256) == WORDS
    with objects.plain(ref.sha256) as path:
        assert path.read_bytes() == WORDS
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert not path.exists()
    assert b"330501199003070012" not in everything_under(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"x", b"x" * sealed.CHUNK, b"x" * (sealed.CHUNK + 1), b"x" * 2 * sealed.CHUNK]
)
def test_every_length_comes_back(tmp_path, content):
    objects = Objects(tmp_path / "objects")
    assert read(objects, objects.put(io.BytesIO(content)).sha256) == content


@pytest.mark.parametrize("at", [sealed.HEAD.size + 5, 20, 40, sealed.HEAD.size - 1, -1])
def test_one_flipped_bit_is_found(tmp_path, at):
    objects = Objects(tmp_path / "objects")
    ref = objects.put(io.BytesIO(WORDS))
    place = objects.place(ref.sha256)
    data = bytearray(place.read_bytes())
    data[at] ^= 1
    place.chmod(0o600)
    place.write_bytes(data)

    with pytest.raises((NotOpened, KeyDestroyed, suite.UnknownSuite)):
        read(objects, ref.sha256)


@pytest.mark.parametrize("keep", [sealed.HEAD.size, sealed.HEAD.size + sealed.CHUNK + 16, -1, -20])
def test_a_cut_object_is_found_also_where_it_is_cut_between_chunks(tmp_path, keep):
    objects = Objects(tmp_path / "objects")
    ref = objects.put(io.BytesIO(WORDS))
    place = objects.place(ref.sha256)
    data = place.read_bytes()[:keep]
    place.chmod(0o600)
    place.write_bytes(data)

    with pytest.raises(NotOpened):
        read(objects, ref.sha256)


def test_chunks_cannot_change_places(tmp_path):
    objects = Objects(tmp_path / "objects")
    ref = objects.put(io.BytesIO(WORDS))
    place = objects.place(ref.sha256)
    data, first, size = place.read_bytes(), sealed.HEAD.size, sealed.CHUNK + 16
    place.chmod(0o600)
    place.write_bytes(
        data[:first] + data[first + size : first + 2 * size] + data[first : first + size] + data[first + 2 * size :]
    )

    with pytest.raises(NotOpened):
        read(objects, ref.sha256)


def test_an_object_of_another_name_does_not_pass_for_this_one(tmp_path):
    objects = Objects(tmp_path / "objects")
    mine, other = objects.put(io.BytesIO(b"mine")), objects.put(io.BytesIO(b"other"))
    place = objects.place(mine.sha256)
    place.unlink()
    shutil.copy(objects.place(other.sha256), place)

    with pytest.raises(KeyDestroyed):
        read(objects, mine.sha256)


def test_a_plain_object_of_an_older_city_is_read_and_sealed_by_the_next_sweep(tmp_path):
    objects = Objects(tmp_path / "objects")
    name = hashlib.sha256(WORDS).hexdigest()
    place = objects.place(name)
    place.parent.mkdir(parents=True)
    place.write_bytes(WORDS)
    assert (read(objects, name), objects.is_sealed(name)) == (WORDS, False)

    objects.clear()

    assert (read(objects, name), objects.is_sealed(name)) == (WORDS, True)
    assert WORDS[:30] not in everything_under(tmp_path)
    objects.verify(name)


def test_a_copy_made_before_opens_nothing_once_the_key_is_destroyed(objects, tmp_path):
    gone, stays = objects.put(io.BytesIO(b"gone")), objects.put(io.BytesIO(b"stays"))
    for folder in ("objects", "keyring"):
        shutil.copytree(tmp_path / folder, tmp_path / "backup" / folder)

    objects.destroy([gone.sha256])

    assert not objects.exists(gone.sha256)
    assert read(objects, stays.sha256) == b"stays"
    backup = Objects(tmp_path / "backup" / "objects", keys=tmp_path / "keys", policy=objects._policy)
    for ref in (gone, stays):  # the keyring of the backup is wrapped by a master key that is no more
        with pytest.raises(KeyDestroyed):
            read(backup, ref.sha256)
    shutil.copy(objects.place(stays.sha256), tmp_path / "again")
    shutil.rmtree(tmp_path / "objects")
    shutil.copytree(tmp_path / "backup" / "objects", tmp_path / "objects")
    assert read(objects, stays.sha256) == b"stays"  # old bytes with the keys of now
    with pytest.raises(KeyDestroyed):
        read(objects, gone.sha256)


def kill_at(point):
    def decide(name):
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    fault.decide_by(decide)


def in_a_child(call):
    child = multiprocessing.get_context("fork").Process(target=call)
    child.start()
    child.join()
    return child.exitcode


POINTS = ["keyring.rotate.update", "keyring.write.commit", "keyring.rotate.remove", "objects.destroy.remove"]


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_destruction_is_finished_by_the_next_and_loses_nothing_else(tmp_path, point):
    objects = Objects(tmp_path / "objects")
    gone, stays = objects.put(io.BytesIO(b"gone")), objects.put(io.BytesIO(b"stays"))

    def destroy():
        kill_at(point)
        objects.destroy([gone.sha256])

    assert in_a_child(destroy) == -signal.SIGKILL
    assert read(objects, stays.sha256) == b"stays"
    objects.destroy([gone.sha256])

    assert not objects.exists(gone.sha256)
    assert read(objects, stays.sha256) == b"stays"
    assert len(list((tmp_path / "keys").glob("objects-master-*"))) == 1


@pytest.mark.slow
def test_what_a_killed_reader_left_open_goes_with_the_next_reading(tmp_path):
    objects = Objects(tmp_path / "objects")
    ref = objects.put(io.BytesIO(WORDS))
    room = plain.PlainRoom(objects.root)

    def die():
        with objects.plain(ref.sha256):
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_child(die) == -signal.SIGKILL
    left = [*room.memory.glob("*.lent"), *room.disk.glob("*.lent")]
    assert len(left) == 1
    with objects.plain(ref.sha256) as held:
        assert not left[0].exists()
        objects.clear()
        assert held.exists()  # somebody reads it
    assert not [*room.memory.glob("*"), *room.disk.glob("*")]
