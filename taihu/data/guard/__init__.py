"""Guard: the only way out of a store; checks, masks, counts and enters into the ledger what it answers."""
