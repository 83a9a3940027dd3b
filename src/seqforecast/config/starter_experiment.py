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
STEPS_FOR_ONE = 15  # steps to learn from, for each of the lookback
SHARE_SEEN = 5  # the lookback is at most this part of the shortest train part
STEPS_OF_AN_EPOCH = 100
# A season seen more often is learnt better by the network alone than by smoothing.
FEW_SEASONS = 30
SEASONS_OF_THETA = 6
FEWEST_OF_THETA = 24  # steps
STEPS_OF_TRAINING = 600  # of each member
MEMBERS = 3


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
        positive: whether most series are above 0, and never near it.
    """

    shortest: int
    middle: int
    longest: int
    series: int
    season: int | None
    grows: bool
    positive: bool = False

    def has_few_seasons(self, train: int) -> bool:
        """Return whether so many steps hold too few seasons to learn all from them."""
        return self.season is None or train < FEW_SEASONS * self.season


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
    is_short = facts.has_few_seasons(usual)
    if is_short:
        lookback = _long_lookback(facts, horizon)
    else:
        lookback = _lookback(facts, horizon, usual)
    history = _history(facts, (lookback, horizon), train)
    seen = history[0].value if history else lookback
    windows = max(usual - seen - horizon + 1, 1) * facts.series
    season = facts.season
    return [
        *split,
        Choice("window.lookback", lookback, "steps the model sees"),
        *history,
        Choice(
            "window.horizon",
            horizon,
            "steps it forecasts"
            + (f": {_seasons(horizon, season)}" if season else "; there is no season"),
        ),
        Choice("model.cell", "gru", "simple_rnn, lstm or gru"),
        Choice("model.units", [32 if is_short else 64]),
        *_normalisation(facts, lookback),
        *_residual(is_short=is_short),
        *_segment(facts, lookback, is_short=is_short),
        *_training(facts, windows, rate=0.001 if is_short else 0.002),
    ]


def _training(facts: Facts, windows: int, rate: float) -> list[Choice]:
    """Let three members learn for some seconds."""
    batch = next(size for size in (128, 64, 32, 16, 8) if size <= max(windows // 20, 8))
    steps = min(max(windows // batch, 1), STEPS_OF_AN_EPOCH)
    epochs = min(max(STEPS_OF_TRAINING // steps, 15), 40)
    why = "stop when validation has not improved for so many epochs"
    return [
        Choice("training.epochs", epochs),
        Choice("training.steps_per_epoch", steps, f"of {windows:,} windows"),
        Choice("training.batch_size", batch),
        Choice("training.learning_rate", rate),
        *_loss(facts, windows),
        Choice("training.clip_norm", 1.0),
        Choice("training.patience", 10, why),
        Choice("training.average", 5, "judge the mean weights of about five epochs"),
        Choice("training.ensemble", MEMBERS, "networks, whose median forecasts"),
        Choice("final", "auto", "network, a baseline or a mean: by validation"),
    ]


def longest_horizon(facts: Facts) -> int:
    """Return the steps that fit thrice into the shortest series, beside a lookback."""
    return (facts.shortest - 2) // 3


def _history(facts: Facts, length: tuple[int, int], train: int) -> list[Choice]:
    """Let short series be seen as far as they go, and learn from their beginnings."""
    lookback, horizon = length
    room, wanted = train - horizon, lookback
    if facts.has_few_seasons(train):
        wanted = 2 * (facts.season or FEWEST_OF_THETA // 2)
    least = max(min(wanted, max(room - horizon, room // 2)), 1)
    if lookback <= min(room, wanted) or least >= lookback:
        return []
    why = "of a lookback; what is missing repeats the first value"
    return [Choice("window.min_history", least, why)]


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


def _long_lookback(facts: Facts, horizon: int) -> int:
    """Return steps for smoothing: it needs no windows, and forgets what is old."""
    season = facts.season or 1
    usual = SEASONS_OF_THETA * (facts.season or horizon)
    steps = -(-max(usual, FEWEST_OF_THETA) // season) * season
    # Forecasts after the end of the data see all of a series.
    return max(min(steps, -(-facts.middle // season) * season), 2)


def _residual(*, is_short: bool) -> list[Choice]:
    if not is_short:
        return []
    why = "the network learns what the Theta method leaves"
    return [Choice("model.residual_of", "theta", why)]


def _lookback(facts: Facts, horizon: int, train: int) -> int:
    """Return whole seasons, as many as there are steps to learn from."""
    season = facts.season or 1
    seen = SHORT_SEASONS_SEEN if season < SHORT else SEASONS_SEEN
    learnt = max(train * facts.series // STEPS_FOR_ONE, 2 * season)
    steps = min(max(3 * horizon, seen * season), learnt, train // SHARE_SEEN)
    return max(steps // season, 1) * season


def _segment(facts: Facts, lookback: int, *, is_short: bool) -> list[Choice]:
    """Fold seasons into tokens where they are long and there are several."""
    season, least = facts.season, 2 if is_short else 3
    if season is None or season < SHORT or lookback < least * season:
        return []
    segment = Choice("model.segment", season, "one season becomes one token")
    return [segment] if is_short else [segment, Choice("model.embedding", 64)]


def _normalisation(facts: Facts, lookback: int) -> list[Choice]:
    many = facts.series >= MANY
    if facts.season is None and many:
        why = "relative to the last value, in deviations of the window"
        return [Choice("model.instance_norm", "zlast", why)]
    if facts.season is None:
        why = "relative to the last value: what has no season moves on from there"
        return [Choice("model.instance_norm", "last", why)]
    if facts.grows or (facts.positive and facts.has_few_seasons(facts.middle)):
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
