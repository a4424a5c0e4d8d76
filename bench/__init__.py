"""Benchmarks: ratios against a peer or the physical limit in the same run."""
