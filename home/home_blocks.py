"""The sections of the home page that apps above offer: news, agenda, online counter, newsletter.

An app puts them into its own ``home_blocks.py``::

    from home.home_blocks import Section, home_blocks

    @home_blocks.register("news")
    def latest(request, page):
        articles = …
        return Section("news/home_block.html", {"articles": articles}, order=30) if articles else None

The template is a whole ``<section class="band">…`` and gets ``page``, ``request`` and the section's context.
Lines of the band “today” are offered the same way in ``today.py``: see :class:`Line`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from .generation import kept
from .languages import reader_of
from .registry import Registry

SECONDS = 300


@dataclass(frozen=True)
class Section:
    """A section of the home page; a lower order comes first (news 30, agenda 40, counter 50, letter 60)."""

    template: str
    context: dict = field(default_factory=dict)
    order: int = 50


@dataclass(frozen=True)
class Line:
    """What holds today, as the band shows it: a key (“Tonight”), a short answer and a small remark.

    ``shape`` is ``"open"``, ``"shut"`` or nothing: a full or an empty dot beside the key. ``language`` is that of the
    key, where it is not that of the page.
    """

    key: str
    title: str
    remark: str = ""
    url: str = ""
    shape: str = ""
    order: int = 50
    language: str = ""


home_blocks: Registry[Callable[[HttpRequest, object], Section | dict | None]] = Registry("home_blocks")
# Each offer is called with the request, the home page and the moment, and answers lines.
today: Registry[Callable[..., list[Line]]] = Registry("today")


def sections_for(request: HttpRequest, page) -> dict[str, str]:
    """What the apps have to say on the home page, by key and in order, as HTML that is the same for all of a language.

    It is made once per generation and again after five minutes, since events pass without anybody's doing.
    """
    if getattr(request, "is_preview", False):
        return _sections(request, page)
    name = f"sections-{page.pk}-{reader_of(request)}"
    return kept_for_minutes(name, lambda: _sections(request, page))


def kept_for_minutes[Value](name: str, make: Callable[[], Value]) -> Value:
    """What ``make`` answers, made once per generation and again after five minutes."""
    slot = int(timezone.now().timestamp() // SECONDS)
    return kept(f"{name}-{slot}", make)


def _sections(request: HttpRequest, page) -> dict[str, str]:
    offers = {key: said for key, offer in home_blocks.items() if (said := offer(request, page))}
    sections = {key: said if isinstance(said, Section) else Section(**said) for key, said in offers.items()}
    return {
        key: render_to_string(section.template, section.context | {"page": page}, request)
        for key, section in sorted(sections.items(), key=lambda item: item[1].order)
    }


def lines_for(request: HttpRequest, page, now) -> list[Line]:
    """The band “today”, in order."""
    lines = [line for offer in today for line in offer(request, page, now)]
    return sorted(lines, key=lambda line: line.order)
