"""Documents of the library, each with its kind and date, and the page that lists them."""

from typing import Any, Self

from django.conf import settings
from django.core.paginator import InvalidPage, Paginator
from django.db import models
from django.db.models import Count
from django.db.models.functions import ExtractYear
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from eservices.accounts.default_language import default_language
from home.models import BasePage
from home.models.categories import Category
from home.search import document_texts
from home.text.highlighting import fold_text

PER_PAGE = 30
MAX_QUERY_LENGTH = 80


class DocumentKind(Category):
    """The kind of a document: a regulation, a budget, a proposal to the council."""

    class Meta(Category.Meta):
        verbose_name = _("kind of document")
        verbose_name_plural = _("kinds of documents")
        constraints = [models.UniqueConstraint(fields=["locale", "slug"], name="one_document_kind_per_slug")]


class PublicationQuerySet(models.QuerySet["Publication"]):
    def public(self) -> Self:
        """Filter documents outside of private collections."""
        return self.filter(~document_texts.restricted_filter("document__collection__path"))

    def of_kind(self, slug: str) -> Self:
        return self.filter(kind__slug=slug)

    def named(self, words: str):
        """Filter documents whose title or number contains all the words, whatever their case and accents."""
        found = self
        for word in fold_text(words).split():
            found = found.filter(folded__contains=word)
        return found


class Publication(models.Model):
    """A document of the library. It is in one language; it is listed in all."""

    title = models.CharField(_("title"), max_length=200)
    number = models.CharField(
        _("number"), max_length=40, blank=True, help_text=_("For example “Preavis 12/2026”.")
    )
    document = models.ForeignKey(
        "wagtaildocs.Document", models.CASCADE, verbose_name=_("document"), related_name="+"
    )
    kind = models.ForeignKey(DocumentKind, models.PROTECT, verbose_name=_("kind"), related_name="+")
    date = models.DateField(_("of the day"), default=timezone.localdate, db_index=True)
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default=default_language
    )
    folded = models.CharField(max_length=500, editable=False)

    objects = PublicationQuerySet.as_manager()

    panels = [
        FieldPanel("title"),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("number")]),
        FieldPanel("document"),
        FieldRowPanel([FieldPanel("date"), FieldPanel("language")]),
    ]

    class Meta:
        verbose_name = _("document of the library")
        verbose_name_plural = _("documents of the library")
        ordering = ["-date", "-pk"]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold_text(f"{self.title} {self.number}")[:500]
        super().save(*args, **kwargs)


class LibraryPage(BasePage):
    """All documents of the library, by kind, year and words."""

    page_description = _("Regulations, budgets, forms: files to find and download.")
    parent_page_types = ["home.HomePage", "home.SectionPage", "home.ContentPage"]
    subpage_types = []
    template = "news/library/library_page.html"
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("documents library")
        verbose_name_plural = _("documents libraries")

    def get_context(self, request, *args, **kwargs):
        return super().get_context(request, *args, **kwargs) | self.listing(request.GET)

    def listing(self, params) -> dict:
        """Return the context for the documents that the query string asks for.

        Raise Http404 for a kind, year or page that does not exist.
        """
        slug, year, words = params.get("kind", ""), params.get("year", ""), _plain(params.get("q", ""))
        rows = Publication.objects.public().values_list("kind__slug", ExtractYear("date")).order_by()
        facets = [(kind, at, number) for kind, at, number in rows.annotate(number=Count("pk"))]
        kinds = DocumentKind.objects.in_language(self.locale.language_code)
        if slug and slug not in {kind.slug for kind in kinds}:
            raise Http404
        if year and year not in {str(at) for _kind, at, _number in facets}:
            raise Http404
        found = Publication.objects.public().select_related("document", "kind").named(words)
        found = found.of_kind(slug) if slug else found
        found = found.filter(date__year=int(year)) if year else found
        names = {kind.translation_key: kind.name for kind in kinds}
        page = _page(found, params)
        return {
            "query": words,
            "kind": slug,
            "year": year,
            "kinds": [(kind, _number(facets, kind.slug, year)) for kind in kinds],
            "years": sorted({at for _kind, at, _number in facets}, reverse=True),
            "total": _number(facets, "", year),
            "pages": page,
            "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            "rows": [(one, names.get(one.kind.translation_key, one.kind.name)) for one in page],
        }


def _number(facets, slug: str, year: str) -> int:
    return sum(number for kind, at, number in facets if slug in ("", kind) and year in ("", str(at)))


def _page(found, params):
    try:
        return Paginator(found, PER_PAGE).page(params.get("page") or 1)
    except InvalidPage:
        raise Http404 from None


def _plain(words: str) -> str:
    return " ".join(words.replace("\x00", " ").split())[:MAX_QUERY_LENGTH]
