import datetime
import threading

import pytest

from taihu.data.guard import permits
from taihu.terms.permit import Quota, Scope
from tests.data.guard.guard_world import a_permit

TODAY = datetime.date(2026, 11, 24)


@pytest.fixture
def kept(tmp_path):
    opened = permits.Permits(tmp_path / "guard" / "permits.sqlite3")
    yield opened
    opened.close()
    opened.close()


def test_a_permit_is_kept_whole_and_found_by_grant_and_key(kept):
    permit = a_permit(scope=(Scope("town", ("330502",), by_prefix=True),))

    kept.keep(permit, permits.hash_key("secret"))

    assert kept.find("g-1") == permit
    assert kept.find_by_key("secret") == (permit,)
    assert kept.find_by_key("other") == ()
    assert kept.find("g-2") is None
    assert kept.list() == (permit,)


def test_an_ended_permit_is_not_found_and_its_key_opens_nothing(kept):
    kept.keep(a_permit(), permits.hash_key("secret"))

    kept.end("g-1")

    assert kept.find("g-1") is None
    assert kept.find_by_key("secret") == ()
    assert kept.list() == ()


def test_a_permit_kept_anew_replaces_the_one_before_and_its_key(kept):
    kept.keep(a_permit(), permits.hash_key("old"))
    kept.end("g-1")

    kept.keep(a_permit(purpose="另一用途"), permits.hash_key("new"))

    assert kept.find("g-1").purpose == "另一用途"
    assert kept.find_by_key("old") == ()
    assert len(kept.find_by_key("new")) == 1


def test_each_change_has_a_new_version_and_no_key_is_in_the_file(kept, tmp_path):
    before = kept.version()

    kept.keep(a_permit(), permits.hash_key("a-very-secret-key"))
    kept.keep(a_permit(grant="g-2"))
    kept.end("g-2")

    assert kept.version() == before + 3
    kept.close()
    files = list((tmp_path / "guard").iterdir())
    assert files
    assert all(b"a-very-secret-key" not in path.read_bytes() for path in files)
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


def test_a_failed_change_leaves_permits_and_version_as_they_were(kept, monkeypatch):
    kept.keep(a_permit())
    before = kept.version()

    def fall(_permit):
        raise ZeroDivisionError

    monkeypatch.setattr(permits, "to_text", fall)
    with pytest.raises(ZeroDivisionError):
        kept.keep(a_permit(purpose="x"))

    assert kept.version() == before
    assert kept.find("g-1") == a_permit()


@pytest.mark.parametrize("most", [0, 1, 3])
def test_calls_are_counted_by_day_up_to_the_quota(kept, most):
    permit = a_permit(quota=Quota(calls_a_day=most))

    counted = [kept.count_call(permit, TODAY) for _ in range(most + 2)]

    assert counted == [True] * most + [False, False]
    assert kept.calls("g-1", TODAY) == most
    assert kept.calls("g-1", TODAY + datetime.timedelta(days=1)) == 0


def test_threads_count_together(kept):
    permit = a_permit(quota=Quota(calls_a_day=50))
    counted = []

    def work():
        counted.extend(kept.count_call(permit, TODAY) for _ in range(20))
        kept.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(counted) == 50
