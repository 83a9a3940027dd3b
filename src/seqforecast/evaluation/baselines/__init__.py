"""Forecasts that need no training worth the name, and which of them to report."""
