"""Where officials, the public, machines and operators come in."""
