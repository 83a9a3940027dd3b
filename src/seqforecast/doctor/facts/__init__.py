"""Facts of a machine, gathered without TensorFlow."""
