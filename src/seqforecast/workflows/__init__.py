"""One room a command: the only place where stages meet."""
