"""The message catalogue: one file per language with the same keys; Chinese is the first and the last resort."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent
LANGUAGES = ("zh", "en")


class UnknownMessage(KeyError):
    """A template asked for words that the catalogue lacks."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no message {key!r}; add it to every file of taihu/site/messages")


def say(key: str, language: str, **values: object) -> str:
    """The words of that key in that language, with the values put in."""
    words = read(language).get(key)
    if words is None:
        raise UnknownMessage(key)
    return words.format_map({name: str(value) for name, value in values.items()}) if values else words


@functools.cache
def read(language: str) -> Mapping[str, str]:
    """All messages of one language, keys joined by dots."""
    path = FOLDER / f"{language if language in LANGUAGES else 'zh'}.yaml"
    return dict(_flatten(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)))  # noqa: S506 - BaseLoader makes text only


def _flatten(tree: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for name, value in tree.items():
        key = f"{prefix}{name}"
        flat += _flatten(value, f"{key}.") if isinstance(value, Mapping) else [(key, str(value))]
    return flat


def explain(word: str) -> str:
    """What a word of the trade means, in the one wording used everywhere; raises UnknownMessage."""
    meanings = yaml.load((FOLDER / "words.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - text only
    if word not in meanings:
        raise UnknownMessage(f"words.{word}")
    return str(meanings[word])
