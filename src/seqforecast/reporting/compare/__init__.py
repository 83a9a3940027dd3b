"""Figures, tables and pages of a comparison."""
