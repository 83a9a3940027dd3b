"""The search space: checked as if each of its values stood in the file."""

from collections.abc import Iterator
from copy import deepcopy

from pydantic import ValidationError, create_model

from seqforecast.config.error_messages import explain, received, unknown
from seqforecast.config.problems import Location, Path, Problem, dotted
from seqforecast.config.schema import locate, reread, sections
from seqforecast.config.tune_section import Range, accepts_whole, why_fixed
from seqforecast.config.yaml_tree import Mark, Tree
from seqforecast.section import Section

SPACE: Path = ("tune", "space")
HOW = "write a list of values, or {low: 1e-4, high: 1e-2, log: true}"


def find_problems(root: type[Section], tree: Tree) -> list[Problem]:
    """Return all that is wrong with what is to be searched, each where it stands.

    Values are held against the setting alone: what two settings forbid together makes
    a trial fail, and no search.

    Args:
        root: the experiment.
        tree: what was written; without a space nothing is wrong with it.
    """
    space = tree.value(SPACE)
    if not isinstance(space, dict):
        return []
    return [
        problem
        for name in space
        if not tree.is_refused((*SPACE, name))
        for problem in _of_setting(root, tree, str(name))
    ]


def _of_setting(root: type[Section], tree: Tree, name: str) -> list[Problem]:
    """Return what is wrong with one setting that is to be searched."""
    at: Path = (*SPACE, name)
    path: Path = tuple(name.split("."))
    if refused := _name_problem(root, tree.spot(at).key, path):
        return [refused]
    value = tree.value(at)
    if isinstance(value, list):
        return [*_list_problems(tree, at), *_value_problems(root, tree, at, path)]
    if isinstance(value, dict):
        return _range_problems(root, tree, at, path)
    spot = tree.spot(at)
    got = received(value, spot.written if at in tree.spots else None)
    return [Problem(spot.value, f"{name}: expected what to search, got {got}", HOW)]


def _name_problem(root: type[Section], key: Location, path: Path) -> Problem | None:
    """Return why nothing can be searched under this name."""
    name = dotted(path)
    if why := why_fixed(name):
        hint = "search model, training, scale or window.lookback"
        return Problem(key, f"{name} is not searched: {why}", hint)
    setting = locate(root, path)
    if setting.annotation is None:
        text, remedy = unknown(root, setting)
        return Problem(key, f"{name}: {text}", remedy)
    if sections(setting.annotation):
        hint = f"name one, such as {name}.{next(iter(_fields(root, path)))}"
        return Problem(key, f"{name} is a section of settings", hint)
    return None


def _fields(root: type[Section], path: Path) -> Iterator[str]:
    yield from sections(locate(root, path).annotation)[0].model_fields


def _list_problems(tree: Tree, at: Path) -> list[Problem]:
    """Return what is wrong with a list of values as a list."""
    values, name = tree.value(at), at[-1]
    if len(values) < 2:
        text = f"{name}: needs two values or more to choose from, got {len(values)}"
        return [Problem(tree.spot(at).value, text, HOW)]
    # Equal values have equal texts but for numbers, whose hashes are equal.
    seen: dict[object, None] = {}
    problems = []
    for number, value in enumerate(values):
        key = repr(value) if isinstance(value, dict | list) else value
        if key in seen:
            place = tree.spot((*at, number)).value
            text = f"{name}: stands in the list twice"
            problems.append(Problem(place, text, "keep one of the two"))
        seen[key] = None
    return problems


def _value_problems(
    root: type[Section], tree: Tree, at: Path, path: Path
) -> list[Problem]:
    """Return what is wrong with each value of a list."""
    return [
        problem
        for number in range(len(tree.value(at)))
        for problem in _held_against(root, tree, (*at, number), path)
    ]


def _range_problems(
    root: type[Section], tree: Tree, at: Path, path: Path
) -> list[Problem]:
    """Return what is wrong with a range: its form first, then its ends."""
    name = str(at[-1])
    holder = create_model("Holder", __base__=Section, **{name: (Range, ...)})  # type: ignore[call-overload]
    problems = _held_against(holder, tree, at, (name,))
    if problems:
        return problems
    for end in ("low", "high"):
        problems += _held_against(root, tree, (*at, end), path)
    step, is_whole = tree.value((*at, "step")), accepts_whole(root, name)
    if is_whole and step is not None and not isinstance(step, int):
        text = f"{name}: holds whole numbers, got a step of {step}"
        problems.append(Problem(tree.spot((*at, "step")).value, text, "round it"))
    return problems


def _written(value: object, path: Path) -> Iterator[Path]:
    """Yield a path and all below it: looking through every place takes longer."""
    yield path
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _written(item, (*path, name))
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _written(item, (*path, number))


def _held_against(
    section: type[Section], tree: Tree, at: Path, path: Path
) -> list[Problem]:
    """Return why a section refuses what stands at `at` as its setting `path`."""
    values = deepcopy(tree.value(at))
    for step in reversed(path):
        values = {step: values}
    nowhere = Location("")
    moved = {
        (*path, *old[len(at) :]): tree.spots[old]
        for old in _written(tree.value(at), at)
        if old in tree.spots
    }
    spots = {(): Mark(nowhere, nowhere), path: tree.spot(at)}
    candidate = Tree(values, spots | moved)
    while True:
        try:
            section.model_validate(candidate.values)
        except ValidationError as error:
            if reread(error, section, candidate):
                continue
            problems = explain(error, section, candidate)
            # Whatever else the section lacks is told where that stands.
            return [problem for problem in problems if problem.place is not nowhere]
        return []
