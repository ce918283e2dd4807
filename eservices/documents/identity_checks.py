"""How an agent made sure of who gets a document, on the agents' screen."""

from eservices.cases.identity_statements import identity_statement_providers
from eservices.cases.models import Case

from .models import IdentityCheck
from .stages import stage_with_statement


@identity_statement_providers.register("documents")
def statement_before_document(case: Case) -> str:
    """What was stated with a decision, or at a stage of its own."""
    row = stage_with_statement(case)
    return str(IdentityCheck(row.data["details"]["documents"]["identity_check"]).label) if row else ""
