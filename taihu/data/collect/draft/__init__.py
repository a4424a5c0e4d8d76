"""Drafts a dataset's declaration from a file that nobody has described yet; a steward finishes it."""
