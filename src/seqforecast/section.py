"""The base of every YAML section: typed, frozen, closed to unknown keys."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One block of the experiment file.

    Types are strict: `"10"` is text, not a number, and `20.0` is not a whole
    number. Infinite and not-a-number values are refused.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False
    )
