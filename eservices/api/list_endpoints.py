"""Endpoints for the books of the commune and for bookings."""

from datetime import date, datetime, time
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from . import access, list_data
from .authentication import TokenAuthentication, token_of
from .protocol.cursors import read_cursor, write_cursor
from .protocol.etags import tagged_response
from .schemas import BookingPage, JournalPage, PaymentPage, Problem
from .scopes import Scope

router = Router(auth=TokenAuthentication())
Day = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
ERRORS = dict.fromkeys((400, 401, 404, 422, 429), Problem)


@router.get(
    "/journal",
    response={200: JournalPage} | ERRORS,
    operation_id="list_journal",
    summary="Follow the journal of the whole commune (scope books:read)",
    tags=["Books"],
)
def list_journal(request: HttpRequest, cursor: str = "") -> Any:
    return _books(request, "journal", cursor, list_data.page_of_journal, "rows")


@router.get(
    "/payments",
    response={200: PaymentPage} | ERRORS,
    operation_id="list_payments",
    summary="Follow the payments that the commune received (scope books:read)",
    tags=["Books"],
)
def list_payments(request: HttpRequest, cursor: str = "") -> Any:
    return _books(request, "payments", cursor, list_data.page_of_payments, "payments")


@router.get(
    "/bookings",
    response={200: BookingPage} | ERRORS,
    operation_id="list_bookings",
    summary="List the bookings of your services, by their beginning (scope bookings:read)",
    tags=["Bookings"],
)
def list_bookings(request: HttpRequest, since: Day | None = None, cursor: str = "") -> Any:
    token = token_of(request)
    access.require_scope(token, Scope.BOOKINGS_READ)
    after = read_cursor("bookings", token.pk, cursor) if cursor else None
    start = datetime.combine(since or timezone.localdate(), time.min, timezone.get_current_timezone())
    if after:
        start = datetime.fromisoformat(after[0])
    rows, place = list_data.page_of_bookings(access.services_of(token), start, after)
    onward = write_cursor("bookings", token.pk, place) if place else None
    return tagged_response(request, {"bookings": rows, "next": onward})


def _books(request: HttpRequest, kind: str, cursor: str, page: Any, name: str) -> Any:
    """Answer a page of the books, and always a cursor to ask with the next time."""
    token = token_of(request)
    access.require_scope(token, Scope.BOOKS_READ)
    after = read_cursor(kind, token.pk, cursor)[0] if cursor else 0
    rows, last, more = page(after)
    return tagged_response(request, {name: rows, "next": write_cursor(kind, token.pk, [last]), "more": more})
