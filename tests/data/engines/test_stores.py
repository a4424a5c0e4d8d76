from pathlib import Path

from taihu.data.engines import stores
from taihu.terms.shelf import Shelf
from taihu.terms.zone import Zone


def test_the_stores_of_a_city_open_together_under_one_folder(tmp_path):
    opened = stores.open_stores(tmp_path / "var", Shelf(Path("packs"), {}), segment="terminal")
    try:
        assert opened.lake.snapshot(Zone.GOVERNED, "bases.people.resident") is None
        assert opened.vault.token("330501199001010018") == opened.vault.token("330501199001010018")
        assert opened.root == tmp_path / "var"
        keys = list((tmp_path / "var" / "keys").iterdir())
        assert keys
        assert all(key.stat().st_mode & 0o077 == 0 for key in keys)
    finally:
        opened.close()
