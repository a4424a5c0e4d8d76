"""Opens what answers: DuckDB, locked; and the stores of a city, together."""
