"""Error rates: how often a comparison claims a difference, on stand-in losses."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from measure.stand_ins import Doubles, Setup, draw
from seqforecast.evaluation.accuracy_tests import (
    ALPHA,
    CUTOFFS,
    Difference,
    Units,
    compare_cutoffs,
    compare_series,
)
from seqforecast.evaluation.significance import compare_losses

SHARE = 0.8  # power that is asked for


def claims(
    setup: Setup,
    repetitions: int,
    *,
    factors: tuple[float, ...] = (1.0, 1.0),
    seeds: int,
    same_cell: bool = True,
) -> dict[str, float]:
    """Return the share of repetitions that claim anything, by procedure.

    `ours` is the whole procedure: any pair that is significant after Holm. `naive` is
    a t-test over all windows as if they were independent, `single` our test of one
    network each, without the seeds' variance; both of the first two members.
    """
    random = np.random.default_rng(0)
    panel, windows, units = setup.windows()
    counts = dict.fromkeys(("ours", "naive", "single"), 0)
    for _ in range(repetitions):
        drawn = draw(setup, random, factors=factors, seeds=seeds, same_cell=same_cell)
        losses = {
            str(i): np.stack(
                [units.losses(panel, windows, row * setup.horizon) for row in each]
            )
            for i, each in enumerate(drawn)
        }
        found = compare_losses(losses, (), units)
        counts["ours"] += any(pair.significant for pair in found.pairs)
        counts["naive"] += _naive(drawn[0] - drawn[1])
        # One row each: as if their losses depended on no seed.
        single = _compare(losses["0"][:1], losses["1"][:1], units)
        counts["single"] += single.p is not None and single.p < ALPHA
    return {name: count / repetitions for name, count in counts.items()}


def _naive(differences: Doubles) -> bool:
    """Whether a t-test calls the mean over seeds different from 0."""
    return bool(stats.ttest_1samp(differences.mean(axis=0), 0).pvalue < ALPHA)


def _compare(a: Doubles, b: Doubles, units: Units) -> Difference:
    if units.kind == CUTOFFS:
        return compare_cutoffs(a, b, units.overlap)
    return compare_series(a, b)


def smallest(setups: Sequence[Setup], powers: Sequence[float]) -> Setup | None:
    """Return the first setup from which on all have the power asked for."""
    enough = [power >= SHARE for power in powers]
    for i, setup in enumerate(setups):
        if all(enough[i:]):
            return setup
    return None
