"""The `backtest` command."""
