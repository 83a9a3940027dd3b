"""The `tune:` section: which settings are searched, and how long."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, model_validator

from seqforecast.config.problems import SettingError
from seqforecast.errors import did_you_mean
from seqforecast.section import Section

# Other data, windows or metrics are other questions, not better answers.
FIXED = ("version", "name", "seed", "data", "split", "evaluation", "intervals", "tune")
FIXED_SETTINGS = ("window.horizon", "window.min_history", "training.device")
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
        default=None, description="distance of values; null: any, whole numbers 1"
    )

    @model_validator(mode="after")
    def _be_a_range(self) -> "Range":
        if self.high <= self.low:
            raise ValueError(f"high must be above low, got {self.low} and {self.high}")
        if self.log and (self.low <= 0 or self.step is not None):
            raise ValueError("log needs a low above 0, and no step")
        return self

    @property
    def is_whole(self) -> bool:
        """Whether all values are whole numbers."""
        return all(isinstance(each, int) for each in (self.low, self.high))


Space = dict[str, Annotated[list[Any], Field(min_length=2)] | Range]


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

    @property
    def can_prune(self) -> bool:
        """Whether losses of trials can be compared while they go on."""
        return self.prune and not any(name in MEASURES for name in self.space)


def check_space(experiment: BaseModel, tune: TuneSection) -> None:
    """Refuse settings that there are not, that are no answers, or values they forbid.

    Raises:
        SettingError: names the setting.
    """
    for name, values in tune.space.items():
        head = name.partition(".")[0]
        if head in FIXED or name in FIXED_SETTINGS:
            raise SettingError(
                "tune.space",
                f"{name} cannot be searched: it changes what is asked, and scores "
                "could not be compared",
                "search model, training, scale or window.lookback",
            )
        section, field = _owner(experiment, name)
        ends = [values.low, values.high] if isinstance(values, Range) else values
        for value in ends:
            _check_value(section, field, name, value)


def _owner(experiment: BaseModel, name: str) -> tuple[Section, str]:
    """Return the section that a dotted name lies in, and its last part."""
    *sections, field = name.split(".")
    here: Any = experiment
    for step in [*sections, field]:
        known = type(here).model_fields if isinstance(here, BaseModel) else {}
        if step not in known:
            raise SettingError(
                "tune.space",
                f"{name} is no setting",
                did_you_mean(step, known) if known else "name a setting in full",
            )
        owner, here = here, getattr(here, step)
    return owner, field


def _check_value(section: Section, field: str, name: str, value: Any) -> None:
    try:
        type(section).model_validate({**dict(section), field: value})
    except ValidationError as error:
        for each in error.errors():
            if each["loc"][:1] == (field,):
                raise SettingError(
                    "tune.space", f"{name}: {each['msg']}, got {value!r}", ""
                ) from None
