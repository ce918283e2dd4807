"""What would fail a reader keeps a page from going out with a bundle too; what warns is said beside it."""

from home.page_hindrances import page_hindrances, page_warnings

from .checks import reading, rules


@page_hindrances.register("checks")
def checks(draft) -> list[str]:
    return [one.sentence for one in _found(draft, rules.ERROR)]


@page_warnings.register("checks")
def warnings(draft) -> list[str]:
    """But where it stands: a bundle knows itself what goes out together."""
    return [one.sentence for one in _found(draft, rules.WARNING) if not one.is_of_its_place]


def _found(draft, gravity: str) -> list[rules.Finding]:
    return rules.of_gravity(rules.examine(reading.read(draft)), gravity)
