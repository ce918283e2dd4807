"""Extension point of subscriptions beside e-mail. Other apps register theirs in a module ``ways.py``."""

from collections.abc import Callable
from dataclasses import dataclass

from home.extensions.registry import Registry


@dataclass(frozen=True)
class SignupOption:
    """A subscription with its own page, beside the sign-up by e-mail."""

    label: str
    icon: str
    url_name: str
    offered: Callable[[], bool]  # whether this commune offers it


signup_options: Registry[SignupOption] = Registry("ways")


def available_signup_options() -> list[tuple[str, SignupOption]]:
    return [(key, way) for key, way in signup_options.items() if way.offered()]
