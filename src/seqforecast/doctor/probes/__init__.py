"""Probes: what is tried inside child processes, because trying it may kill them."""
