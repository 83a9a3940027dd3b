"""Is this machine ready to train, on which device; if not, why and what mends it."""
