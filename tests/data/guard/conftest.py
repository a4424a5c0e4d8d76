import pytest

from tests.data.guard import guard_world


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    opened = guard_world.a_shelf_and_stores(tmp_path_factory.mktemp("city"))
    guard_world.write_people(opened)
    guard_world.write_charges(opened)
    guard_world.write_returned(opened)
    yield opened
    opened.close()
