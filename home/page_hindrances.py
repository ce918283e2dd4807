"""What apps above find in a draft that must not go out: a bundle with such a page waits.

An app offers it in its own ``page_hindrances.py``::

    from home.page_hindrances import page_hindrances

    @page_hindrances.register("checks")
    def checks(draft) -> list[str]: …  # one sentence each: what is wrong and what to do
"""

from collections.abc import Callable

from wagtail.models import Page

from .registry import Registry

page_hindrances: Registry[Callable[[Page], list[str]]] = Registry("page_hindrances")


def hindrances_of(draft: Page) -> list[str]:
    """The sentences of all apps about a draft."""
    return [sentence for find in page_hindrances for sentence in find(draft)]
