"""What the components of the look are made of: small frozen words that views fill and templates show."""
