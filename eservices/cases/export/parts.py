"""Parts of exported cases from other apps, such as documents and payments.

An app registers a function in its ``archiving`` module. It takes the case and the audience and returns plain data by
key; a key without data is left out of the archive package.
"""

from collections.abc import Callable, Mapping

from home.extensions.registry import Registry

from ..models import Case
from .audiences import Audience

case_parts: Registry[Callable[[Case, Audience], Mapping[str, object]]] = Registry("archiving")


def parts_of_apps(case: Case, audience: Audience) -> dict[str, object]:
    """Return the parts of all apps by key, for this audience."""
    return {key: part for offer in case_parts for key, part in offer(case, audience).items()}
