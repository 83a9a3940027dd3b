"""The `tune:` section: which settings are searched, and how long."""

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema, model_validator

from seqforecast.config.schema import alternatives, locate
from seqforecast.section import Section

ELSEWHERE = "scores could not be compared"
# Other data, windows or metrics are other questions, not better answers.
FIXED = {
    "version": "it is the form of the file",
    "name": "it only names the run",
    "seed": "the best of many seeds is luck",
    "data": f"it is what is asked about, and {ELSEWHERE}",
    "split": f"it decides what is scored, and {ELSEWHERE}",
    "window.horizon": f"it decides what is scored, and {ELSEWHERE}",
    "window.min_history": f"it decides what is scored, and {ELSEWHERE}",
    "evaluation": "it changes no forecast",
    "intervals": "they are put around the forecast and change none",
    "training.refit": "validation is over when it begins",
    "training.device": "it changes no forecast",
    "training.compile": "it changes no forecast",
    "tune": "it is the search",
}
# Losses that are measured in another way cannot be compared between trials.
MEASURES = (
    "scale",
    "model.instance_norm",
    "model.quantiles",
    "training.loss",
    "training.loss_unit",
    "training.step_weight",
    "training.ensemble",
)


class Range(Section):
    """Numbers between two ends."""

    low: float | int = Field(description="lowest value, included")
    high: float | int = Field(description="highest value, included")
    log: bool = Field(default=False, description="draw orders of magnitude alike")
    step: float | int | None = Field(
        default=None, gt=0, description="distance of values; null: any, whole numbers 1"
    )

    @model_validator(mode="after")
    def _be_a_range(self) -> "Range":
        if self.high <= self.low:
            raise ValueError(f"high must be above low, got {self.low} and {self.high}")
        if self.log and (self.low <= 0 or self.step is not None):
            raise ValueError("log needs a low above 0, and no step")
        steps = (self.high - self.low) / (self.step or self.high - self.low)
        if abs(steps - round(steps)) > 1e-6:
            raise ValueError(f"high must be whole steps of {self.step} above low")
        return self


Space = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "anyOf": [
                    {"type": "array", "minItems": 2},
                    {**Range.model_json_schema(), "title": "Range"},
                ]
            },
        }
    ),
]


class TuneSection(Section):
    """A search by validation; `train` ignores it."""

    trials: int = Field(
        default=20, ge=1, le=100_000, description="settings that are tried"
    )
    metric: Literal["auto", "mae", "mase"] = Field(
        default="auto",
        description="of the validation part, to be low; auto: mase for panels, mae for "
        "one series",
    )
    prune: bool = Field(
        default=True,
        description="end trials whose validation loss is above the median's so far",
    )
    space: Space = Field(
        min_length=1,
        description="by setting: a list of values, or {low, high, log, step}",
    )

    def can_prune(self, loss_unit: str) -> bool:
        """Return whether losses of trials can be compared while they go on.

        Args:
            loss_unit: `training.loss_unit`; the size of a window is another one
                where its lookback is.
        """
        unlike = {*MEASURES, *(() if loss_unit == "series" else ("window.lookback",))}
        return self.prune and unlike.isdisjoint(self.space)


def why_fixed(name: str) -> str:
    """Return why a setting is not searched; empty where it may be."""
    section = name.partition(".")[0]
    return FIXED.get(section) or FIXED.get(name, "")


def accepts_whole(root: type[Section], name: str) -> bool:
    """Return whether a setting holds whole numbers, and no others."""
    types = alternatives(locate(root, tuple(name.split("."))).annotation)
    return int in types and float not in types
