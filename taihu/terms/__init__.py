"""The vocabulary: frozen words of the house, without I/O except reading packs."""
