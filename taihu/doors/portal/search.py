"""The index of the catalogue: words of published entries that are L1; disposable, rebuilt when the entries change."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import rjieba
import tantivy

from taihu.doors.portal.entries import Item
from taihu.terms import fault
from taihu.terms.dataset import Openness

FIELDS = {"title": 5.0, "columns": 2.0, "department": 2.0, "pack": 2.0, "summary": 1.0, "id": 1.0}
MOST = 10_000
FORMAT = 2
SPLIT = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Hits:
    """Ids of datasets, best first; `is_near` where nothing has all the words and these have some of them."""

    ids: tuple[str, ...]
    is_near: bool = False


def describe(item: Item) -> dict[str, str]:
    """The words of an entry that may be searched; columns that are never opened are left out."""
    columns = [column for column in item.dataset.columns if column.open is not Openness.FORBIDDEN]
    return {
        "id": item.id,
        "title": item.dataset.title,
        "columns": " ".join([*(column.title for column in columns), *(column.name for column in columns)]),
        "department": f"{item.department.title} {item.department.english}",
        "pack": f"{item.pack.title} {item.pack.purpose}",
        "summary": item.summary,
    }


def open_index(items: Sequence[Item], *, root: Path) -> tantivy.Index:
    """The index of exactly these entries: read where it lies, or built anew under a name made of its content."""
    documents = [describe(item) for item in sorted(items, key=lambda item: item.id)]
    text = json.dumps([FORMAT, documents], ensure_ascii=False, sort_keys=True)
    return _open(root / "search", hashlib.sha256(text.encode()).hexdigest()[:24], text)


@functools.lru_cache(maxsize=4)
def _open(folder: Path, name: str, text: str) -> tantivy.Index:
    place = folder / name
    if not place.is_dir():
        _build(place, json.loads(text)[1])
    return tantivy.Index(_schema(), path=str(place), reuse=True)


def _build(place: Path, documents: list[dict[str, str]]) -> None:
    """Builds beside and renames, so that two processes never write into one index; older ones go."""
    draft = place.with_name(f".{place.name}-{secrets.token_hex(4)}")
    fault.point("portal.search.write")
    draft.mkdir(parents=True)
    writer = tantivy.Index(_schema(), path=str(draft)).writer(heap_size=30_000_000, num_threads=1)
    for document in documents:
        cut = {name: " ".join(cut_document(value)) for name, value in document.items() if name != "id"}
        writer.add_document(tantivy.Document(key=document["id"], id=document["id"].replace(".", " "), **cut))
    writer.commit()
    writer.wait_merging_threads()
    fault.point("portal.search.rename")
    with contextlib.suppress(OSError):
        draft.rename(place)
    for other in place.parent.iterdir():
        if other != place and other.is_dir():
            shutil.rmtree(other, ignore_errors=True)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw")
    for name in FIELDS:
        builder.add_text_field(name, stored=False, tokenizer_name="default")
    return builder.build()


def cut_document(text: str) -> list[str]:
    """Words of a text as the index keeps them: long words and the shorter ones inside, and single characters.

    Single characters let 水 find 水质; they cost little in a catalogue.
    """
    words = [word for word in rjieba.cut_for_search(text) if word.strip()]
    return [SPLIT.sub(" ", word) for word in words] + _characters(text)


def cut_query(text: str) -> list[str]:
    """Words of a question, as the index splits them; marks of punctuation ask nothing."""
    words = (part for word in rjieba.cut(text) for part in SPLIT.split(word.lower()))
    return [word for word in words if word]


def find(index: tantivy.Index, text: str) -> Hits:
    """Entries with all words, or where there are none, those with at least half of them."""
    words = list(dict.fromkeys(cut_query(text[:100])))
    if not words:
        return Hits(())
    index.reload()
    searcher = index.searcher()
    parts = [_any_field(index, word) for word in words]
    all_of = tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in parts])
    found = _ids(searcher, all_of)
    if found or len(words) == 1:
        return Hits(found)
    some = _ids(searcher, tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts]))
    needed = (len(words) + 1) // 2
    kept = [key for key in some if sum(key in _ids(searcher, part) for part in parts) >= needed]
    return Hits(tuple(kept), is_near=True)


def _any_field(index: tantivy.Index, word: str) -> tantivy.Query:
    """The word in any field, or with less weight all its characters in one field: dictionaries never know all words."""
    query, letters = tantivy.Query, _characters(word)
    parts = []
    for name, weight in FIELDS.items():
        parts.append(query.boost_query(query.term_query(index.schema, name, word), weight))
        if len(letters) > 1 and len(letters) == len(word):
            whole = [(tantivy.Occur.Must, query.term_query(index.schema, name, letter)) for letter in letters]
            parts.append(query.boost_query(query.boolean_query(whole), weight * 0.1))
    return query.boolean_query([(tantivy.Occur.Should, part) for part in parts])


def _characters(text: str) -> list[str]:
    return [letter for letter in text if "\u4e00" <= letter <= "\u9fff"]


def _ids(searcher: tantivy.Searcher, query: tantivy.Query) -> tuple[str, ...]:
    hits = searcher.search(query, MOST).hits
    return tuple(str(searcher.doc(address).get_first("key")) for _, address in hits)
