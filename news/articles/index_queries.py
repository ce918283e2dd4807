"""Context of the news index: articles, pages, and the categories, years and months to choose from."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, prefetch_related_objects
from django.db.models.functions import ExtractMonth, ExtractYear
from django.http import Http404
from wagtail.images.models import AbstractImage

from home.caching.site_version import cached_per_version
from home.web.pagination import ITEMS_PER_PAGE, group_by_month, page_or_404


def news_list_context(index, request) -> dict:
    """Return the context for the articles that the query string asks for.

    Raise Http404 for a category, date or page that does not exist.
    """
    params, facets = request.GET, cached_per_version(f"news-facets-{index.pk}", lambda: _facets(index))
    slug = params.get("category") or None
    year = _number(params["year"]) if params.get("year") else None
    month = _month(params["month"]) if year and params.get("month") else None
    categories = _categories(facets, year)
    chosen = _chosen(index, categories, slug) if slug else None
    if year and not any(facet.year == year and month in (None, facet.month) for facet in facets):
        raise Http404
    page = page_or_404(range(_total(facets, slug, year, month)), params)
    articles = cached_per_version(
        f"news-{index.pk}-{slug}-{year}-{month}-{page.number}",
        lambda: _lines(_articles(index, slug, year, month), page.number, request),
    )
    return {
        "index_url": index.get_url(request),
        "category": chosen,
        "year": year,
        "month": date(year, month, 1) if month else None,
        "archive": _archive(facets, slug, year) if year else [],
        "categories": categories,
        "years": _years(facets, slug),
        "total": _total(facets, None, year),
        "pages": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "months": group_by_month(articles, lambda article: article.date),
    }


def _articles(index, slug, year, month):
    articles = index.articles()
    if slug:
        articles = articles.filter(category__slug=slug)
    if year:
        articles = articles.filter(date__year=year)
    if month:
        articles = articles.filter(date__month=month)
    return articles


@dataclass(frozen=True)
class ArticleRow:
    """An article in the list. Only the first one shows its picture."""

    pk: int
    title: str
    url: str
    date: date
    lead: str
    picture: AbstractImage | None = None


def _lines(articles, number: int, request) -> list[ArticleRow]:
    """Return the rows of the articles on page ``number``."""
    articles = articles.select_related("picture").defer_streamfields()
    articles = list(articles[(number - 1) * ITEMS_PER_PAGE : number * ITEMS_PER_PAGE])
    first = articles[0] if articles and number == 1 else None
    if first and first.picture:
        # Without this, each rendition is a query and a write to the cache.
        prefetch_related_objects([first.picture], "renditions")
    return [
        ArticleRow(
            article.pk,
            article.title,
            article.get_url(request) or "",
            article.date,
            article.lead,
            article.picture if article is first else None,
        )
        for article in articles
    ]


def archive_context(index) -> dict:
    """Return the context of the archive: the months that have news, by year, the latest first."""
    facets = cached_per_version(f"news-facets-{index.pk}", lambda: _facets(index))
    return {"years": [(year, number, _archive(facets, None, year)) for year, number in _years(facets, None)]}


def _chosen(index, categories, slug: str) -> dict:
    """Return the chosen category.

    One without articles is read from the database and added to ``categories``, so that it is shown with the others.
    """
    for each in categories:
        if each["slug"] == slug:
            return each
    empty = index.category_by_slug(slug)
    categories.append({"slug": empty.slug, "name": empty.name, "number": 0})
    return categories[-1]


@dataclass(frozen=True)
class ArticleFacet:
    """The number of articles of a category in a month."""

    slug: str
    name: str
    order: int
    year: int
    month: int
    number: int


def _facets(index) -> list[ArticleFacet]:
    """Return all combinations to choose from, in one query."""
    rows = (
        index.articles()
        .with_category_names()
        .order_by()
        .values_list(
            "category__slug",
            "category_name",
            "category__order",
            ExtractYear("date"),
            ExtractMonth("date"),
        )
    )
    return [ArticleFacet(*row) for row in rows.annotate(number=Count("pk"))]


def _total(facets, slug, year, month=None) -> int:
    wanted = (
        facet
        for facet in facets
        if slug in (None, facet.slug) and year in (None, facet.year) and month in (None, facet.month)
    )
    return sum(facet.number for facet in wanted)


def _categories(facets, year) -> list[dict]:
    """Return the categories that have articles, with their number of articles in the year."""
    known = {facet.slug: facet for facet in sorted(facets, key=lambda facet: facet.year)}
    ordered = sorted(known.values(), key=lambda facet: (facet.order, facet.name))
    return [{"slug": f.slug, "name": f.name, "number": _total(facets, f.slug, year)} for f in ordered]


def _years(facets, slug) -> list[tuple[int, int]]:
    years = {facet.year for facet in facets if slug in (None, facet.slug)}
    return [(year, _total(facets, slug, year)) for year in sorted(years, reverse=True)]


def _archive(facets, slug, year) -> list[tuple[date, int]]:
    """Return the months of a year with articles, latest first, with their counts."""
    months = {facet.month for facet in facets if facet.year == year and slug in (None, facet.slug)}
    return [
        (date(year, month, 1), _total(facets, slug, year, month)) for month in sorted(months, reverse=True)
    ]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise Http404
    return int(text)


def _month(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and 1 <= int(text) <= 12):
        raise Http404
    return int(text)
