"""Lookup files: one SQLite file per served version of a table, switched by a pointer."""
