"""The YAML parser's complaints, in plain sentences with a remedy."""

import re

import yaml

from seqforecast.config.problems import Location, Problem, Source

_COLON = (
    "look for a colon missing above, or an uneven indentation; "
    "put text that holds ': ' in quotes"
)
_QUOTES = "put the text in quotes, 'like this'"

# What the parser says (its start), what that means, what to do about it.
_SENTENCES = (
    (
        "mapping values are not allowed",
        "a colon where no setting can begin",
        _COLON,
    ),
    (
        "could not find expected ':'",
        "a line that is no `setting: value`",
        "write a colon and a space after the setting's name",
    ),
    (
        "sequence entries are not allowed",
        "a '-' where no list can begin",
        "write lists as [64, 64]",
    ),
    (
        "found unknown escape character",
        "a backslash in double quotes that means nothing",
        "put the text in single quotes, or write / instead of \\",
    ),
    (
        "expected escape sequence",
        "a backslash in double quotes that means nothing",
        "put the text in single quotes, or write / instead of \\",
    ),
    (
        "expected <block end>",
        "a line whose indentation fits no line above it",
        "indent all settings of a section alike",
    ),
    (
        "expected '<document start>'",
        "a line that does not fit what stands above it",
        "begin every top-level setting in the first column",
    ),
)
_TAB_IN_INDENTATION = re.compile(r" *\t")


def explain_syntax(error: yaml.MarkedYAMLError, source: Source) -> Problem:
    """Return the parser's complaint as a problem a user can act on."""
    mark = error.problem_mark or error.context_mark
    complaint = error.problem or ""
    if mark is None:
        return Problem(source.start(), f"not valid YAML: {complaint}", _general_hint())
    place = source.place(mark.line + 1, mark.column + 1)
    if tab := _tab(source, mark.line):
        return Problem(
            source.place(*tab),
            "a tab where YAML wants spaces",
            "replace it by spaces, two for each level",
        )
    if error.context_mark is not None:
        opened = error.context_mark
        begin = source.place(opened.line + 1, opened.column + 1)
        if unfinished := _unfinished(complaint, begin, place):
            return unfinished
    if complaint.startswith("found character"):
        letter = source.lines[mark.line][mark.column]
        return Problem(place, f"a value cannot begin with {letter!r}", _QUOTES)
    for start, sentence, hint in _SENTENCES:
        if complaint.startswith(start):
            return Problem(place, sentence, hint)
    return Problem(place, "not valid YAML at this position", _general_hint())


def explain_escape(mark: yaml.Mark, source: Source) -> Problem:
    """Return the problem of an escape that is no character, where reading ended."""
    place = source.place(mark.line + 1, mark.column + 1)
    return Problem(
        place, "an escape that stands for no character", "write the character itself"
    )


def _unfinished(complaint: str, begin: Location, end: Location) -> Problem | None:
    """Return what is wrong with quotes, brackets and the like that have a begin."""
    if "unexpected end of stream" in complaint:
        return Problem(
            begin,
            "a quotation mark that is never closed",
            "close it, or put text that holds one in the other kind of quotes",
        )
    if complaint.startswith("expected alphabetic"):
        return Problem(begin, "a value cannot begin with '*' or '&'", _QUOTES)
    if complaint.startswith("expected ',' or"):
        _, line, column = begin.order
        text = f"the bracket opened at line {line}, column {column} is not closed"
        return Problem(end, text, "close it, and put commas between the items")
    return None


def _general_hint() -> str:
    return "look at this line and the one above: indentation, quotes, brackets"


def _tab(source: Source, line: int) -> tuple[int, int] | None:
    """Return line and column of the tab that the parser stumbled over, if any."""
    for number in (line, line - 1):
        if 0 <= number < len(source.lines):
            text = source.lines[number]
            if _TAB_IN_INDENTATION.match(text):
                return number + 1, text.index("\t") + 1
    text = source.lines[line] if line < len(source.lines) else ""
    if re.match(r"\s*[^\s#'\"]+:\t", text):
        return line + 1, text.index("\t") + 1
    return None
