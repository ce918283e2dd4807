"""System checks of the case archive and of appeal terms, on deployment."""

from django.core.checks import Error, Tags, Warning, register
from django.db import DatabaseError

from home.web.error_messages import error_message_of

from .logic.appeal_rules import rules_of
from .models import LegalRemedies
from .models.appealable_decisions import place_of_commune
from .retention.archive import configured_archive


@register(Tags.security, "cases", deploy=True)
def check_archive(app_configs, **kwargs) -> list[Error]:
    """Check that the archive is usable.

    Cases to be archived are erased only afterwards: without an archive they would wait for years unnoticed.
    """
    if fault := error_message_of(configured_archive):
        hint = "Apps register archives in integrations.py. See CASE_ARCHIVE in docs/operations.md."
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
