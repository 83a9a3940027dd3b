"""Detecting how an unknown table is to be read."""
