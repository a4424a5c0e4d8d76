"""Objects: deliveries and attachments kept as they came under the hash of their bytes, and the register of deliveries."""
