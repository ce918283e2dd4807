"""Template tag for icons. A template builtin: templates do not load it."""

from functools import cache

from django.templatetags.static import static
from django.utils.html import format_html


@cache  # a list of cases renders a hundred of the same few
def svg_icon(name: str):
    """Render the icon ``name`` of the sprite. It is hidden from screen readers: the text beside it says the same."""
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#i-{}"/></svg>', static("img/icons.svg"), name
    )
