"""The experiment: every section put together, and the rules that span them."""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from seqforecast.config.problems import SettingError
from seqforecast.config.tune_section import TuneSection
from seqforecast.data.scaling import Scale
from seqforecast.data.source import Source
from seqforecast.data.split import SplitSection
from seqforecast.data.window_lengths import WindowSection
from seqforecast.evaluation.baselines.registry import BASELINES
from seqforecast.evaluation.baselines.section import EvaluationSection
from seqforecast.evaluation.final_choice import AUTO, COMBINATION, NETWORK
from seqforecast.evaluation.intervals import IntervalsSection
from seqforecast.models.section import ModelSection
from seqforecast.section import Section
from seqforecast.training.section import TrainingSection

# TensorFlow and NumPy take no larger seed.
LARGEST_SEED = 2**32 - 1

FINAL = (NETWORK, COMBINATION, AUTO)

# Normalisations whose windows are as wide as their series is.
UNITS_OF_SERIES = ("none", "last", "blend")


class Experiment(Section):
    """The whole file. Each section is defined beside the code that obeys it."""

    version: Literal[1] = Field(
        default=1, description="form of this file; this seqforecast reads version 1"
    )
    name: str = Field(
        default="experiment",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$",
        max_length=100,
        description="names the run, default the file's name without .yaml; letters, "
        "digits and _ . - after a first letter or digit",
    )
    seed: int = Field(
        default=0,
        ge=0,
        le=LARGEST_SEED,
        description="fixes weights, shuffling and dropout; synthetic data have another",
    )
    data: Source = Field(description="where the series come from")
    split: SplitSection = Field(
        default=SplitSection(), description="which steps train, validate and test"
    )
    window: WindowSection = Field(
        default=WindowSection(), description="what the model sees and predicts"
    )
    scale: Scale = Field(
        default="standard",
        description="how each series is scaled, learnt on its train part",
    )
    model: ModelSection = Field(
        default=ModelSection(), description="the cells and what surrounds them"
    )
    training: TrainingSection = Field(
        default=TrainingSection(), description="how the weights are found"
    )
    evaluation: EvaluationSection = Field(
        default=EvaluationSection(), description="what the model is measured against"
    )
    intervals: IntervalsSection | None = Field(
        default=IntervalsSection(),
        description="intervals around the forecasts; none, or null: without",
    )
    final: str = Field(
        default=NETWORK,
        description="what is forecast in the end: network, the name of a baseline, "
        "combination (a weighted mean of them), or auto: what forecast the "
        "validation part best",
    )
    tune: TuneSection | None = Field(
        default=None, description="what `seqforecast tune` searches; null: nothing"
    )

    @field_validator("intervals", mode="before")
    @classmethod
    def _read_none_as_a_word(cls, value: Any) -> Any:
        return None if value == "none" else value

    @model_validator(mode="after")
    def _forecast_with_what_there_is(self) -> "Experiment":
        is_auto = self.evaluation.baselines == "auto"
        baselines = BASELINES if is_auto else self.evaluation.reported
        known = [*FINAL, *baselines]
        if self.final not in known:
            raise SettingError(
                "final",
                f"must be one of {', '.join(known)}, got {self.final!r}",
                "a baseline is listed in evaluation.baselines",
            )
        return self

    @model_validator(mode="after")
    def _group_what_can_be_grouped(self) -> "Experiment":
        group, data = self.evaluation.group, self.data
        if group is not None and getattr(data, "layout", None) != "long":
            has = "a column is a series" if data.source == "table" else "there is none"
            raise SettingError(
                "evaluation.group",
                f"names a column of a file with data.layout: long, got {group!r} "
                f"where {has}",
                "leave it out, or write one row an observation",
            )
        return self

    @model_validator(mode="after")
    def _embed_series_that_are_trained_on(self) -> "Experiment":
        if self.model.series_embedding is not None and self.split.by == "series":
            raise SettingError(
                "model.series_embedding",
                "needs split.by: time; by series, those that are scored are never "
                "trained on and have no vector",
                "tell series apart by columns: data.static",
            )
        return self

    @model_validator(mode="after")
    def _fold_whole_segments(self) -> "Experiment":
        segment = self.model.segment or 1
        for lookback in self.window.lookbacks:
            if lookback % segment:
                below = lookback // segment * segment
                whole = f"{below} or {below + segment}" if below else str(segment)
                raise SettingError(
                    "window.lookback",
                    f"must be whole segments of {segment} steps (model.segment), "
                    f"got {lookback}",
                    f"use a lookback of {whole}, or another segment",
                )
        return self

    @model_validator(mode="after")
    def _learn_quantiles_by_their_loss(self) -> "Experiment":
        has_levels, loss = bool(self.model.quantiles), self.training.loss
        if has_levels and loss != "quantile":
            raise SettingError(
                "training.loss",
                f"must be quantile where model.quantiles has levels, got {loss}",
                "set training.loss: quantile, or leave model.quantiles out",
            )
        if loss == "quantile" and not has_levels:
            raise SettingError(
                "model.quantiles",
                "must have levels where training.loss is quantile, got []",
                "set model.quantiles: [0.1, 0.5, 0.9], or another loss",
            )
        return self

    @model_validator(mode="after")
    def _calibrate_on_what_was_not_trained_on(self) -> "Experiment":
        if self.intervals and self.intervals.levels and self.training.refit:
            raise SettingError(
                "intervals",
                "are calibrated on the validation part, and training.refit trains on "
                "it: nothing is kept back",
                "leave out training.refit, or intervals",
            )
        return self

    @model_validator(mode="after")
    def _use_every_lookback(self) -> "Experiment":
        count, members = len(self.window.lookbacks), self.training.ensemble
        if count > members:
            raise SettingError(
                "training.ensemble",
                f"must be at least {count}, a member for each lookback, got {members}",
                f"set training.ensemble: {count}, or more",
            )
        return self

    @model_validator(mode="after")
    def _measure_in_a_unit_there_is(self) -> "Experiment":
        norm, training = self.model.instance_norm, self.training
        if training.loss_unit == "series":
            return self
        if norm in UNITS_OF_SERIES or training.loss == "smape":
            what = "training.loss: smape has no unit"
            if norm in UNITS_OF_SERIES:
                what = f"model.instance_norm: {norm} has the width of the series"
            raise SettingError(
                "training.loss_unit",
                f"window changes nothing here: {what}",
                "leave it out, or set model.instance_norm: zscore, zlast, mean or "
                "logmean and another loss",
            )
        return self
