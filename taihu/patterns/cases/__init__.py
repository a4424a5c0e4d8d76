"""Cases: something that must be dealt with, in one loop for all kinds that packs declare."""
