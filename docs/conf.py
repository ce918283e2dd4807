"""Settings of the documentation site. ``bin/docs`` builds it with Sphinx, from the root of the project."""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The generator has its own environment; the libraries of the project come behind those of the generator.
sys.path.insert(0, str(ROOT))
sys.path += map(str, (ROOT / ".venv/lib").glob("python3.*/site-packages"))
import django  # noqa: E402  (found by the line above)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings.test")
django.setup()

project = "Commune"
author = "The contributors"
html_title = "Commune"
root_doc = "docs/index"
include_patterns = ["docs/**", "CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md"]
exclude_patterns = ["docs/requirements.*", "docs/start"]
extensions = ["myst_parser", "sphinx.ext.autodoc"]

html_theme = "furo"
html_show_sphinx = False
html_copy_source = False
html_extra_path = ["service-definition.schema.json", "start"]

myst_heading_anchors = 4  # as forges make them
myst_enable_extensions = ["attrs_inline"]
suppress_warnings = ["myst.header"]  # guides may skip a level of headings

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_inherit_docstrings = False


def setup(app) -> None:
    app.connect("source-read", make_decisions_targets)


def make_decisions_targets(app, name: str, source: list[str]) -> None:
    """Replace the HTML anchors of decisions, which forges know, with targets that links are checked against."""
    source[0] = re.sub(r'<a id="(d\d+)"></a>', r"[]{#\1}", source[0])
