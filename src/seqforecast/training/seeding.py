"""Seeds: fixed before anything random, drawn anew for each epoch."""

import numpy as np

from seqforecast.backend import load_keras


def fix_seeds(seed: int) -> None:
    """Fix Python's, NumPy's and TensorFlow's random numbers; forget old models.

    Weights and dropout follow from these; the order of windows has generators of
    its own, so that an epoch can be repeated without the epochs before it.
    """
    keras = load_keras()
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed % 2**32)


def epoch_generator(seed: int, epoch: int) -> np.random.Generator:
    """Return the generator that orders the windows of one epoch."""
    return np.random.default_rng([seed, epoch])
