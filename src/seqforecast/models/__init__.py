"""From a model section to an untrained Keras model."""
