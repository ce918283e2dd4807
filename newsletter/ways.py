"""Ways to hear of the commune beside the e-mail. Apps above offer theirs in a file ``ways.py``."""

from collections.abc import Callable
from dataclasses import dataclass

from home.registry import Registry


@dataclass(frozen=True)
class Way:
    """A way with a page of its own, beside the sign-up by e-mail."""

    label: str
    icon: str
    url_name: str
    offered: Callable[[], bool]  # whether this commune has it


ways: Registry[Way] = Registry("ways")


def offered() -> list[tuple[str, Way]]:
    return [(key, way) for key, way in ways.items() if way.offered()]
