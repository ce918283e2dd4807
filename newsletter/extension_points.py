"""Extension point of the newsletter's sign-up: what other apps add, in their ``site_extension.py``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from home.extensions.base import Extension


@dataclass(frozen=True)
class SignupOption:
    """A subscription with its own page, beside the sign-up by e-mail."""

    label: str | Promise
    icon: str
    url_name: str
    offered: Callable[[], bool]  # whether this commune offers it


class NewsletterExtension(Extension):
    """A part of another app in the newsletter."""

    file = "site_extension"

    def signup_options(self) -> Mapping[str, SignupOption]:
        """Return subscriptions beside e-mail, by key."""
        return {}
