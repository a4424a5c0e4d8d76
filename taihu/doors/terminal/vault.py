"""`taihu vault rotate`: replaces the key of the vault's values, the master key of deliveries, or the key of one grant's tokens."""

from __future__ import annotations

import argparse
import datetime
import getpass
import sys

from taihu.data.engines import stores as engine_stores
from taihu.data.guard import rotate
from taihu.doors.terminal import places
from taihu.terms import shelf

WHAT = ("values", "deliveries")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to rotate: values and deliveries where nothing is named."""
    parser.add_argument("verb", choices=("rotate",))
    parser.add_argument("--only", choices=WHAT, default="", help="one kind of key; without it values and deliveries")
    parser.add_argument("--grant", default="", help="the grant whose tokens get a new key")


def run(arguments: argparse.Namespace) -> int:
    """Rotates and says how much was sealed anew; may be repeated after a kill."""
    stores = engine_stores.open_stores(places.var(), shelf.read_shelf(places.packs()), segment="terminal")
    by, at = getpass.getuser(), datetime.datetime.now(datetime.UTC)
    try:
        if arguments.grant:
            rotate.rotate_grant(grant=arguments.grant, stores=stores, by=by, at=at)
            sys.stdout.write(f"授权 {arguments.grant} 的令牌已换用新密钥，与先前的令牌不再可关联\n")
            return 0
        if arguments.only in ("", "values"):
            sys.stdout.write(
                f"保险库：{rotate.rotate_values(stores=stores, by=by, at=at)} 个原值已用新密钥加密，旧密钥已销毁\n"
            )
        if arguments.only in ("", "deliveries"):
            sys.stdout.write(
                f"报送原件：{rotate.rotate_deliveries(stores=stores, by=by, at=at)} 把密钥已用新主密钥封装，旧主密钥已销毁\n"
            )
    finally:
        stores.close()
    return 0
