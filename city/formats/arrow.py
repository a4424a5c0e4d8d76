"""Arrow arrays from our arrays, without the detour through pandas that pyarrow takes for Python objects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from pyarrow.lib import StringBuilder

from city.world.chance import Days, Flags, Ints


def strings(values: Sequence[str | None]) -> pa.Array:
    """Strings, None as null."""
    builder = StringBuilder()
    builder.append_values(list(values))
    return builder.finish()


def repeated(value: str, n: int) -> pa.Array:
    """The same string n times."""
    return strings([value] * n)


def whole(values: Ints) -> pa.Array:
    """Whole numbers."""
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(np.ascontiguousarray(values, np.int64))])


def flags(values: Flags) -> pa.Array:
    """Truth values."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bits(values)])


def days(values: Days) -> pa.Array:
    """Days, none as null."""
    known = ~np.isnat(values)
    numbers = np.where(known, values.astype("datetime64[D]").astype(np.int64), 0).astype(np.int32)
    return pa.Array.from_buffers(pa.date32(), len(values), [_bits(known), pa.py_buffer(numbers)])


def lists(values: Sequence[Sequence[str]], places: Ints) -> pa.Array:
    """For each place, the list that stands there."""
    ends = np.cumsum([0, *(len(each) for each in values)]).astype(np.int32)
    offsets = pa.Array.from_buffers(pa.int32(), len(ends), [None, pa.py_buffer(ends)])
    return pa.ListArray.from_arrays(offsets, strings([word for each in values for word in each])).take(whole(places))


def _bits(values: Flags) -> pa.Buffer:
    """Truth values as a bitmap."""
    return pa.py_buffer(np.packbits(values, bitorder="little"))
