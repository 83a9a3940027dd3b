"""Pages: HTML files that need no network and no other file, all in one style."""

from typing import Any


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
