"""Lowering: two persons allow a declassifier as it stands, and every run of it is on file."""
