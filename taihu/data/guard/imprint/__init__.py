"""Imprint: a mark in a delivery that alters no fact and tells whose copy it is when it turns up elsewhere."""
