"""The members of a comparison, and that it is fair."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from seqforecast.config.experiment import Experiment
from seqforecast.config.experiment_file import Loaded, load_experiment, resolve
from seqforecast.config.overrides import Overrides
from seqforecast.data.table.section import TableSource
from seqforecast.errors import ConfigError, did_you_mean, shorten
from seqforecast.evaluation.baselines.registry import BASELINES
from seqforecast.evaluation.final_choice import NETWORK
from seqforecast.models.section import Cell

# Where memory matters: the shipped experiment that cells are compared on.
DEFAULT = "echo"
# The short name of the experiment file.
SHORT = {"rnn": Cell.SIMPLE_RNN.value}
CELLS = {**SHORT, **{cell.value: cell.value for cell in Cell}}

# Sections that decide which windows are scored, and settings in them that only decide
# what a model reads beside the values.
SHARED = ("data", "split", "window")
READ = {"past", "future", "static", "calendar"}


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a comparison.

    Attributes:
        name: no other member has it.
        loaded: its experiment.
    """

    name: str
    loaded: Loaded

    @property
    def experiment(self) -> Experiment:
        """What is trained, but for the seed."""
        return self.loaded.experiment

    def with_experiment(self, experiment: Experiment) -> "Member":
        """Return the same member with other settings."""
        return replace(self, loaded=replace(self.loaded, experiment=experiment))


def choose_members(
    words: Sequence[str], experiment: str | None, overrides: Overrides = ()
) -> list[Member]:
    """Return what the words of the command line stand for, in their order.

    A cell stands for `experiment` with that cell, any other word for an experiment
    of its own. Words that occur again get a number.

    Args:
        words: `rnn`, `lstm`, `gru`, paths, names of shipped experiments.
        experiment: what cells are compared on; None for the shipped one.
        overrides: `section.key=value` texts, for all of them.

    Raises:
        ConfigError: an experiment cannot be read, or two have different windows.
    """
    if experiment is not None and not any(word in CELLS for word in words):
        raise ConfigError(
            "--experiment says what cells are compared on, and no cell is named",
            hint=f"cells: {', '.join(CELLS)}; or leave --experiment out",
        )
    members: list[Member] = []
    for word in words:
        if word in CELLS:
            path = resolve(experiment or DEFAULT)
            changes = [*overrides, f"model.cell={CELLS[word]}"]
            name, loaded = CELLS[word], load_experiment(path, changes)
        else:
            loaded = load_experiment(resolve(word), overrides)
            name = loaded.experiment.name
        # What is compared are networks, whatever is forecast in the end.
        alone = loaded.experiment.model_copy(update={"final": NETWORK})
        loaded = replace(loaded, experiment=alone)
        # Baselines stand in the same table under their own names.
        taken = {*BASELINES, *(member.name for member in members)}
        members.append(Member(_free(name, taken), loaded))
    _check_same_windows(members)
    return members


def choose_forecasters(words: str | None) -> tuple[str, ...]:
    """Return the baselines that a list with commas names, each once, in its order.

    Raises:
        ConfigError: there is no such baseline.
    """
    names = dict.fromkeys(word.strip() for word in (words or "").split(","))
    wanted = tuple(name for name in names if name)
    unknown = [name for name in wanted if name not in BASELINES]
    if unknown:
        raise ConfigError(
            f"there is no baseline {shorten(unknown[0])} to rank beside the members",
            hint=did_you_mean(unknown[0], BASELINES),
        )
    return wanted


def _free(name: str, taken: set[str]) -> str:
    """Return the name, with a number where it is taken.

    Names are folders too: some systems take `A` for `a`, and drop a last dot.
    """
    folders = {folder.casefold().rstrip(".") for folder in taken}
    number, free = 1, name
    while free.casefold().rstrip(".") in folders:
        number += 1
        free = f"{name}-{number}"
    return free


def _check_same_windows(members: Sequence[Member]) -> None:
    """Refuse members that would be scored on other windows than the first.

    Raises:
        ConfigError: names everything that differs.
    """
    first = members[0]
    lines = [
        f"  {setting}: {mine!r} in {first.name}, {yours!r} in {other.name}"
        for other in members[1:]
        for setting, mine, yours in _telling(first, other)
    ]
    if lines:
        raise ConfigError(
            "only forecasts of the same windows can be compared; what differs:\n"
            + "\n".join(lines),
            hint="--set gives all of them one value, as in --set window.horizon=24",
            has_lines=True,
        )


def _telling(one: Member, other: Member) -> Iterator[tuple[str, Any, Any]]:
    """Yield what makes other windows; of data of another kind nothing but that."""
    is_alike = one.experiment.data.source == other.experiment.data.source
    for setting, mine, yours in differences(one, other, SHARED):
        section, _, key = setting.partition(".")
        if section == "data" and not is_alike and key != "source":
            continue
        # What the data decide is compared once they have.
        if "auto" in (mine, yours) or (section == "data" and key in READ):
            continue
        yield setting, mine, yours


def differences(
    one: Member, other: Member, sections: Sequence[str]
) -> Iterator[tuple[str, Any, Any]]:
    """Yield each setting that differs, with both values; paths are compared whole."""
    for section in sections:
        mine, yours = (_values(member, section) for member in (one, other))
        for key in dict.fromkeys([*mine, *yours]):
            values = mine.get(key), yours.get(key)
            if values[0] != values[1]:
                yield f"{section}.{key}" if key else section, *values


def _values(member: Member, section: str) -> dict[str, Any]:
    """Return the settings of a section; of a plain setting, its value by ''."""
    settings = member.experiment.model_dump(mode="json")[section]
    if not isinstance(settings, dict):
        return {"": settings}
    data = member.experiment.data
    if section == "data" and isinstance(data, TableSource):
        settings["path"] = str(data.file(member.loaded.folder).resolve())
    return settings
