"""From forecasts to numbers: baselines, metrics, skill and verdict."""
