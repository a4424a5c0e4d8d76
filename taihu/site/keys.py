"""The secret that signs sessions: a key file made on first use, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from taihu.terms import fault


def read_or_make(path: Path) -> str:
    """Reads the key; makes it with mode 0600 where there is none. Two processes that start at once agree on one."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        fault.point("site.key.write")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
