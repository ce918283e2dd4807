"""Conditions for deciding several cases at once."""

from django.utils.translation import gettext as _

from ... import actions, states
from ...forms import acceptance_forms_for
from ...models import Case
from ...stages.decision import needs_second_agent
from ...workflow.progress import current_stage


def bulk_decision_obstacle(case: Case) -> str:
    """Return why a case must be decided on its own; "" if it may be decided with others."""
    if not case.version.definition.settings.get("decide_together"):
        return _(
            "The service requires a decision on each case. Editors can change this under “Process” "
            "on its page."
        )
    if not actions.can_decide(case):
        return _("This case has nothing to decide now.")
    if not states.is_allowed("accept", case.state):
        return _("The applicant has not answered yet: decide on the case.")
    if needs_second_agent(current_stage(case)):
        return _("A second agent must confirm it: propose it on the case.")
    if acceptance_forms_for(case):
        return _("The decision asks for more than yes or no.")
    return ""
