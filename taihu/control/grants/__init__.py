"""Who may have what for which purpose: requests, approvals, and the permits that follow from them."""
