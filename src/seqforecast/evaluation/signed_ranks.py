"""Signed ranks: whether differences lie on one side of 0, whatever their unit."""

import math

import numpy as np
from scipy import stats

from seqforecast.evaluation.totals import Doubles


def signed_rank_deviate(differences: Doubles) -> float:
    """Return the normal deviate of Wilcoxon's signed ranks; 0 where all are 0.

    The sum of the ranks of |differences|, with the signs of these, over the root of the
    variance that it has if every sign is the toss of a coin (Wilcoxon, Individual
    Comparisons by Ranking Methods, 1945); not corrected for continuity. Ties share
    their mean rank. Zeros are ranked and then left out (Pratt, Remarks on Zeros and
    Ties in the Wilcoxon Signed Rank Procedures, 1959), so that many series on which
    nothing differs do not make a few look like all.

    Args:
        differences: shape (series,).
    """
    ranks = stats.rankdata(np.abs(differences)) * np.sign(differences)
    if not ranks.any():
        return 0.0
    return float(ranks.sum() / math.sqrt(ranks @ ranks))
