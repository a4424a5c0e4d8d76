"""Intake: fetches what departments have (files, tables, interfaces) and hands it to collect, resuming where it was cut."""
