"""Keras layers around the recurrent core; importing this opens Keras.

`import seqforecast.models.layers` is all that `keras.models.load_model` needs.
"""

import sys

from seqforecast.models.layers import decoders, normalize, simple, tokens

# Programs written for 0.1.0 import these after the layers, as its README said.
for _former, _module in {
    "joining": tokens,
    "segments": decoders,
    "quantiles": decoders,
}.items():
    sys.modules[f"seqforecast.models.{_former}"] = _module

__all__ = ["decoders", "normalize", "simple", "tokens"]
