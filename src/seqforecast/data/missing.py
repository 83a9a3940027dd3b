"""What `data.missing` can say; what is done about it is in repairing.py."""

from typing import Literal

Missing = Literal["error", "interpolate", "previous", "seasonal", "zero"]
