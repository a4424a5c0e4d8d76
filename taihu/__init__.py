"""taihu, a city's public-data platform."""

__version__ = "0.1.0"
