"""Grouping: the column that says which group each series belongs to."""

from seqforecast.data.sources.reading import Table
from seqforecast.data.sources.static import read_static
from seqforecast.errors import DataError


def read_groups(
    table: Table, id_column: str | None, group: str, ids: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the group of each series of a long file; empty cells count for nothing.

    Args:
        table: the file, whose ids were found readable.
        id_column: names the series; None if there is one.
        group: the column, which the file has.
        ids: one name a series, in the order of their first records.

    Raises:
        DataError: the group changes within a series, or a series has none.
    """
    try:
        found = read_static(table, id_column, [group], ids, fill=True)
    except DataError as error:
        raise DataError(
            f"{error} (evaluation.group)",
            hint="a series belongs to one group; name another column, or leave "
            "evaluation.group out",
        ) from None
    return tuple(found[group].tolist())
