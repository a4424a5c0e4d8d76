"""Moves and guards rows: plain Python, no Django, the only package that opens a store."""
