"""Reading: an experiment file from disk as text, or the reason why not."""

from pathlib import Path

from seqforecast.config.shipped import list_shipped
from seqforecast.errors import ConfigError, did_you_mean

LARGEST_FILE = 256 * 1024
TABLES = (".csv", ".csv.gz", ".parquet")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: Path) -> str:
    """Return the text of an experiment file, as it is.

    Raises:
        ConfigError: absent, a directory, unreadable, too large, or not UTF-8 text.
    """
    _refuse_a_table(path)
    if path.is_dir():
        raise ConfigError(
            f"{path} is a directory, not an experiment file",
            hint="name the YAML file in it",
        )
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ConfigError(
                f"{path} is too large for an experiment file: "
                f"{path.stat().st_size:,} bytes, the most is {LARGEST_FILE:,}",
                hint="is this the data? name it by data.path in a file of its own",
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            f"no such experiment file: {path}", hint=_neighbours(path)
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"{path} cannot be read: {reason}",
            hint="check the path and its permissions",
        ) from None
    return _decode(content, path)


def _decode(content: bytes, path: Path) -> str:
    if content.startswith(_UTF_16):
        raise ConfigError(
            f"{path} is UTF-16, not UTF-8", hint="save it again as UTF-8 text"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before, byte = error.object[: error.start], error.object[error.start]
        if b"\0" in content:
            raise _not_text(path) from None
        line = before.count(b"\n") + 1
        column = len(before.rsplit(b"\n", 1)[-1].decode("utf-8")) + 1
        raise ConfigError(
            f"{path}:{line}:{column}: not UTF-8 text: byte 0x{byte:02x}",
            hint="save it again as UTF-8 text",
        ) from None
    if "\0" in text:
        raise _not_text(path)
    return text


def _not_text(path: Path) -> ConfigError:
    return ConfigError(
        f"{path} is a binary file, not an experiment file",
        hint=f"name a YAML file, or a shipped experiment: {_shipped()}",
    )


def _refuse_a_table(path: Path) -> None:
    """Refuse data where an experiment was asked for."""
    if path.name.lower().endswith(TABLES) and path.is_file():
        raise ConfigError(
            f"{path} is data, not an experiment file",
            hint=f"write a YAML file with `data: {{source: table, path: {path.name}}}`",
        )


def _shipped() -> str:
    return ", ".join(list_shipped())


def _neighbours(path: Path) -> str:
    """Return a hint that names the experiment files beside an absent one."""
    try:
        found = [item.name for item in path.parent.iterdir()]
    except OSError:
        return f"the folder {path.parent} does not exist either"
    files = [name for name in found if name.endswith((".yaml", ".yml"))]
    if not files or len(files) > 20:
        return f"the shipped experiments are {_shipped()}"
    return did_you_mean(path.name, files)
