"""What the city has: an entry per dataset, written by departments, published through two gates."""
