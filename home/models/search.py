"""Search index: one row per object and language; groups of synonyms; extracted texts; missed queries."""

import re
from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from eservices.accounts.default_language import default_language

from ..caching.site_version import cached_per_version
from ..localization import phone_numbers
from ..text.highlighting import WORD, fold_text, query_words
from ..text.stop_words import drop_stop_words

SEPARATOR = re.compile(r"[,;\n\r]+")


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    def visible_at(self, language: str, now: datetime) -> Self:
        """Filter entries that search may show in a language at ``now``."""
        begun = models.Q(shown_from=None) | models.Q(shown_from__lte=now)
        lasts = models.Q(shown_until=None) | models.Q(shown_until__gt=now)
        return self.filter(begun, lasts, language=language)

    def pages_with_part(self, key: str) -> list[str]:
        """Return the keys of the pages that contain a part."""
        entries = self.filter(object_key__endswith=f"#{key}")
        return [pk.partition("#")[0] for pk in entries.values_list("object_key", flat=True)]


class SearchEntry(index.Indexed, models.Model):
    """An object of the site in one language, as search indexes and shows it.

    Titles and words are indexed without accents, so that “ecole” finds “École” on every database. Phone numbers are
    also indexed in a normalized form.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_key = models.CharField(max_length=64)  # its primary key, and “#part” for a part of it
    language = models.CharField(_("Language"), max_length=12)
    kind = models.CharField(_("Kind"), max_length=40)
    title = models.CharField(_("Title"), max_length=255)
    summary = models.TextField(_("Summary"), blank=True)
    text = models.TextField(_("Text"), blank=True)
    keywords = models.CharField(_("Keywords"), max_length=255, blank=True)
    trail = models.CharField(_("Location"), max_length=255, blank=True)
    url = models.TextField(_("Address"))
    date = models.DateTimeField(_("Date"), null=True, blank=True)
    shown_from = models.DateTimeField(_("Shown from"), null=True, blank=True)
    shown_until = models.DateTimeField(_("Shown until"), null=True, blank=True)
    folded_title = models.CharField(max_length=500, editable=False)
    folded_keywords = models.CharField(max_length=500, editable=False)
    folded_text = models.TextField(editable=False)

    search_fields = [
        index.SearchField("folded_title", boost=8),
        index.SearchField("folded_keywords", boost=6),
        index.SearchField("folded_text", boost=1),
        index.AutocompleteField("folded_title"),
        index.AutocompleteField("folded_keywords"),
        index.FilterField("language"),
        index.FilterField("kind"),
        index.FilterField("shown_from"),
        index.FilterField("shown_until"),
    ]

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_key", "language"], name="one_search_entry_per_language"
            )
        ]
        indexes = [models.Index(fields=["language", "kind"], name="search_entry_language_kind")]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        self.folded_title, self.folded_keywords = fold_text(self.title), fold_text(self.keywords)
        text = f"{self.summary} {self.text}"
        # Split into words, as queries are: PostgreSQL takes an address for a single word.
        self.folded_text = " ".join([*WORD.findall(fold_text(text)), *phone_numbers.phones_in_text(text)])
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "folded_title", "folded_keywords", "folded_text"}
        super().save(*args, **kwargs)

    @property
    def part(self) -> str:
        """The key of the part of the object; "" if the entry is the object itself."""
        return self.object_key.partition("#")[2]


class SynonymGroup(models.Model):
    """Synonyms in a language: a search for one of them also finds the others."""

    language = models.CharField(
        _("Language"), max_length=12, choices=settings.LANGUAGES, default=default_language
    )
    words = models.TextField(
        _("Words that mean the same"),
        max_length=500,
        help_text=_(
            "Separated by commas: “macaron, carte de parking, vignette”. Accents and capitals do not matter."
        ),
    )

    panels = [FieldPanel("language"), FieldPanel("words")]

    class Meta:
        verbose_name = _("words that mean the same")
        verbose_name_plural = _("words that mean the same")
        ordering = ["language", "words"]

    def __str__(self):
        return self.words

    def clean(self):
        super().clean()
        self.words = ", ".join(self.terms)
        if len(self.terms) < 2:
            raise ValidationError({"words": _("At least two words, separated by commas.")})

    @property
    def terms(self) -> list[str]:
        """The words or phrases, each once."""
        found: dict[str, str] = {}
        for part in SEPARATOR.split(self.words.replace("\x00", " ")):
            if WORD.search(fold_text(part)):
                found.setdefault(" ".join(fold_text(part).split()), " ".join(part.split()))
        return list(found.values())

    @classmethod
    def groups(cls, language: str) -> list[list[tuple[str, ...]]]:
        """Return the synonym groups of a language, each term as its folded words."""
        return cls._cached_synonyms(language)[0]

    @classmethod
    def terms_as_written(cls, language: str) -> str:
        """Return the words of all groups of a language, as editors wrote them."""
        return cls._cached_synonyms(language)[1]

    @classmethod
    def _cached_synonyms(cls, language: str) -> tuple[list[list[tuple[str, ...]]], str]:
        """Return ``groups`` and ``written`` of a language, cached per site version."""
        return cached_per_version(f"synonyms-{language}", lambda: cls._read(language))

    @classmethod
    def _read(cls, language: str) -> tuple[list[list[tuple[str, ...]]], str]:
        found = list(cls.objects.filter(language=language).order_by("pk"))
        groups = [
            [tuple(drop_stop_words(query_words(term), language)) for term in group.terms] for group in found
        ]
        return groups, " ".join(group.words for group in found)


class FileText(models.Model):
    """The text of a file, for search. It waits for extraction while ``due_at`` is set.

    An app with searchable files makes a subclass with a one-to-one ``document`` whose ``related_name`` is ``text``. The
    document has a ``title``, a ``file`` and a method ``get_file_hash()``.
    """

    digest = models.CharField(max_length=40, blank=True)  # hash of the file of this text
    text = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self):
        return str(self.document)


class DocumentText(FileText):
    """The text of a public download."""

    document = models.OneToOneField("wagtaildocs.Document", models.CASCADE, related_name="text")

    class Meta:
        verbose_name = _("text of a document")
        verbose_name_plural = _("texts of documents")


class DocumentPlace(models.Model):
    """A published page that search finds by the text of a download. Wagtail's reference index is updated later."""

    document = models.ForeignKey("wagtaildocs.Document", models.CASCADE, related_name="+")
    page = models.ForeignKey("wagtailcore.Page", models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("place of a document")
        verbose_name_plural = _("places of documents")
        constraints = [
            models.UniqueConstraint(fields=["document", "page"], name="one_place_per_document_and_page")
        ]

    def __str__(self):
        return f"{self.document}, {self.page}"


class MissedQuery(models.Model):
    """A query that several people made on a day and that found nothing. The people are not recorded."""

    language = models.CharField(_("Language"), max_length=12, choices=settings.LANGUAGES)
    day = models.DateField(_("Day"))
    words = models.CharField(_("Words"), max_length=100)
    times = models.PositiveIntegerField(_("Frequency"), default=0)

    class Meta:
        verbose_name = _("words sought in vain")
        verbose_name_plural = _("words sought in vain")
        constraints = [
            models.UniqueConstraint(fields=["language", "day", "words"], name="missed_words_once_a_day")
        ]

    def __str__(self):
        return self.words
