"""Maps: rows with a place, layer upon layer, with a table as the alternative."""
