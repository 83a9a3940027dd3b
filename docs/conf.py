"""How Sphinx builds the site from these pages: `make docs`."""

project = "seqforecast"
copyright = "the authors of seqforecast, Apache-2.0"  # noqa: A001 - Sphinx's name
html_title = "seqforecast"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
# Links to headings are those of code hosts: `runs.md#what-lies-in-a-run-directory`.
myst_heading_anchors = 3

# Docstrings are Google's; a word in backquotes is code there as in Markdown.
default_role = "code"
napoleon_numpy_docstring = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
add_module_names = False
highlight_language = "text"

# Nothing is fetched when a page is read: no fonts, scripts or styles of other hosts.
html_theme = "furo"
pygments_dark_style = "a11y-high-contrast-dark"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
html_domain_indices = False
