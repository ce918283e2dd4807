"""Page contents for content checks."""

from news.editorial.content_checks.page_content import Heading, Link, PageContent, Picture, TextPassage


def content(**fields) -> PageContent:
    """Return a page without findings, with changes."""
    return PageContent(**({"lead": "Une ou deux phrases qui répondent."} | fields))


def picture(**fields) -> Picture:
    return Picture(**({"path": "picture_alt", "name": "Le port", "alt": "Le port vu du lac"} | fields))


def headings(*levels: int) -> list[Heading]:
    return [Heading(f"body.{number}", level, f"Titre {number}") for number, level in enumerate(levels)]


def link(words: str = "Commander une attestation", **fields) -> Link:
    return Link(**({"path": "body.1", "words": words} | fields))


def passages(*texts: str) -> list[TextPassage]:
    return [TextPassage(f"body.{number}", text) for number, text in enumerate(texts)]
