"""What an agent states when accepting a case that a document follows."""

from functools import partial

from eservices.cases import process
from eservices.cases.decisions import decisions

from . import reissuing
from .forms import IdentityForm, ReissueForm
from .stages import ISSUING, asks_identity, stated


@decisions.register("documents")
def identity(case):
    """Asked where a document is still to be issued that needs it, and nobody stated it."""
    follows = any(row.type in ISSUING and asks_identity(case, row) for row in process.ahead(case))
    return IdentityForm if follows and stated(case) is None else None


@decisions.register(reissuing.KEY)
def reissue(case):
    """Asked where what was issued before is revoked: a new one is issued, unless the agent says that none is due.

    One answer counts for all of them, and the question names each.
    """
    follow = (row for row in process.ahead(case) if row.type in ISSUING)
    numbers = [revoked.number for revoked in map(reissuing.revoked_only, follow) if revoked]
    return partial(ReissueForm, numbers=numbers) if numbers else None
