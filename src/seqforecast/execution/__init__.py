"""Running many fits: each in a process of its own, here or on a Ray cluster."""
