"""What apps let a team set for itself, on the screen of the team: saved views, letters, tills.

An offer takes the team and the agent and answers ``(template, context)``, or None. The template is drawn with its
context as ``panel``; it is one ``<section>`` with an ``<h2>``. Whether the agent may configure says ``access``.
"""

from collections.abc import Callable

from eservices.accounts.models import User
from home.registry import Registry

from .models import Team

team_panels: Registry[Callable[[Team, User], tuple[str, dict] | None]] = Registry("team_panels")


def panels_for(team: Team, user: User) -> list[tuple[str, dict]]:
    """All panels that have something to show to this agent."""
    return [panel for offer in team_panels if (panel := offer(team, user))]
