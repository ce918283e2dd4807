"""Words of the site's templates. Built in: no template needs to load them."""

from functools import cache

from django.templatetags.static import static
from django.utils.html import format_html


@cache  # a list of cases draws a hundred of the same few
def svg_icon(name: str):
    """The icon ``name`` of the sprite, for the eye only: the word beside it says the same."""
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#i-{}"/></svg>', static("img/icons.svg"), name
    )
