"""A backtest as a table and as pictures, from backtest.json."""
