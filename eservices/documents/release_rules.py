"""Who may have a document without anybody looking at it. Pure."""

from eservices.accounts.models import IdentityLevel

from .models import DocumentTemplate, IdentityCheck

AGENT, POST = "agent", "post"  # what happens where identity is not known


def how_identity_is_checked(template: DocumentTemplate, level: IdentityLevel, stated: str, below: str) -> str:
    """How identity counts as checked; empty where an agent must say it first.

    What tells of the register goes out by itself only to somebody whose identity is known. Below that it is an
    agent's to release, or goes by post to the registered address, where ``below`` says so.
    """
    if stated:
        return stated
    if not template.tells_register:
        return IdentityCheck.NOT_NEEDED
    if level >= IdentityLevel.KNOWN:
        return IdentityCheck.KNOWN
    return IdentityCheck.POSTED if below == POST else ""
