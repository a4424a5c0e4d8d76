"""What rooms above must hear of, written in the transaction that made it so, and pulled by them in order."""
