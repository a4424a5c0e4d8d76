"""The public's door: what the city's open data are, where they come from, and how to take them home."""
