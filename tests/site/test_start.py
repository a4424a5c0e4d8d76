from __future__ import annotations

import pytest

from taihu.site import database, keys


def test_the_secret_is_made_once_and_read_by_its_owner_only(tmp_path):
    path = tmp_path / "keys" / "secret"
    first = keys.read_or_make(path)

    assert keys.read_or_make(path) == first
    assert len(first) > 60
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret"]


def test_without_an_address_the_database_is_a_file_in_var(tmp_path):
    told = database.describe("", tmp_path)

    assert told["NAME"] == tmp_path / "control.sqlite3"
    assert "journal_mode=WAL" in told["OPTIONS"]["init_command"]


def test_an_address_of_postgresql_is_read_whole(tmp_path):
    told = database.describe("postgresql://tai%40hu:p%3Aw@db:5433/city?sslmode=require", tmp_path)

    assert (told["USER"], told["PASSWORD"], told["HOST"], told["PORT"], told["NAME"]) == (
        "tai@hu",
        "p:w",
        "db",
        "5433",
        "city",
    )
    assert told["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize("url", ["mysql://u:secret@h/db", "postgresql://u:secret@h/", "nonsense"])
def test_an_address_that_cannot_be_read_is_refused_without_its_password(url, tmp_path):
    with pytest.raises(database.NotUnderstood) as refused:
        database.describe(url, tmp_path)
    assert "secret" not in str(refused.value)
