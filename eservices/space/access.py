"""The only queries of this app for objects of a case or a person. ``cases.access`` finds the cases themselves."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from eservices.accounts.models import User
from eservices.bookings.models import Booking
from eservices.bookings.states import MOVABLE, BookingState
from eservices.cases import access as cases
from eservices.cases.models import AppealableDecision, Case
from eservices.documents.actions.permits import is_renewable
from eservices.documents.models import Document, Permit
from eservices.submissions.models import Draft, StoredFile
from home.web.shortcuts import get_or_404


def documents_of(case: Case) -> QuerySet[Document]:
    """Return the valid documents of the case that may be downloaded, without those sent by post only."""
    return Document.objects.for_applicant().filter(case=case)


def downloadable_documents_of(case: Case) -> tuple[list[Document], list[Document], list[Document]]:
    """Return the case's documents as three lists: to download, sent by post only, revoked.

    The first two hold valid documents. Revoked documents that were sent by post are left out, because they were
    never downloadable.
    """
    papers = [one for one in case.documents.all() if one.state != Document.State.DRAWN and one.content]
    standing = [one for one in papers if one.state == Document.State.ISSUED]
    revoked = [one for one in papers if one not in standing and not one.posted]
    return [one for one in standing if not one.posted], [one for one in standing if one.posted], revoked


def document_of(case: Case, document_id: str) -> Document:
    return get_or_404(documents_of(case), pk=document_id)


def permit_of(case: Case) -> Permit:
    """Return the permit that was issued on the case; 404 if there is none."""
    permit = _permits(case).first()
    if permit is None:
        raise Http404
    return permit


def renewable_permit(case: Case) -> Permit | None:
    """Return the permit of the case if it can be renewed now; else None."""
    permit = _permits(case).first()
    return permit if permit and is_renewable(permit, timezone.localdate()) else None


def _permits(case: Case) -> QuerySet[Permit]:
    return Permit.objects.filter(case=case).exclude(document=None).select_related("document")


def bookings_of(case: Case) -> list[Booking]:
    """Return the bookings of the case, without holds, earliest first."""
    booked = (one for one in case.submission.bookings.all() if one.state != BookingState.HELD)
    return sorted(booked, key=lambda one: one.starts_at)


def booking_of(case: Case, booking_id: str) -> Booking:
    """Return a booking of the case that can still be moved or cancelled; else 404."""
    found = Booking.objects.of_submission(case.submission).filter(state__in=MOVABLE, pk=booking_id).first()
    if found is None:
        raise Http404
    return found


def decision_of(case: Case, decision_id: int) -> AppealableDecision:
    return get_or_404(case.formal_decisions, pk=decision_id)


def file_of(case: Case, file_id: str) -> StoredFile:
    """Return a file of the submission or of a message; 404 if it may not be opened, as before its virus scan."""
    return get_or_404(cases.files_of(case).readable(), pk=file_id)


def own_drafts(user: User) -> QuerySet[Draft]:
    """Return the unsent, unexpired drafts that the user saved while signed in, latest first."""
    drafts = Draft.objects.real().filter(
        user=user, agent=None, submission=None, expires_at__gt=timezone.now()
    )
    return drafts.select_related("version__form").order_by("-saved_at")


def own_documents(cases: Iterable[Case]) -> list[Document]:
    """Return the downloadable documents of these cases, newest first."""
    issued = [one for case in cases for one in case.documents.all() if one.downloadable]
    return sorted(issued, key=lambda one: one.issued_at or one.drawn_at, reverse=True)
