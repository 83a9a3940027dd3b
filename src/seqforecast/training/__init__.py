"""From windows and a model to a fitted model and its history."""
