"""Queries for the screens of the accounting export, for bookkeepers."""

from django.db.models import QuerySet, Sum

from eservices.accounts.models import User
from eservices.payments.access import may_keep_books
from eservices.payments.models import JournalRow
from home.web.shortcuts import get_or_404

from .models import LedgerExport


def all_exports(user: User) -> QuerySet[LedgerExport]:
    """Return the exports without their content; none unless ``user`` keeps the books."""
    rows = LedgerExport.objects.defer("content").select_related("made_by", "answered_by", "delivery")
    return rows if may_keep_books(user) else rows.none()


def export_for(user: User, number: int) -> LedgerExport:
    """Return an export by its number. Raise Http404 unless ``user`` keeps the books."""
    return get_or_404(all_exports(user), number=number)


def sums_by_currency(rows: QuerySet[JournalRow]) -> dict[str, int]:
    """Return the amounts of entries by currency, in minor units."""
    found = rows.order_by().values_list("currency").annotate(Sum("amount"))
    return dict(found.values_list("currency", "amount__sum"))
