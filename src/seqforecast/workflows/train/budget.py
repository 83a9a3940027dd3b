"""Plan training for a budget of seconds, and say how long the run will take."""

import dataclasses
import logging
from collections.abc import Sequence

from seqforecast.reporting.terminal import duration
from seqforecast.training.budget import fit_into
from seqforecast.training.checkpoints import assign
from seqforecast.training.loop import Learner, values_of
from seqforecast.training.section import TrainingSection
from seqforecast.training.time_estimate import measure_training_cost
from seqforecast.training.window_order import windows_in_epoch
from seqforecast.workflows.pipeline.prepare import Prepared
from seqforecast.workflows.pipeline.stage_timing import Stages
from seqforecast.workflows.train.dry_run import count_fits

LOGGER = logging.getLogger("seqforecast")

# Gradients, saving, scoring and drawing are not tried: like building the model they are
# Python at work, and of small runs took three to six times as long.
AFTER_IN_BUILDS = 4.0


def plan_budget(
    prepared: Prepared, learners: Sequence[Learner], budget: float, stages: Stages
) -> Prepared:
    """Return the data of an experiment whose run takes about so many seconds, or less.

    A second or two of real steps are trained and taken back. The learners are told of
    the plan, which stands in the experiment: a run of `resolved.yaml` does the same
    without a budget. Nothing becomes more than the experiment asks for.

    Args:
        prepared: the data and what is asked.
        learners: built for them; their weights are as they were, afterwards.
        budget: seconds for all of the run, those that `stages` counts among them.
        stages: what was done already; is told how long planning took.

    Raises:
        NotFiniteError: the loss leaves the finite numbers at once.
    """
    learner, asked = learners[0], prepared.experiment.training
    engine = learner.engine
    initial = values_of(engine.variables)
    cost = measure_training_cost(engine, learner.data, prepared.experiment.seed)
    assign(engine.variables, initial)
    stages.end("plan")
    spent = {stage.name: stage.seconds for stage in stages.done}
    after = AFTER_IN_BUILDS * spent["build model"]
    # The first one has compiled already.
    others = sum(spent.values()) + after + cost.once * (len(learners) - 1)
    fits = count_fits(learner)
    steps = -(-windows_in_epoch(asked, len(learner.data.train)) // asked.batch_size)
    planned = fit_into(
        asked,
        budget - others,
        epoch=cost.epoch,
        steps=steps,
        selections=fits / asked.ensemble,
        least_members=len(prepared.experiment.window.lookbacks),
    )
    share = (planned.steps_per_epoch or steps) / steps
    training = cost.epoch * planned.epochs * planned.ensemble * share
    _say(asked, planned, others + training * fits / asked.ensemble, budget)
    for each in learners:
        each.engine.section = planned
    experiment = prepared.experiment.model_copy(update={"training": planned})
    return dataclasses.replace(prepared, experiment=experiment)


def _say(
    asked: TrainingSection, planned: TrainingSection, seconds: float, budget: float
) -> None:
    """Say how long the run will take, and what was left out for it."""
    LOGGER.info("this run will take about %s at most", duration(seconds))
    names = ("ensemble", "epochs", "steps_per_epoch", "patience")
    before, now = (
        {name: getattr(of, name) for name in names} for of in (asked, planned)
    )
    changed = [
        f"{name} {now[name]}"
        + ("" if before[name] is None else f" in place of {before[name]}")
        for name in names
        if before[name] != now[name]
    ]
    if changed:
        LOGGER.info("planned for %s: %s", duration(budget), ", ".join(changed))
    if seconds > budget:
        LOGGER.warning(
            "%s are too few for this experiment: with the fewest members, epochs and "
            "steps that teach anything it takes about %s",
            duration(budget),
            duration(seconds),
        )
