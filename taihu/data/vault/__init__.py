"""Vault: keys, keyed tokens, and the sealed values for which tokens stand."""
