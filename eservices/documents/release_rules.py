"""Rules for releasing documents without an agent. Pure."""

from eservices.accounts.models import IdentityLevel

from .models import DocumentTemplate, IdentityCheck

AGENT, POST = "agent", "post"  # what happens if the identity is not known


def how_identity_is_checked(template: DocumentTemplate, level: IdentityLevel, stated: str, below: str) -> str:
    """Return how the identity counts as verified; "" if an agent must verify it first.

    A document about the population register is released automatically only to known applicants. For others an agent
    releases it, or it is posted to the registered address if ``below`` is POST.
    """
    if stated:
        return stated
    if not template.tells_register:
        return IdentityCheck.NOT_NEEDED
    if level >= IdentityLevel.KNOWN:
        return IdentityCheck.KNOWN
    return IdentityCheck.POSTED if below == POST else ""
