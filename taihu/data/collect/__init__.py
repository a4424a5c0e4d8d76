"""Collect: keeps deliveries as they came, finds out how to read them, and answers with a receipt."""
