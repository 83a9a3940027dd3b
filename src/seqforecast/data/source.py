"""Where series come from: every source by its name in the `data:` section."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from seqforecast.data.panel import Panel
from seqforecast.data.synthetic import Echo, Sales, Sine
from seqforecast.data.table.section import TableSource

SyntheticSource = Annotated[Sales | Sine | Echo, Field(discriminator="kind")]
Source = Annotated[TableSource | SyntheticSource, Field(discriminator="source")]


def load_panel(source: Source, folder: Path, group: str | None = None) -> Panel:
    """Return the panel of a `data:` section, read from its file or made.

    Args:
        source: the section.
        folder: where a relative path starts.
        group: a column with one value a series, for `Panel.groups`; or None.

    Raises:
        DataError: the file or its values cannot be used as asked.
        ConfigError: `frequency` does not fit the time column.
    """
    if not isinstance(source, TableSource):
        return source.generate_panel()
    # pandas and pyarrow come with it: a section alone must load at once.
    from seqforecast.data.table.load import load_table

    return load_table(source, folder, group)
