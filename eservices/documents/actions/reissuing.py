"""Issuing a revoked document again: by an agent at once, or by its stage after the case was reopened."""

from typing import Protocol, runtime_checkable

from django.db import transaction
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import actions as cases
from eservices.cases.models import Case, CaseStage
from eservices.cases.stages import is_decision_stage, kind_of
from eservices.cases.states import CaseOutcome
from eservices.cases.workflow.progress import stages_ahead

from ..exceptions import TemplateError
from ..models import Document

KEY = "reissue"  # of the form that an agent fills in with the decision, see ``decisions.py``
NEW, NONE = "new", "none"
GRANTED = ("", CaseOutcome.ACCEPTED, CaseOutcome.COMPLETED)  # outcomes that allow a valid document


@runtime_checkable
class IssuingStage(Protocol):
    """A stage that issues documents, and can issue a revoked one again."""

    def draw_again(self, case: Case, row: CaseStage, revoked: Document, actor: User) -> Document: ...


def may_reissue(document: Document) -> bool:
    """Return whether a document that replaces this one can be issued now."""
    case = document.case
    if document.state != Document.State.REVOKED or case.submission.erased_at:
        return False
    if case.outcome not in GRANTED or any(map(is_decision_stage, stages_ahead(case))):
        return False  # the decision is open again, or was different: only its stage may issue
    later = Document.objects.filter(stage=document.stage_id, drawn_at__gt=document.drawn_at)
    return not later.exists()


@transaction.atomic
def reissue(*, actor: User, document: Document) -> Document:
    """Issue a revoked document again, with the current data of the case, under a new number that names the old one.

    Raise IllegalTransition if it cannot be issued again or the template does not fit.
    """
    case = cases.lock_case(document.case_id)
    revoked = Document.objects.select_related("stage", "case__submission").get(pk=document.pk)
    if not may_reissue(revoked):
        raise cases.IllegalTransition(
            _("This document cannot be issued again. Check the document that replaced it.")
        )
    row = revoked.stage
    row.case = case
    kind = kind_of(row)
    if not isinstance(kind, IssuingStage):
        raise cases.IllegalTransition(
            _("This document cannot be issued again. Check the document that replaced it.")
        )
    try:
        return kind.draw_again(case, row, revoked, actor)
    except TemplateError as fault:
        raise cases.IllegalTransition(str(fault)) from fault


def revoked_only(row: CaseStage) -> Document | None:
    """Return the last revoked document of a stage, if all of its documents are revoked; else None."""
    documents = list(row.documents.order_by("drawn_at"))
    stands = any(one.state != Document.State.REVOKED for one in documents)
    return documents[-1] if documents and not stands else None


def none_is_due(case: Case, row: CaseStage) -> bool:
    """Return whether an agent decided that nothing replaces the revoked document of the stage."""
    if revoked_only(row) is None:
        return False
    details = (one.data.get("details", {}) for one in case.stages.all())
    return any(said.get(KEY, {}).get("again") == NONE for said in details if isinstance(said, dict))
