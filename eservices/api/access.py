"""Access by tokens. Unknown and forbidden both answer 404, also for a scope that the token has not."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from eservices.accounts.models import User
from eservices.cases import access as case_access
from eservices.cases.export.audiences import API
from eservices.cases.export.record import CaseRecord
from eservices.cases.models import Case, CaseQuerySet
from eservices.cases.stages import ExternalHandlingStage
from eservices.documents.models import Document
from eservices.formbuilder.models import FormVersion
from eservices.submissions.access import version_in_force
from eservices.submissions.models import StoredFile
from home.web.shortcuts import get_or_404

from .models import ApiToken
from .scopes import Scope


def require_scope(token: ApiToken, scope: Scope) -> None:
    """Raise Http404 if the token has not the scope, as if the address did not exist."""
    if scope not in token.scopes:
        raise Http404


def cases_for_token(token: ApiToken, scope: Scope) -> CaseQuerySet:
    """Return the cases of the token's services. None has a protected address, known or not yet screened."""
    require_scope(token, scope)
    return Case.objects.real().filter(form__in=services_of(token), protected=False)


def services_of(token: ApiToken) -> list[UUID]:
    """Return the keys of the token's services; a list, so that the database uses the index of cases by service."""
    return list(token.forms.through.objects.filter(apitoken=token).values_list("form_id", flat=True))


def case_for_token(token: ApiToken, reference: str, scope: Scope) -> Case:
    """Return a case of the token's services. Raise Http404."""
    cases = cases_for_token(token, scope).select_related(*case_access.RELATED)
    return get_or_404(cases, reference=reference)


def file_for_token(token: ApiToken, reference: str, file_id: UUID) -> tuple[Case, StoredFile]:
    """Return a case and a file that came with it or with a message. Raise Http404."""
    case = case_for_token(token, reference, Scope.CASES_FILES)
    return case, get_or_404(case_access.files_of(case).readable(), pk=file_id)


def case_for_external_stage(token: ApiToken, reference: str, stage: str) -> Case:
    """Return a case that has a stage handled outside, of any progress, under this key. Raise Http404."""
    case = case_for_token(token, reference, Scope.CASES_EXTERNAL)
    get_or_404(case.stages.all(), key=stage, type=ExternalHandlingStage.key)
    return case


def service_for_token(token: ApiToken, slug: str) -> FormVersion:
    """Return the version in force of a service that the token may fill in. Raise Http404."""
    require_scope(token, Scope.DRAFTS_FILL)
    version = version_in_force(slug)
    if version.form_id not in services_of(token):
        raise Http404
    return version


def document_for_token(token: ApiToken, reference: str, document_id: UUID) -> Document:
    """Return a document that the commune issued in a case, also a revoked one. Raise Http404.

    While the applicant has yet to open a decision there is none: a document would tell it.
    """
    case = case_for_token(token, reference, Scope.CASES_FILES)
    if CaseRecord(case, API).awaits_opening:
        raise Http404
    return get_or_404(Document.objects.legible().filter(case=case), pk=document_id)


def may_manage_tokens(user: User) -> bool:
    """Return whether ``user`` makes and withdraws tokens: administrators only, as a token crosses teams."""
    return bool(user.is_authenticated and user.is_active and user.is_superuser)


def tokens_for(user: User) -> QuerySet[ApiToken]:
    """Return the tokens that ``user`` may see. Raise Http404 for everybody but administrators."""
    if not may_manage_tokens(user):
        raise Http404
    return ApiToken.objects.select_related("created_by").prefetch_related("forms")


def token_for(user: User, pk: int) -> ApiToken:
    """Return a token that ``user`` may withdraw. Raise Http404."""
    return get_or_404(tokens_for(user), pk=pk)
