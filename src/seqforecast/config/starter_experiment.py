"""The starter experiment of a data file: its settings chosen, and written as YAML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqforecast.config.dump import to_yaml
from seqforecast.errors import one_line

HORIZON_WITHOUT_SEASON = 8
FEW_STEPS = 6  # a horizon shorter than these is made of several seasons
SEASONS_SEEN = 7  # a week of hours, if there is room
SHORT_SEASONS_SEEN = 14  # of seasons shorter than `SHORT`
SHORT = 12
MANY = 20  # series from which on each window is measured by its own deviation
FEW_WINDOWS = 500
# Horizons of a test part whose cutoffs make five blocks, the fewest that tell chance.
TELLING = 6
LONG = 24  # horizons of a series of which validation and test may take half
SHARE_SEEN = 5  # the lookback is at most this part of the shortest train part
STEPS_OF_TRAINING = 2000
STEPS_OF_AN_EPOCH = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """One setting, or a section of some, and why.

    Attributes:
        name: dotted.
        value: plain.
        why: a comment; empty where the name says enough.
        offered: whether it stands in a comment, to be taken out of it.
    """

    name: str
    value: Any
    why: str = ""
    offered: bool = False


def write_starter(
    opening: Sequence[str], data: Sequence[Choice], chosen: Sequence[Choice]
) -> str:
    """Return the file: opening comment, the data, and what was chosen, each with why.

    Args:
        opening: lines of the comment.
        data: settings of `data`, in order.
        chosen: the others.
    """
    lines = [f"# {one_line(line)}".rstrip() for line in opening]
    section = ""
    for choice in [*data, *chosen]:
        head, _, name = choice.name.partition(".")
        if not name:
            section, indent, name = "", "", head
        else:
            if head != section:
                lines.append(f"{head}:")
                section = head
            indent = "  # " if choice.offered else "  "
        written = _flow(name, choice.value)
        lines.append(f"{indent}{written}{_comment(choice.why)}")
    return "\n".join(lines) + "\n"


def _flow(name: str, value: Any) -> str:
    """Return one setting on one line."""
    if isinstance(value, Mapping):
        inner = ", ".join(_flow(key, item) for key, item in value.items())
        return f"{name}: {{{inner}}}"
    return f"{name}: {_written(value)}"


def _written(value: Any) -> str:
    """Return a plain value, or a list of some, as YAML reads it back."""
    return to_yaml({"x": value}).removeprefix("x: ").strip()


def _comment(why: str) -> str:
    return f" # {one_line(why)}" if why else ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a data file is like.

    Attributes:
        shortest: steps of the shortest series.
        middle: steps of the median one.
        longest: steps of the longest one.
        series: how many there are.
        season: steps in one, found in the data; None: none was found.
        grows: whether the values are positive, and swing more where they are higher.
    """

    shortest: int
    middle: int
    longest: int
    series: int
    season: int | None
    grows: bool


def choose_settings(facts: Facts, horizon: int | None = None) -> list[Choice]:
    """Return the settings beside `data`, in the order of the file.

    Args:
        facts: about the data.
        horizon: steps to forecast, at most `longest_horizon`; None: at least one
            season.
    """
    horizon = horizon or _horizon(facts)
    split, train = _split(facts, horizon)
    usual = train + facts.middle - facts.shortest
    lookback = _lookback(facts, horizon, usual)
    segment = _segment(facts, lookback)
    windows = max(usual - lookback - horizon + 1, 1) * facts.series
    batch = next(size for size in (128, 64, 32, 16, 8) if size <= max(windows // 20, 8))
    steps = min(max(windows // batch, 1), STEPS_OF_AN_EPOCH)
    epochs = min(max(STEPS_OF_TRAINING // steps, 20), 200)
    season = facts.season
    return [
        *split,
        Choice("window.lookback", lookback, "steps the model sees"),
        *_history(lookback, train - horizon),
        Choice(
            "window.horizon",
            horizon,
            "steps it forecasts"
            + (f": {_seasons(horizon, season)}" if season else "; there is no season"),
        ),
        Choice("model.cell", "gru", "simple_rnn, lstm or gru"),
        Choice("model.units", [64]),
        *_normalisation(facts, lookback),
        *segment,
        Choice("training.epochs", epochs),
        Choice("training.steps_per_epoch", steps, f"of {windows:,} windows"),
        Choice("training.batch_size", batch),
        Choice("training.learning_rate", 0.002),
        *_loss(facts, windows),
        Choice("training.clip_norm", 1.0),
        Choice(
            "training.patience",
            max(5, epochs // 4),
            "stop when validation has not improved for so many epochs",
        ),
        Choice("final", "auto", "network, a baseline or a mean: by validation"),
    ]


def longest_horizon(facts: Facts) -> int:
    """Return the steps that fit thrice into the shortest series, beside a lookback."""
    return (facts.shortest - 2) // 3


def _history(lookback: int, room: int) -> list[Choice]:
    """Let short series be seen as far as they go."""
    if lookback <= room:
        return []
    why = "the shortest series has no more; its first value is repeated before it"
    return [Choice("window.min_history", max(room // 2, 1), why)]


def _loss(facts: Facts, windows: int) -> list[Choice]:
    if windows < FEW_WINDOWS:
        return [Choice("training.loss", "mse", "steadier than mae on few windows")]
    chosen = [Choice("training.loss", "mae", "what the verdict is about")]
    if facts.series >= MANY and not (facts.season and facts.grows):
        why = "by the deviation of each window: no series outweighs others"
        chosen.append(Choice("training.loss_unit", "window", why))
    return chosen


def _horizon(facts: Facts) -> int:
    season = facts.season or HORIZON_WITHOUT_SEASON
    steps = season * -(-FEW_STEPS // season)
    # Train, validation and test need a horizon each, and train more than one.
    return max(1, min(steps, facts.shortest // 6))


def _split(facts: Facts, horizon: int) -> tuple[list[Choice], int]:
    """Return the split, and the steps of the shortest train part."""
    fifteenth = int(0.15 * facts.shortest)
    if facts.shortest == facts.longest and fifteenth >= TELLING * horizon:
        why = "shares of each series, one after the other in time"
        shares = {"train": 0.7, "validation": 0.15, "test": 0.15}
        return [Choice("split", shares, why)], facts.shortest - 2 * fifteenth
    size = horizon
    if facts.series < MANY:
        room = 4 if facts.shortest >= LONG * horizon else 5
        wanted = min(TELLING * horizon, facts.shortest // room)
        size = max(wanted, horizon)
    why = "counted from the end of each series; more test steps make a surer verdict"
    counts = {"train": "rest", "validation": size, "test": size}
    return [Choice("split", counts, why)], facts.shortest - 2 * size


def _lookback(facts: Facts, horizon: int, train: int) -> int:
    season = facts.season or 1
    seen = SHORT_SEASONS_SEEN if season < SHORT else SEASONS_SEEN
    steps = max(6 * horizon if facts.season is None else 0, seen * season)
    steps = max(steps, 3 * horizon)
    room = min(steps, max(train // SHARE_SEEN, season, 2), max(train - horizon, 1))
    return room // season * season if room >= season else room


def _segment(facts: Facts, lookback: int) -> list[Choice]:
    """Fold seasons into tokens where they are long and there are several."""
    season = facts.season
    if season is None or season < SHORT or lookback < 3 * season:
        return []
    return [
        Choice("model.segment", season, "one season becomes one token"),
        Choice("model.embedding", 64),
    ]


def _normalisation(facts: Facts, lookback: int) -> list[Choice]:
    many = facts.series >= MANY
    if facts.season is None and many:
        why = "relative to the last value, in deviations of the window"
        return [Choice("model.instance_norm", "zlast", why)]
    if facts.season is None:
        why = "relative to the last value: what has no season moves on from there"
        return [Choice("model.instance_norm", "last", why)]
    if facts.grows:
        why = "the season grows with the level: ratios, not differences"
        return [Choice("model.instance_norm", "mean", why)]
    if lookback >= 2 * facts.season and not many:
        why = "relative to the last season and to all of the lookback, half each"
        return [Choice("model.instance_norm", "blend", why)]
    return [
        Choice(
            "model.instance_norm", "zscore", "each window by its own mean and deviation"
        )
    ]


def _seasons(horizon: int, season: int) -> str:
    if horizon == season:
        return "one season"
    return f"{horizon / season:.2g} seasons"
