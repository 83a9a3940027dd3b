"""Conformal margins of crepes."""

import numpy as np
from crepes import ConformalRegressor
from told import tell


def margin(errors, confidence):
    made = ConformalRegressor().fit(residuals=np.array(errors, float))
    return made.predict_int(np.zeros(1), confidence=confidence)[0, 1]


tell(
    {
        "conformal 9": lambda: margin(range(1, 10), 0.9),
        "conformal 8": lambda: margin(range(1, 9), 0.9),
    }
)
