"""What an agent states when accepting a case that a document follows."""

from eservices.cases import process
from eservices.cases.decisions import decisions

from .forms import IdentityForm
from .stages import ISSUING, asks_identity, stated


@decisions.register("documents")
def identity(case):
    """Asked where a document is still to be issued that needs it, and nobody stated it."""
    follows = any(row.type in ISSUING and asks_identity(case, row) for row in process.ahead(case))
    return IdentityForm if follows and stated(case) is None else None
