"""Forecasts of seasonal series, always measured against the seasonal naive forecast."""
