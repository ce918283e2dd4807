"""What would fail a reader keeps a page from going out with a bundle too; what warns is said beside it."""

from home.page_hindrances import page_hindrances, page_warnings

from .checks import reading, rules


@page_hindrances.register("checks")
def checks(draft) -> list[str]:
    return _sentences(draft, rules.ERROR)


@page_warnings.register("checks")
def warnings(draft) -> list[str]:
    return _sentences(draft, rules.WARNING)


def _sentences(draft, gravity: str) -> list[str]:
    return [finding.sentence for finding in rules.of_gravity(rules.examine(reading.read(draft)), gravity)]
