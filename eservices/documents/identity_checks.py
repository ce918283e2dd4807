"""How an agent made sure of who gets a document, on the agents' screen."""

from eservices.cases.identity_checks import identity_checks
from eservices.cases.models import Case

from .models import IdentityCheck
from .stages import stated


@identity_checks.register("documents")
def before_a_document(case: Case) -> str:
    """What was stated with a decision, or at a stage of its own."""
    row = stated(case)
    return str(IdentityCheck(row.data["details"]["documents"]["identity_check"]).label) if row else ""
