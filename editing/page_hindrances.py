"""What would fail a reader keeps a page from going out with a bundle too."""

from home.page_hindrances import page_hindrances

from .checks import reading, rules


@page_hindrances.register("checks")
def checks(draft) -> list[str]:
    grave = rules.of_gravity(rules.examine(reading.read(draft)), rules.ERROR)
    return [finding.sentence for finding in grave]
