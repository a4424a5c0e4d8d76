"""Ledger: who was told what, why and when, in tree logs that cannot be changed without being found out."""
