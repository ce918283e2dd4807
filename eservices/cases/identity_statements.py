"""Statements of agents on how they identified the applicant, besides the identity level.

Other apps add theirs to ``identity_statement_providers``. A provider takes the case and returns the statement as
text; "" if there is none.
"""

from collections.abc import Callable

from home.extensions.registry import Registry

from .models import Case

identity_statement_providers: Registry[Callable[[Case], str]] = Registry("identity_checks")


def identity_statements_of(case: Case) -> list[str]:
    """Return all statements on the identity of the applicant."""
    return [statement for offer in identity_statement_providers if (statement := offer(case))]
