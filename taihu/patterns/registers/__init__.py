"""Registers: maintained lists over a dataset, with their history."""
