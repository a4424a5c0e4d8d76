"""Declassify: the named methods by which a label falls, each with its parameters and the proof that it held."""
