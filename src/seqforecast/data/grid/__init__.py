"""The grid: which step of which series each record of a file is."""
