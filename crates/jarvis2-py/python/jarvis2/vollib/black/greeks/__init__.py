"""Greeks. Black (1976): options on a forward or future."""
