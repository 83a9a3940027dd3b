"""Files named by the user: `~` in a path stands for the home folder."""

from pathlib import Path


def expand(path: str | Path) -> Path:
    """Return a path with the home folder in the place of a leading `~` or `~name`.

    As in a shell, the `~` of a user there is none of is a letter like any other.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)
