"""Suggesting: the settings of a trial, and what is known of them already."""

import json
from math import prod
from typing import Any

from seqforecast.config.experiment import Experiment
from seqforecast.config.tuning import Range, TuneSection, accepts_whole


def suggest(trial: Any, tune: TuneSection) -> dict[str, Any]:
    """Return the settings of a trial, by dotted name."""
    values: dict[str, Any] = {}
    for name, space in tune.space.items():
        if isinstance(space, list):
            # Optuna takes no lists for values.
            written = [json.dumps(each) for each in space]
            values[name] = json.loads(trial.suggest_categorical(name, written))
            continue
        ends = Range.model_validate(space)
        if accepts_whole(Experiment, name):
            low, high, step = int(ends.low), int(ends.high), int(ends.step or 1)
            values[name] = trial.suggest_int(name, low, high, step=step, log=ends.log)
        else:
            values[name] = trial.suggest_float(
                name, float(ends.low), float(ends.high), step=ends.step, log=ends.log
            )
    return values


def repeat(study: Any, trial: Any) -> str:
    """Tell the study how the same settings ended before, and return that in words.

    Trained again they would end alike. Empty where they are new, or failed.
    """
    for old in study.trials[: trial.number]:
        if not trial.params or old.params != trial.params:
            continue
        if old.state.name == "PRUNED":
            study.tell(trial, state=old.state)
            return "tried before, and ended early"
        if old.state.name == "COMPLETE":
            for name, value in old.user_attrs.items():
                trial.set_user_attr(name, value)
            study.tell(trial, old.value)
            return f"tried before, {old.value:.4g}"
    return ""


def are_all_tried(study: Any, tune: TuneSection) -> bool:
    """Return whether nothing new can be drawn; of ranges something always can."""
    if not all(isinstance(each, list) for each in tune.space.values()):
        return False
    ended = ("COMPLETE", "PRUNED")
    tried = {
        json.dumps(each.params, sort_keys=True)
        for each in study.trials
        if each.params and each.state.name in ended
    }
    return len(tried) == prod(map(len, tune.space.values()))
