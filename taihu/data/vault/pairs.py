"""Pairs: many tokens with their values in columns, sorted, cut and encoded without touching single rows."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taihu.terms.problem import Problem

TOKEN_BYTES = 16
BIG_ENDIAN = ">u8"
COUNT = struct.Struct("<I")


class NotAToken(Problem):
    """What should be a token is something else."""

    code = "K-053"


@dataclass(frozen=True, slots=True)
class Pairs:
    """`tokens`: one row of two big-endian halves per token; `values`: large_string without nulls."""

    tokens: np.ndarray[tuple[int, int], np.dtype[np.uint64]]
    values: pa.Array

    def __len__(self) -> int:
        """How many pairs."""
        return len(self.tokens)

    @property
    def halves(self) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        """The first half of each token, as a number: by it pairs are sorted and found."""
        return self.tokens[:, 0].astype(np.uint64)

    def take(self, chosen: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Pairs:
        """The pairs at these places, in this order."""
        return Pairs(self.tokens[chosen], self.values.take(pa.array(chosen)))

    def find(self, tokens: Sequence[str]) -> dict[str, str]:
        """The values of some tokens; the pairs are sorted."""
        halves, found = self.halves, {}
        for token in tokens:
            raw = bytes.fromhex(token)
            place = int(np.searchsorted(halves, np.uint64(int.from_bytes(raw[:8], "big"))))
            while place < len(self) and self.tokens[place].tobytes()[:8] == raw[:8]:
                if self.tokens[place].tobytes() == raw:
                    found[token] = self.values[place].as_py()
                place += 1
        return found


def read(table: pa.Table) -> Pairs:
    """The pairs of a table's columns `token` and `value`; a pair with a null is left out. Raises NotAToken."""
    both = table.select(["token", "value"])
    both = both.filter(pc.and_(both["token"].is_valid(), both["value"].is_valid()))
    tokens = _flat(both["token"].cast(pa.large_string()))
    values = _flat(both["value"].cast(pa.large_string()))
    ends, text = _buffers(tokens)
    try:
        raw = bytes.fromhex(text.decode("ascii")) if bool((np.diff(ends) == 2 * TOKEN_BYTES).all()) else b"?"
    except ValueError:
        raw = b"?"
    if len(raw) != TOKEN_BYTES * len(tokens):
        raise NotAToken("令牌写法有误", help="令牌为 32 位十六进制数字，由 token_sql 生成")
    return Pairs(np.frombuffer(raw, dtype=BIG_ENDIAN).reshape(-1, 2), values)


def join(many: Sequence[Pairs]) -> Pairs:
    """All pairs of several; concatenating turns numbers into the machine's byte order, and tokens must keep theirs."""
    tokens = np.concatenate([p.tokens for p in many]).astype(BIG_ENDIAN)
    return Pairs(tokens, pa.concat_arrays([p.values for p in many]))


def fresh(pairs: Pairs, known: Sequence[np.ndarray[tuple[int, int], np.dtype[np.uint64]]]) -> Pairs:
    """The pairs sorted, each token once, without those in the sorted lists of known tokens.

    Two tokens that share their first 64 bits but not the rest may be taken for new twice; that is harmless.
    """
    order = np.argsort(pairs.halves, kind="stable")
    tokens = pairs.tokens[order]
    halves = tokens[:, 0].astype(np.uint64)
    is_new = np.ones(len(tokens), dtype=bool)
    is_new[1:] = (tokens[1:] != tokens[:-1]).any(axis=1)
    for listed in known:
        places = np.searchsorted(listed[:, 0].astype(np.uint64), halves)
        places[places == len(listed)] = 0
        is_new &= (listed[places] != tokens).any(axis=1)
    return pairs.take(order[is_new])


def without(pairs: Pairs, tokens: Sequence[str]) -> Pairs:
    """The pairs whose token is none of these."""
    if not tokens:
        return pairs
    gone = np.array([[int(token[:16], 16), int(token[16:], 16)] for token in tokens], dtype=BIG_ENDIAN)
    stays = np.ones(len(pairs), dtype=bool)
    for token in gone:
        stays &= (pairs.tokens != token).any(axis=1)
    return pairs.take(np.flatnonzero(stays))


def cut(pairs: Pairs, digits: int) -> Iterator[tuple[int, Pairs]]:
    """The sorted pairs by the first hexadecimal digits of their tokens: (number, pairs), empty ones left out."""
    numbers = pairs.halves >> np.uint64(64 - 4 * digits) if digits else np.zeros(len(pairs), dtype=np.uint64)
    begins = np.flatnonzero(np.diff(numbers, prepend=numbers[:1] + np.uint64(1)))
    ends = np.append(begins[1:], len(pairs))
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        yield int(numbers[begin]), Pairs(pairs.tokens[begin:end], pairs.values.slice(begin, end - begin))


def encode(pairs: Pairs) -> bytes:
    """The pairs as bytes: count, tokens, ends of the values, values."""
    ends, text = _buffers(pairs.values)
    return b"".join((COUNT.pack(len(pairs)), pairs.tokens.tobytes(), (ends - ends[0]).astype("<u4").tobytes(), text))


def decode(data: bytes) -> Pairs:
    """The pairs that were encoded."""
    (count,) = COUNT.unpack_from(data)
    ends_at = COUNT.size + TOKEN_BYTES * count
    text_at = ends_at + 4 * (count + 1)
    tokens = np.frombuffer(data, dtype=BIG_ENDIAN, count=2 * count, offset=COUNT.size).reshape(-1, 2)
    ends = np.frombuffer(data, dtype="<u4", count=count + 1, offset=ends_at).astype(np.int64)
    buffers = [None, pa.py_buffer(ends.tobytes()), pa.py_buffer(data[text_at:])]
    return Pairs(tokens, pa.Array.from_buffers(pa.large_string(), count, buffers))


def _flat(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return pa.concat_arrays(combined.chunks) if isinstance(combined, pa.ChunkedArray) else combined


def _buffers(values: pa.Array) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], bytes]:
    """The ends of the values (the first is where they begin) and their bytes."""
    _, ends_buffer, text = values.buffers()
    ends = np.frombuffer(ends_buffer, dtype=np.int64, count=len(values) + 1, offset=8 * values.offset)
    return ends, bytes(memoryview(text)[int(ends[0]) : int(ends[-1])]) if text is not None else b""
