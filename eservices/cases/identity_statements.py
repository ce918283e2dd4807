"""Statements of agents on how they identified the applicant, besides the identity level."""

from home.extensions.base import extensions

from .extension_points import CaseExtension
from .models import Case


def identity_statements_of(case: Case) -> list[str]:
    """Return all statements on the identity of the applicant."""
    return [statement for one in extensions(CaseExtension) if (statement := one.identity_statement(case))]
