"""Prefill sources: where known answers come from. Installed apps add sources in a module of this name."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from home.extensions.registry import Registry


@dataclass(frozen=True)
class PrefillSource:
    """A source of one known answer about a person.

    ``find(user)`` returns JSON as the question would store it, or None; ``user`` is the signed-in person who applies
    for themselves. ``token``: the autocomplete token whose questions are prefilled from here without naming the source;
    ``official`` sources take precedence over what people entered themselves. ``note``: the remark beside the question,
    for the applicant.
    """

    label: str
    find: Callable[[object], object]
    token: str = ""
    note: str = _("Filled in from what we know. Check it.")
    official: bool = False


prefill_sources: Registry[PrefillSource] = Registry("prefill")
