"""Forms that an agent fills in when accepting a case that a document follows."""

from functools import partial

from eservices.cases import process
from eservices.cases.acceptance_forms import acceptance_form_providers

from .actions import reissuing
from .forms import IdentityForm, ReissueForm
from .stages import ISSUING, needs_identity_statement, stage_with_statement


@acceptance_form_providers.register("documents")
def identity_form(case):
    """Return the identity form if a document that needs an identity statement is still to be issued."""
    follows = any(
        row.type in ISSUING and needs_identity_statement(case, row) for row in process.stages_ahead(case)
    )
    return IdentityForm if follows and stage_with_statement(case) is None else None


@acceptance_form_providers.register(reissuing.KEY)
def reissue(case):
    """Return the form that asks whether new documents replace the revoked ones; None if none is revoked.

    One answer counts for all of them; the question names each.
    """
    follow = (row for row in process.stages_ahead(case) if row.type in ISSUING)
    numbers = [revoked.number for revoked in map(reissuing.revoked_only, follow) if revoked]
    return partial(ReissueForm, numbers=numbers) if numbers else None
