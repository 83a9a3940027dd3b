"""Searches: the table and the figures."""
