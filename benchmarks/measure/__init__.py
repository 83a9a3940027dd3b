"""What the benchmarks speed.py and growth.py are made of."""
