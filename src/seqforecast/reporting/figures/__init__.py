"""Figures of a run, one a file, and what all of them share."""
