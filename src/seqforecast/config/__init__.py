"""The experiment file: sections put together, loaded with positions."""
