"""Erasure: deletes rows that the law orders deleted, from every place that holds them, and keeps the proof of it."""
