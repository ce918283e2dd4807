"""Questions to the agent who accepts a case with documents: how the identity was verified, what to issue again."""

from collections.abc import Callable
from functools import partial

from django import forms

from eservices.cases import process
from eservices.cases.models import Case

from ..actions import reissuing
from ..forms import IdentityForm, ReissueForm
from ..stages import ISSUING, needs_identity_statement, stage_with_statement

IDENTITY = "documents"  # the key of the identity form; it is in the details of decisions


def acceptance_forms(case: Case) -> dict[str, Callable[..., forms.Form]]:
    """Return the forms that documents add to the acceptance of this case, by key."""
    offers = {IDENTITY: identity_form(case), reissuing.KEY: reissue_form(case)}
    return {key: form for key, form in offers.items() if form}


def identity_form(case: Case) -> type[IdentityForm] | None:
    """Return the identity form if a document that needs an identity statement is still to be issued."""
    follows = any(
        row.type in ISSUING and needs_identity_statement(case, row) for row in process.stages_ahead(case)
    )
    return IdentityForm if follows and stage_with_statement(case) is None else None


def reissue_form(case: Case) -> Callable[..., ReissueForm] | None:
    """Return the form that asks whether new documents replace the revoked ones; None if none is revoked.

    One answer counts for all of them; the question names each.
    """
    follow = (row for row in process.stages_ahead(case) if row.type in ISSUING)
    numbers = [revoked.number for revoked in map(reissuing.revoked_only, follow) if revoked]
    return partial(ReissueForm, numbers=numbers) if numbers else None
