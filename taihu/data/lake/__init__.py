"""The lake: Delta tables in seven zones, committed exactly once, readable by other engines."""
