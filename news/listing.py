"""What an index page shows: which articles, on which page, and what else there is to choose."""

from collections import Counter
from datetime import date
from itertools import groupby

from django.core.paginator import InvalidPage, Paginator
from django.db.models import Count
from django.db.models.functions import ExtractYear
from django.http import Http404
from django.utils import timezone

PER_PAGE = 12


def news(index, request) -> dict:
    """The news of an index page, as its address asks. Raises Http404 for what is not there."""
    params = request.GET
    chosen = category(index, params["category"]) if params.get("category") else None
    year = _number(params["year"]) if params.get("year") else None
    facets = _facets(index)
    if year and year not in {facet["year"] for facet in facets}:
        raise Http404
    articles = index.articles().select_related("picture").defer_streamfields()
    if chosen:
        articles = articles.in_category(chosen)
    if year:
        articles = articles.filter(date__year=year)
    page = _page(articles, params, count=_total(facets, chosen, year))
    return {
        "index_url": index.get_url(request),
        "category": chosen,
        "year": year,
        "categories": _categories(index, facets, year),
        "years": _years(facets, chosen),
        "total": _total(facets, None, year),
        "pages": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "months": _months(page, lambda article: article.date),
    }


def agenda(index, request) -> dict:
    """The events of an agenda: those to come, or those that are over. Raises Http404 past the end."""
    params, now = request.GET, timezone.now()
    past = "past" in params
    events = index.events().defer_streamfields()
    page = _page(events.past(now) if past else events.upcoming(now), params)
    return {
        "index_url": index.get_url(request),
        "past": past,
        "pages": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "months": _months(page, lambda event: event.first_day),
    }


def category(index, slug: str):
    """The category of that slug, in the language of the index where it is translated. Raises Http404."""
    for each in _all_categories(index):
        if each.slug == slug:
            return each
    raise Http404


def localised(category, locale_id: int):
    """The category in that language if it is translated, else as it is."""
    if category.locale_id == locale_id:
        return category
    return category.get_translations().filter(locale_id=locale_id).first() or category


def _all_categories(index) -> list:
    from .models import NewsCategory

    if not hasattr(index, "_categories"):
        index._categories = NewsCategory.objects.in_language(index.locale.language_code)
    return index._categories


def _facets(index) -> list[dict]:
    """How many articles there are by category and year, in one query."""
    counted = index.articles().order_by().values("category__translation_key", year=ExtractYear("date"))
    return list(counted.annotate(number=Count("pk")))


def _total(facets, category, year) -> int:
    return sum(
        facet["number"]
        for facet in facets
        if (category is None or facet["category__translation_key"] == category.translation_key)
        and (year is None or facet["year"] == year)
    )


def _categories(index, facets, year) -> list[tuple]:
    return [(each, _total(facets, each, year)) for each in _all_categories(index)]


def _years(facets, category) -> list[tuple[int, int]]:
    years = Counter()
    for facet in facets:
        if category is None or facet["category__translation_key"] == category.translation_key:
            years[facet["year"]] += facet["number"]
    return sorted(years.items(), reverse=True)


def _page(items, params, count: int | None = None):
    paginator = Paginator(items, PER_PAGE)
    if count is not None:
        paginator.count = count
    try:
        return paginator.page(params.get("page") or 1)
    except InvalidPage:
        raise Http404 from None


def _months(page, day) -> list[tuple[date, list]]:
    """The items by month, in the order they come in."""
    return [
        (month, list(items))
        for month, items in groupby(page.object_list, lambda item: day(item).replace(day=1))
    ]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise Http404
    return int(text)
