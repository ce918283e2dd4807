"""What other apps show on the screen of a case, in files of this name.

An offer takes the case and the agent and answers ``(template, context)``, or None where there is nothing to
show. The template is drawn with its context as ``panel``; it is one ``<section>`` with an ``<h2>``.
"""

from collections.abc import Callable

from eservices.accounts.models import User
from home.registry import Registry

from .models import Case

case_panels: Registry[Callable[[Case, User], tuple[str, dict] | None]] = Registry("case_panels")


def panels_for(case: Case, user: User) -> list[tuple[str, dict]]:
    """All panels that have something to show on this case."""
    return [panel for offer in case_panels if (panel := offer(case, user))]
