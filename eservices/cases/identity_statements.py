"""How an agent made sure of who applies, beside the level of identity, as offered by the apps in which it is stated.

An offer takes the case and answers the statement in words; empty where nobody made one.
"""

from collections.abc import Callable

from home.extensions.registry import Registry

from .models import Case

identity_statement_providers: Registry[Callable[[Case], str]] = Registry("identity_checks")


def identity_statements_of(case: Case) -> list[str]:
    """Every statement about who applies."""
    return [said for offer in identity_statement_providers if (said := offer(case))]
