"""YAML text into plain values, each with the position where it was written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from seqforecast.config.problems import Location, Path, Problem, Source, dotted
from seqforecast.config.yaml_syntax import explain_escape, explain_syntax

DEEPEST = 16
PLAIN_ONLY = "experiment files are plain values: write it out"
Scalar = str | int | float | bool | None

# https://yaml.org/spec/1.2.2/#1032-tag-resolution
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NOT_A_NUMBER = frozenset({".nan", ".NaN", ".NAN"})

# Python refuses to read whole numbers of more than 4300 digits; no setting needs
# more than this, and a float says "infinite" where it must.
_MOST_DIGITS = 300


@dataclass(frozen=True, slots=True)
class Mark:
    """One setting as written: places of its name and value, and a scalar's text."""

    key: Location
    value: Location
    written: str | None = None


@dataclass(slots=True)
class Tree:
    """Plain values with their spots, and what is already known to be wrong.

    Attributes:
        values: dicts, lists, text, numbers, booleans and None.
        spots: by path; a path without a spot lies where its parent lies.
        problems: found while reading.
        refused: paths whose values are not worth a second complaint.
    """

    values: Any
    spots: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: set[Path] = field(default_factory=set)

    def spot(self, path: Path) -> Mark:
        """Return the spot of a path, or of the nearest parent that has one."""
        while path not in self.spots:
            path = path[:-1]
        return self.spots[path]

    def has(self, path: Path) -> bool:
        """Return whether something is written at the path."""
        value = self.values
        for step in path:
            if isinstance(value, dict) and step in value:
                value = value[step]
            elif isinstance(value, list) and step in range(len(value)):
                value = value[int(step)]
            else:
                return False
        return True

    def value(self, path: Path) -> Any:
        """Return the value at a path; None where there is none."""
        value = self.values
        if not self.has(path):
            return None
        for step in path:
            value = value[step]
        return value

    def put(self, path: Path, value: Any) -> None:
        """Replace the value at a path whose parent exists."""
        self.value(path[:-1])[path[-1]] = value

    def forget(self, path: Path) -> None:
        """Forget the spots at and below a path."""
        for known in [known for known in self.spots if known[: len(path)] == path]:
            del self.spots[known]

    def is_refused(self, path: Path) -> bool:
        """Return whether the path or a parent of it was refused while reading."""
        return any(path[:length] in self.refused for length in range(len(path) + 1))

    def is_override(self, path: Path) -> bool:
        """Return whether an override, not the file, wrote the value."""
        return self.spot(path).value.order[0] > 0

    def origin(self, path: Path) -> str:
        """Return who wrote a setting: a position, `--set`, or `default`."""
        if not self.has(path) or (path == ("name",) and path not in self.spots):
            return "default"
        place = self.spot(path).value
        if self.is_override(path):
            return "--set" if place.where.startswith("--set") else "overrides"
        return place.where if path in self.spots else "mapping"


def read_tree(text: str, source: Source) -> Tree:
    """Read one YAML document; everything wrong with it ends up in `problems`.

    Duplicate and non-text names, anchors, aliases, merge keys, tags and further
    documents are refused, each where it stands. Of a setting written twice the
    first value is kept. Without a readable document `values` is None.
    """
    if unprintable := _control_character(source):
        return _unreadable(source, unprintable)
    if yaml.__with_libyaml__ and "\t" not in text:
        # Thirty times faster than PyYAML's own parser, which has the better complaints
        # and reads a tab alike everywhere.
        try:
            return _read(yaml.CSafeLoader(text), source)
        except (yaml.YAMLError, UnicodeError):
            pass
    loader = yaml.SafeLoader(text)
    try:
        return _read(loader, source)
    except yaml.MarkedYAMLError as error:
        return _unreadable(source, explain_syntax(error, source))
    except (ValueError, OverflowError):
        mark = loader.get_mark()
        return _unreadable(source, explain_escape(mark, source))


def _read(loader: Any, source: Source) -> Tree:
    """Read the loader's events; its errors are the caller's."""
    tree = Tree(None, {(): Mark(source.start(), source.start())})
    try:
        _Reader(source, tree, iter(loader.get_event, None)).read()
    except _TooDeepError as error:
        tree.problems.append(error.problem)
        tree.refused.add(())
    return tree


def _unreadable(source: Source, problem: Problem) -> Tree:
    here = Mark(source.start(), source.start())
    return Tree(None, {(): here}, [problem], {()})


def _control_character(source: Source) -> Problem | None:
    """Return the first character that YAML does not allow as a problem."""
    for number, line in enumerate(source.lines, start=1):
        if match := yaml.reader.Reader.NON_PRINTABLE.search(line):
            text = f"a control character (U+{ord(match[0]):04X})"
            return Problem(source.place(number, match.start() + 1), text, "delete it")
    return None


class _TooDeepError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


class _Reader:
    """Builds a tree from the parser's events."""

    def __init__(self, source: Source, tree: Tree, events: Iterator[Any]) -> None:
        self._source = source
        self._tree = tree
        self._events = events

    def read(self) -> None:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                break
        else:
            return
        self._tree.values = self._node(next(self._events), ())
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                text = "a second document begins here"
                self._problem(event, text, "keep one experiment in a file")
                return

    def _node(self, event: Any, path: Path) -> Any:
        """Return the value that begins with this event and note its spot."""
        if len(path) > DEEPEST:
            text = f"more than {DEEPEST} levels of lists or sections"
            raise _TooDeepError(
                Problem(self._place(event), text, "no setting is nested so deeply")
            )
        self._refuse_extras(event, path)
        if path:
            place = self._place(event)
            key = self._tree.spots[path].key if path in self._tree.spots else place
            written = getattr(event, "value", None)
            self._tree.spots[path] = Mark(key, place, written)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        return None

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Any:
        if not event.value.isascii() and any(
            "\ud800" <= letter <= "\udfff" for letter in event.value
        ):
            self._refuse(event, path, "half of a character", "write it unescaped")
        return read_plain(event.value) if not event.style else event.value

    def _list(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        settings: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            name = self._name(event, path)
            if name is None:
                self._skip(next(self._events), path)
            elif name in settings:
                self._refuse_duplicate(event, (*path, name))
                self._skip(next(self._events), path)
            else:
                place = self._place(event)
                self._tree.spots[(*path, name)] = Mark(place, place)
                settings[name] = self._node(next(self._events), (*path, name))
        if path:  # a section lies where its name stands
            spot = self._tree.spots[path]
            self._tree.spots[path] = Mark(spot.key, spot.key)
        return settings

    def _name(self, event: Any, path: Path) -> str | None:
        """Return a setting's name; refuse what is not text."""
        self._refuse_extras(event, (*path, ""))
        within = f"{dotted(path)}: " if path else ""
        hint = "write `name: value`"
        if not isinstance(event, yaml.ScalarEvent):
            self._skip(event, path)
            self._problem(event, f"{within}a setting's name must be text", hint)
            return None
        if not event.style and event.value == "<<":
            self._problem(event, f"{within}merge keys (<<) are not read", PLAIN_ONLY)
            return None
        if not event.style and not isinstance(read_plain(event.value), str):
            text = f"{within}a setting's name must be text, got {event.value or 'null'}"
            self._problem(event, text, hint)
            return None
        return str(event.value)

    def _skip(self, event: Any, path: Path) -> None:
        """Read past a value, without a trace but its problems."""
        hidden = _Reader(self._source, Tree(None), self._events)
        hidden._node(event, path)
        self._tree.problems.extend(hidden._tree.problems)

    def _refuse_duplicate(self, event: Any, path: Path) -> None:
        first = self._tree.spots[path].key
        _, line, column = first.order
        text = f"{dotted(path)}: written twice, first at line {line}, column {column}"
        self._problem(event, text, "keep one of the two")

    def _refuse_extras(self, event: Any, path: Path) -> None:
        """Refuse anchors, aliases and tags."""
        if isinstance(event, yaml.AliasEvent):
            self._refuse(
                event, path, f"aliases (*{event.anchor}) are not read", PLAIN_ONLY
            )
        elif event.anchor is not None:
            self._refuse(
                event, path, f"anchors (&{event.anchor}) are not read", PLAIN_ONLY
            )
        elif event.tag is not None:
            self._refuse(
                event, path, f"tags ({_short(event.tag)}) are not read", PLAIN_ONLY
            )

    def _refuse(self, event: Any, path: Path, text: str, hint: str) -> None:
        named = tuple(step for step in path if step != "")
        self._tree.refused.add(path)
        self._problem(event, f"{dotted(named)}: {text}" if named else text, hint)

    def _problem(self, event: Any, text: str, hint: str) -> None:
        self._tree.problems.append(Problem(self._place(event), text, hint))

    def _place(self, event: Any) -> Location:
        mark = event.start_mark
        return self._source.place(mark.line + 1, mark.column + 1)


def _short(tag: str) -> str:
    """Return a tag as it is written in a file."""
    return "!!" + tag.removeprefix("tag:yaml.org,2002:") if ":" in tag else tag


def read_plain(text: str) -> Scalar:
    """Return what a plain (unquoted) scalar stands for.

    `1e-4`, `.5`, `+1`, `0x1F` and `0o17` are numbers; `NO`, `12:30`, `1_000` and
    `2016-07-01` are text; `0777` is 777. Whole numbers of more than 300 digits
    become floats.
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    whole = _whole_number(text)
    if whole is not None:
        return whole
    number = _float(text)
    return text if number is None else number


def _whole_number(text: str) -> int | None:
    if len(text) > _MOST_DIGITS:
        return None
    if _DECIMAL.fullmatch(text):
        return int(text)
    prefixed = _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text)
    return int(text, 0) if prefixed else None


def _float(text: str) -> float | None:
    if _FLOAT.fullmatch(text):
        return float(text)
    if infinite := _INFINITE.fullmatch(text):
        return float(f"{infinite[1]}inf")
    return float("nan") if text in _NOT_A_NUMBER else None
