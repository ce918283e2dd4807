"""System checks of stages, and on deployment of the case archive and of appeal terms."""

from django.core.checks import Error, Tags, Warning, register
from django.db import DatabaseError

from home.web.error_messages import error_message_of

from .logic.appeal_rules import rules_of
from .models import LegalRemedies
from .models.appealable_decisions import place_of_commune
from .retention.archive import configured_archive
from .stages import Stage, stages


@register("stages")
def check_stages(app_configs, **kwargs) -> list[Error]:
    """Check that each type of stage implements ``enter``, and ``apply_agent_input`` if it has a form."""
    found = []
    for kind in stages:
        name = f"{kind.__module__}.{kind.__qualname__}"
        if kind.enter is Stage.enter:
            hint = "Return Done() or Waiting(): docs/extending.md, “A stage”."
            found.append(Error(f"{name} does not implement enter().", hint=hint, id="cases.E002"))
        if kind.form is not Stage.form and kind.apply_agent_input is Stage.apply_agent_input:
            hint = "Store in apply_agent_input() what the agent filled in: docs/extending.md, “A stage”."
            found.append(Error(f"{name} has a form and no apply_agent_input().", hint=hint, id="cases.E003"))
    return found


@register(Tags.security, "cases", deploy=True)
def check_archive(app_configs, **kwargs) -> list[Error]:
    """Check that the archive is usable.

    Cases to be archived are erased only afterwards: without an archive they would wait for years unnoticed.
    """
    if fault := error_message_of(configured_archive):
        hint = "Apps register archives in integrations.py. See CASE_ARCHIVE in docs/settings.md."
        return [Error(f"No case can be archived: {fault}", hint=hint, id="cases.E001")]
    return []


@register(Tags.security, "cases", deploy=True)
def rules_of_appeal_are_known(app_configs, **kwargs) -> list[Warning]:
    """Check that the appeal rules of the canton are known.

    A term that leaves out the canton's recess would end too early.
    """
    place = place_of_commune()
    try:
        needed = not rules_of(place).known and LegalRemedies.objects.exists()
    except DatabaseError:  # home.E001 reports it
        return []
    if not needed:
        return []
    message = f"How time to appeal is counted in {place} is not known: no recess is assumed."
    hint = (
        "See docs/appeal-terms.md; set COMMUNE_SUBDIVISION, or check the last day of each decision by hand."
    )
    return [Warning(message, hint=hint, id="cases.W001")]
