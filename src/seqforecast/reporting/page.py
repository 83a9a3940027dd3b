"""Pages: HTML files that need no network and no other file, pictures inside."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# A picture as the template shows it: heading, how to read it, what it shows in
# words, its address, its name.
Shown = tuple[str, str, str, str, str]


def render_page(template: str, **values: Any) -> str:
    """Return a page as HTML; what `values` hold cannot write any.

    Args:
        template: one of those in `templates` that extend page.html.
        values: all that it names, `title` among them.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("seqforecast.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(values)


def inline(path: Path) -> str:
    """Return a picture as the address of itself.

    Where there is an SVG of it, that is taken: it is sharp in any size, and has the
    colours of dark screens. As an image it can run nothing and ask for nothing.

    Args:
        path: a PNG file.

    Raises:
        OSError: it cannot be read.
    """
    kind, vector = "png", path.with_suffix(".svg")
    if vector.is_file():
        kind, path = "svg+xml", vector
    return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def read_description(path: Path) -> str | None:
    """Return what a picture shows: its finding and its caption.

    None where it does not say: those of versions before 0.2 do not.

    Raises:
        OSError: the file is not there, or is not a picture.
    """
    from PIL import Image

    with Image.open(path) as picture:
        # PNG's own name for it; every other kind of picture has none.
        description = getattr(picture, "text", {}).get("Description")
    return description and str(description)


def show(
    pictures: Mapping[str, Path], reading: Mapping[str, tuple[str, str]]
) -> list[Shown]:
    """Return pictures as a page shows them, in their order.

    Where a picture does not say what it shows, its heading has to do.

    Args:
        pictures: PNG files by name.
        reading: by name, a heading and how to read the picture; without it the name
            is the heading.

    Raises:
        OSError: a picture cannot be read.
    """
    figures = []
    for name, path in pictures.items():
        heading, how = reading.get(name, (name.replace("_", " ").capitalize(), ""))
        alt = read_description(path) or f"{heading}: this picture has no description."
        figures.append((heading, how, alt, inline(path), name))
    return figures
