"""Figures and tables of a search."""
