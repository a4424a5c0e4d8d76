"""Lowering: runs a whole query, lets its labels fall by a named method, has the gate look, and only then releases."""
