"""Extension points of forms: what other apps add to them, in their ``form_extension.py``."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from home.extensions.base import Extension

FROM_WHAT_WE_KNOW = _("Filled in from what we know. Check it.")


@dataclass(frozen=True)
class PrefillSource:
    """A source of one known answer about a person.

    ``find(user)`` returns JSON as the question would store it, or None; ``user`` is the signed-in person who applies
    for themselves. ``token``: the autocomplete token whose questions are prefilled from here without naming the source;
    ``official`` sources take precedence over what people entered themselves. ``note``: the remark beside the question,
    for the applicant. ``origin``: the kind of source that is stored with the answer, as in
    ``submissions.prefill.answer_sources``.
    """

    label: str | Promise
    find: Callable[[object], object]
    token: str = ""
    note: str | Promise = FROM_WHAT_WE_KNOW
    official: bool = False
    origin: str = "earlier"


@dataclass(frozen=True)
class Price:
    """An amount in minor units with its value-added tax in per cent ("" outside its scope), and its first day."""

    amount: int
    vat: str
    since: date


class PriceList(Protocol):
    """A dated list of prices."""

    def entries(self) -> list[tuple[str, str]]:
        """Return key and name of every entry to which a fee may refer, for editors to choose from."""

    def prices(self, keys: Collection[str], day: date) -> Mapping[str, Price]:
        """Return the prices on ``day``; an entry without a price then is left out."""


class FormExtension(Extension):
    """A part of another app in forms."""

    file = "form_extension"

    def prefill_sources(self) -> Mapping[str, PrefillSource]:
        """Return sources of known answers, by the key that questions contain."""
        return {}

    def price_list(self) -> PriceList | None:
        """Return the fee schedule of this app. At most one app has one."""
        return None
