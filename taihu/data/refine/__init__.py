"""Refine: makes deliveries agree with the standards, and returns the rows that do not, each with its reasons."""
