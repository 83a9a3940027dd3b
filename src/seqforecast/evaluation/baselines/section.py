"""The settings of a run's baselines: what stands beside the model's forecasts."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from seqforecast.evaluation.baselines.registry import ALWAYS, BaselineName
from seqforecast.evaluation.baselines.statistical import SECONDS
from seqforecast.section import Section


class EvaluationSection(Section):
    """The forecasts that stand beside the model's on the same windows."""

    baselines: Literal["auto"] | Annotated[list[BaselineName], Field(min_length=1)] = (
        Field(
            default="auto",
            description="forecasts to beat: naive (always reported, listed or not), "
            "seasonal_naive, drift, linear, theta, ets, naive2 (with it, OWA), "
            "auto_ets, auto_theta, auto_arima (extra statistical); auto: naive to "
            "theta, ets where it takes seconds",
        )
    )

    baseline_seconds: Annotated[float, Field(gt=0)] = Field(
        default=SECONDS,
        description="time that each of auto_ets, auto_theta and auto_arima may take "
        "for the windows of a part; slower ones are left out, and a note says so",
    )

    group: Annotated[str, Field(min_length=1)] | None = Field(
        default=None,
        description="long: a column with one value a series, whose values get scores "
        "of their own",
    )

    @field_validator("baselines")
    @classmethod
    def _name_each_once(
        cls, names: Literal["auto"] | list[BaselineName]
    ) -> Literal["auto"] | list[BaselineName]:
        if names == "auto":
            return names
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"each baseline is named once, got twice: {twice[0]}")
        return names

    @property
    def reported(self) -> tuple[BaselineName, ...]:
        """The baselines to report, in the order given; naive first if not given.

        Of `auto`, those that are reported on any data.
        """
        if self.baselines == "auto":
            return ALWAYS
        if "naive" in self.baselines:
            return tuple(self.baselines)
        return "naive", *self.baselines
