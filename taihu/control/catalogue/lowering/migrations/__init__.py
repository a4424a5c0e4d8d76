"""Changes of the tables of lowering, in order."""
