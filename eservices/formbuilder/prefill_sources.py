"""Where answers that are known already come from. Installed apps offer sources in a file of this name."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from home.extensions.registry import Registry


@dataclass(frozen=True)
class PrefillSource:
    """One thing that is known of a person.

    ``find(user)`` answers JSON as the question would store it, or None; ``user`` is the person signed in who
    files for themselves. ``token``: the autocomplete token whose questions are filled in from here without
    naming the source; ``official`` ones before what people said themselves. ``note``: what stands beside the
    question, for the applicant.
    """

    label: str
    find: Callable[[object], object]
    token: str = ""
    note: str = _("Filled in from what we know. Check it.")
    official: bool = False


prefill_sources: Registry[PrefillSource] = Registry("prefill")
