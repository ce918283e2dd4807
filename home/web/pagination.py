"""Pagination and grouping of index pages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import Http404

ITEMS_PER_PAGE = 12


def page_or_404[T](items: Sequence[T] | QuerySet[Any, T], params: Mapping[str, str]) -> Page[T]:
    try:
        return Paginator(items, ITEMS_PER_PAGE).page(params.get("page") or 1)
    except InvalidPage:
        raise Http404 from None


def group_by_month[T](items: Iterable[T], day: Callable[[T], date]) -> list[tuple[date, list[T]]]:
    """Group consecutive items by month. The order stays."""
    return [(month, list(those)) for month, those in groupby(items, lambda item: day(item).replace(day=1))]
