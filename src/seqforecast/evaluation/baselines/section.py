"""The settings of a run's baselines: what stands beside the model's forecasts."""

from typing import Annotated

from pydantic import Field, field_validator

from seqforecast.evaluation.baselines.registry import BaselineName
from seqforecast.section import Section


class EvaluationSection(Section):
    """The forecasts that stand beside the model's on the same windows."""

    baselines: list[BaselineName] = Field(
        default=["naive", "seasonal_naive", "drift", "linear"],
        min_length=1,
        description="forecasts to beat: naive, seasonal_naive, drift, linear, naive2 "
        "(with it, OWA); naive is always reported, listed or not",
    )

    group: Annotated[str, Field(min_length=1)] | None = Field(
        default=None,
        description="long: a column with one value a series, whose values get scores "
        "of their own",
    )

    @field_validator("baselines")
    @classmethod
    def _name_each_once(cls, names: list[BaselineName]) -> list[BaselineName]:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"each baseline is named once, got twice: {twice[0]}")
        return names

    @property
    def reported(self) -> tuple[BaselineName, ...]:
        """The baselines to report, in the order given; naive first if not given."""
        if "naive" in self.baselines:
            return tuple(self.baselines)
        return "naive", *self.baselines
