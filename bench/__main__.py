"""Runs every benchmark of this folder; each prints both raw times and their ratio."""

import runpy
import sys

BENCHMARKS = ("bench.refine", "bench.build", "bench.ledger", "bench.exchange")

if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    for name in BENCHMARKS:
        print(f"== {name}")
        runpy.run_module(name, run_name="__main__")
