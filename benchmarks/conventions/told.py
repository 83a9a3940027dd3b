"""What every script of a package ends with: its answers, errors by their names."""

import json
import math
import warnings
from collections.abc import Callable, Mapping


def tell(answers: Mapping[str, Callable[[], object]]) -> None:
    """Print the answer to each case: a number, a word, or the error it ends in."""
    warnings.simplefilter("ignore")
    told = {}
    for name, answer in answers.items():
        try:
            value = answer()
            told[name] = value if isinstance(value, str) else _plain(float(value))
        except Exception as error:  # which one is the answer
            told[name] = type(error).__name__
    print(json.dumps(told))


def _plain(value: float) -> float | str:
    return value if math.isfinite(value) else str(value).replace("nan", "NaN")
