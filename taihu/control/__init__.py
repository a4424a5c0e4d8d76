"""Who, what, for which purpose, by when."""
