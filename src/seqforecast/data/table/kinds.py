"""The kinds of files that hold data, told by how their names end."""

from pathlib import PurePath

TEXT = (".csv", ".tsv", ".tab", ".txt")
PARQUET = (".parquet", ".pq", ".parq")
WORKBOOK = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
ARROW = (".arrow", ".feather", ".ipc")
SERIES = (".tsf", ".ts")
PACKED = ".gz"

READABLE = (
    "CSV (.csv, .tsv, .txt, also .gz), Parquet (.parquet, or a folder of such files), "
    "Excel (.xlsx, .xls, .ods), Arrow (.arrow, .feather), Monash .tsf and aeon .ts"
)

# What pandas reads, so that a line of Python makes it a file that is read here.
_BY_PANDAS = {
    ".json": "json",
    ".jsonl": "json",
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".h5": "hdf",
    ".hdf5": "hdf",
    ".dta": "stata",
    ".sav": "spss",
    ".sas7bdat": "sas",
    ".orc": "orc",
    ".xml": "xml",
    ".html": "html",
}
_PACKED_OTHERWISE = (".zip", ".bz2", ".xz", ".zst", ".7z", ".tar", ".tgz", ".rar")


def ending_of(path: PurePath) -> str:
    """Return the ending that tells the kind, in small letters, that of gzip dropped."""
    name = path.name.lower().removesuffix(PACKED)
    return PurePath(name).suffix


def stem_of(path: PurePath) -> str:
    """Return a file's name without the endings that tell its kind."""
    name = path.name
    if name.lower().endswith(PACKED):
        name = name[: -len(PACKED)]
    stem = PurePath(name).stem if is_known(PurePath(name)) else name
    return stem or path.name


def is_text_file(path: PurePath) -> bool:
    """Return whether a file is text of separated values by its name."""
    return ending_of(path) in TEXT


def is_known(path: PurePath) -> bool:
    """Return whether a file is of a kind that is read, by its name."""
    if path.name.lower().endswith(PACKED):
        return is_text_file(path)
    kinds = (*TEXT, *PARQUET, *WORKBOOK, *ARROW, *SERIES)
    return path.suffix.lower() in kinds


def way_out(path: PurePath) -> str:
    """Return what to do with a file of another kind."""
    ending = path.suffix.lower()
    if ending in _PACKED_OTHERWISE:
        return f"unpack it first; read are {READABLE}"
    if ending in _BY_PANDAS:
        reader = f"pandas.read_{_BY_PANDAS[ending]}({path.name!r})"
        return f"turn it into Parquet: {reader}.to_parquet({path.stem + '.parquet'!r})"
    return f"read are {READABLE}"
