"""A whole dataset is handed over from the terminal under a bulk grant, and entered before the file is there."""

import pytest

from taihu.data.guard.permits import Permits
from taihu.doors.terminal import deliver, places, replay
from taihu.terms import fault
from tests.data.guard.guard_world import a_shelf_and_stores, write_people
from tests.data.guard.test_bulk import BULK, PERSON


@pytest.fixture
def house(tmp_path, monkeypatch):
    stores = a_shelf_and_stores(tmp_path, segment="other")
    write_people(stores)
    permits = Permits(stores.root / "guard" / "permits.sqlite3")
    permits.keep(BULK)
    permits.close()
    stores.close()
    monkeypatch.setattr(places, "var", lambda: tmp_path / "var")
    monkeypatch.setattr(places, "packs", lambda: tmp_path / "packs")
    yield tmp_path
    fault.decide_by(None)


def run(command, *words):
    parser = deliver.argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args([str(word) for word in words]))


def test_a_delivery_is_a_file_with_a_place_in_the_ledger_and_can_be_replayed(house, capsys):
    assert run(deliver, PERSON, "--for", "g-bulk", "--to", house / "people.csv", "--filing", "F-1") == 0

    told = capsys.readouterr().out
    assert told == "3 行 · 留痕编号 terminal/0\n"
    text = (house / "people.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "身份证号,姓名,电话,乡镇,出生日期"
    assert len(text.splitlines()) == 4
    assert run(replay, "terminal/0") == 0
    assert capsys.readouterr().out.startswith("一致")


def test_no_file_appears_where_the_ledger_cannot_write(house):
    def decide(name):
        if name == "ledger.append.entries":
            raise OSError(28, "full")

    fault.decide_by(decide)
    with pytest.raises(deliver.bulk.refused.NoLedger):
        run(deliver, PERSON, "--for", "g-bulk", "--to", house / "people.csv")

    assert not [path for path in house.iterdir() if "csv" in path.name]
