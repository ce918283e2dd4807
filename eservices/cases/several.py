"""Which cases may be decided several at once: those whose service says so, and that ask for nothing more."""

from django.utils.translation import gettext as _

from . import actions, states
from .decisions import forms_for
from .models import Case
from .progress import current
from .stages.decision import four_eyes


def obstacle(case: Case) -> str:
    """Why a case is decided by itself only; empty where it may be decided with others."""
    if not case.version.definition.settings.get("decide_together"):
        return _(
            "Their service has them decided one by one. Editors may allow more, under “Process” of its page."
        )
    if not actions.may_decide(case):
        return _("There is nothing to decide on this case now.")
    if not states.allowed("accept", case.state):
        return _("The applicant has not answered yet: decide on the case.")
    if four_eyes(current(case)):
        return _("A second agent must confirm it: propose it on the case.")
    if forms_for(case):
        return _("The decision asks for more than yes or no.")
    return ""
