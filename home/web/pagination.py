"""Pagination and grouping of index pages."""

from datetime import date
from itertools import groupby

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404

ITEMS_PER_PAGE = 12


def page_or_404(items, params):
    try:
        return Paginator(items, ITEMS_PER_PAGE).page(params.get("page") or 1)
    except InvalidPage:
        raise Http404 from None


def group_by_month(items, day) -> list[tuple[date, list]]:
    """Group consecutive items by month. The order stays."""
    return [(month, list(those)) for month, those in groupby(items, lambda item: day(item).replace(day=1))]
