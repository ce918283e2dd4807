"""Extension point for personal data besides cases, which people export and erase in their account.

An app registers it in its own ``personal_data.py``, under a key that the export contains::

    personal_data_holdings.register("participation")(PersonalDataHolding(_("What I wrote"), rows, told, forget))
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .registry import Registry


@dataclass(frozen=True)
class PersonalDataHolding[Row]:
    """Rows of one type.

    ``rows``: the rows of a proven address; ``told``: a row as plain data; ``forget``: erases a row. ``stays``: which
    data is not erased, in a sentence shown before.
    """

    name: str  # may be lazy
    rows: Callable[[str], Iterable[Row]]
    told: Callable[[Row], dict[str, Any]]
    forget: Callable[[Row], None]
    stays: str = ""  # may be lazy

    def count(self, email: str) -> int:
        return len(list(self.rows(email)))

    def export(self, email: str) -> list[dict[str, Any]]:
        return [self.told(one) for one in self.rows(email)]

    def erase(self, email: str) -> None:
        for one in list(self.rows(email)):
            self.forget(one)


personal_data_holdings: Registry[PersonalDataHolding[Any]] = Registry("personal_data")
