"""Identity statement of a document stage, for the case page."""

from eservices.cases.identity_statements import identity_statement_providers
from eservices.cases.models import Case

from .models import IdentityCheck
from .stages import stage_with_statement


@identity_statement_providers.register("documents")
def statement_before_document(case: Case) -> str:
    """Return the label of the identity check stated with a decision or at its own stage; "" if none."""
    row = stage_with_statement(case)
    return str(IdentityCheck(row.data["details"]["documents"]["identity_check"]).label) if row else ""
