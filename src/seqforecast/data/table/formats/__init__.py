"""Files of each kind but CSV, as tables."""
