"""Where series come from: one file a source, one name in the union."""

from typing import Annotated

from pydantic import Field

from seqforecast.data.sources.synthetic import Echo, Sales, Sine
from seqforecast.data.sources.table import TableSource

SyntheticSource = Annotated[Sales | Sine | Echo, Field(discriminator="kind")]
Source = Annotated[TableSource | SyntheticSource, Field(discriminator="source")]
