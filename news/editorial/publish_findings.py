"""Publish checks of bundles: errors of the rules prevent publishing, warnings are shown."""

from . import page_reader
from .content_checks import rules


def blocking_findings(draft) -> list[str]:
    return [one.sentence for one in _found(draft, rules.ERROR)]


def warning_findings(draft) -> list[str]:
    """Return the warnings except those on the place of the page, because a bundle knows which pages it publishes."""
    return [one.sentence for one in _found(draft, rules.WARNING) if not one.is_of_its_place]


def _found(draft, gravity: str) -> list[rules.Finding]:
    return rules.filter_by_gravity(rules.run_rules(page_reader.read_page(draft)), gravity)
