"""What apps above keep of a person beside requests, to take away and to erase in the person's own space.

An app offers it in its own ``personal.py``, under a key that stands in the export::

    personal.register("participation")(Holding(_("What I wrote"), rows, told, forget))
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .registry import Registry


@dataclass(frozen=True)
class PersonalDataHolding[Row]:
    """Rows of one kind. ``rows``: those of a proven address; ``told``: one as plain data; ``forget``: erases one.

    ``stays``: what of it does not go, in a sentence to read before.
    """

    name: str  # may be lazy
    rows: Callable[[str], Iterable[Row]]
    told: Callable[[Row], dict]
    forget: Callable[[Row], None]
    stays: str = ""  # may be lazy

    def count(self, email: str) -> int:
        return len(list(self.rows(email)))

    def export(self, email: str) -> list[dict]:
        return [self.told(one) for one in self.rows(email)]

    def erase(self, email: str) -> None:
        for one in list(self.rows(email)):
            self.forget(one)


personal_data_holdings: Registry[PersonalDataHolding] = Registry("personal_data")
