"""What the portal tells of datasets in figures, for programs, and as calls to copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from taihu.doors.portal import files
from taihu.doors.portal.entries import Item
from taihu.doors.portal.models import Fetch
from taihu.terms.dataset import Column


def numbers(items: Sequence[Item]) -> dict[str, int]:
    """The catalogue in figures, each counted now."""
    released = [item.release for item in items if item.release]
    return {
        "datasets": len(items),
        "open": sum(item.is_downloadable for item in items),
        "departments": len({item.department.id for item in items}),
        "rows": sum(release.rows for release in released),
        "fetches": sum(Fetch.objects.values_list("times", flat=True)),
    }


def fields(items: Sequence[Item]) -> list[tuple[str, str, int]]:
    """Packs with their titles and how many datasets each has, the fullest first."""
    counts = Counter((item.pack.id, item.pack.title) for item in items)
    return [(pack, title, count) for (pack, title), count in sorted(counts.items(), key=lambda p: (-p[1], p[0]))]


def meta(item: Item, *, request: Any) -> dict[str, Any]:
    """A dataset for programs: the words of its page."""
    base = f"{request.scheme}://{request.get_host()}"
    release = item.release
    return {
        "id": item.id,
        "title": item.dataset.title,
        "summary": item.summary,
        "department": {"id": item.department.id, "title": item.department.title, "phone": item.phone},
        "field": {"id": item.pack.id, "title": item.pack.title},
        "cycle": item.dataset.cycle.value,
        "open": item.openness,
        "freshness": item.fresh,
        "received_at": item.received_at.isoformat() if item.received_at else None,
        "edition": item.edition,
        "published_at": item.published_at.isoformat(),
        "page": f"{base}/data/{item.id}",
        "columns": [_column(column) for column in item.dataset.columns],
        "release": None
        if release is None
        else {
            "version": release.version,
            "rows": release.rows,
            "built_at": release.built_at.isoformat(),
            "receipt": release.receipt,
            "files": {
                form: {"url": f"{base}/data/{item.id}/download/{form}", "type": files.TYPES[form], **told}
                for form, told in sorted(release.files.items())
            },
        },
    }


def examples(item: Item, request: Any) -> tuple[tuple[str, str, str], ...]:
    """Calls to copy: id, title, text."""
    url = f"{request.scheme}://{request.get_host()}/data/{item.id}/download"
    name = item.id.rpartition(".")[2]
    curl = f"curl -fL -o {name}.csv {url}/csv"
    python = "\n".join(
        (
            "import json, urllib.request",
            "",
            f'with urllib.request.urlopen("{url}/json") as answer:',
            "    data = json.load(answer)",
            'print(data["title"], len(data["rows"]))',
            'print(data["rows"][0])',
        )
    )
    return (("call-curl", "curl", curl), ("call-python", "Python", python))


def _column(column: Column) -> dict[str, str]:
    return {
        "name": column.name,
        "title": column.title,
        "kind": str(column.kind),
        "unit": column.unit,
        "label": str(column.label),
        "open": column.open.value,
    }
