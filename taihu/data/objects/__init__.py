"""Objects: deliveries and attachments kept as they came, sealed, under the hash of their bytes, and the register of deliveries."""
