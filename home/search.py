"""Search over pages, news, services: one row per object and language, fed by publication.

Any page of ours is found (``BasePage.search_text``). An app names its kinds in its own ``search.py``::

    from home.search import Kind, search

    search.register("service")(Kind(_("Online service"), _("Services"), order=10))

and sets ``search_kind = "service"`` on its page model; ``search_date`` and ``search_meta()`` are shown if
given; outside ``search_span()`` it is not found.
What is no page calls :func:`keep` and :func:`drop` itself, and hears ``search_rebuilt``.
"""

import difflib
from collections import Counter
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from .highlight import WORD, excerpt, fold, mark, passage, words_of
from .highlight import find as find_words
from .models import SearchEntry
from .registry import Registry
from .signals import search_rebuilt

MOST = 200  # results; who needs more words more
SERVICE = "service"


@dataclass(frozen=True)
class Kind:
    """A kind of thing that is found: its name in the margin of a result, and of many on a tab."""

    singular: str
    plural: str
    order: int = 50


search: Registry[Kind] = Registry("search")
search.register("page")(Kind(_("Page"), _("Pages"), order=20))
search.register("office")(Kind(_("Place"), _("Places"), order=50))


@dataclass
class Hit:
    """An entry found, ready to show."""

    entry: SearchEntry
    words: list[str]

    @property
    def title(self) -> SafeString:
        return mark(self.entry.title, self.words)

    @property
    def text(self) -> SafeString:
        """The summary if the words stand in it or in the title, else the passage they stand in."""
        summary = self.entry.summary
        told = find_words(summary, self.words) or find_words(self.entry.title, self.words)
        shown = summary if summary and told else passage(self.entry.text, self.words) or summary
        return mark(excerpt(shown, self.words), self.words)

    @property
    def kind(self) -> Kind:
        return search.get(self.entry.kind) or search["page"]

    @property
    def url(self) -> str:
        return self.entry.url

    @property
    def is_service(self) -> bool:
        return self.entry.kind == SERVICE


@dataclass
class Results:
    """What was found for a query in a language."""

    query: str
    words: list[str]
    hits: list[Hit] = field(default_factory=list)

    @cached_property
    def tabs(self) -> list[dict]:
        """The kinds that were found, with how many, in their order."""
        counts = Counter(hit.entry.kind for hit in self.hits)
        kinds = {key: search.get(key) or search["page"] for key in counts}
        order = sorted(kinds, key=lambda key: kinds[key].order)
        return [{"key": key, "label": kinds[key].plural, "count": counts[key]} for key in order]

    def of(self, kind: str) -> list[Hit]:
        return [hit for hit in self.hits if not kind or hit.entry.kind == kind]

    @property
    def best(self) -> Hit | None:
        """A service among the first hits that is named like the query: it stands out with its button."""
        named = (hit for hit in self.hits[:3] if hit.is_service and _rank(hit.entry, self.words) > 1)
        return next(named, None)


def find(query: str, language: str) -> Results:
    """What has all words of the query in a language, the best first; any of them where nothing has all."""
    words = words_of(query)
    results = Results(query, words)
    if not words:
        return results
    backend, entries = get_search_backend(), SearchEntry.objects.shown(language, timezone.now())
    text = " ".join(words)
    found = list(backend.search(text, entries, operator="and")[:MOST])
    known = {entry.pk for entry in found}
    begun = backend.autocomplete(text, entries, operator="and")[:MOST]
    found += [entry for entry in begun if entry.pk not in known]
    if not found and len(words) > 1:
        found = list(backend.search(text, entries, operator="or")[:MOST])
    found.sort(key=lambda entry: -_rank(entry, words))
    results.hits = [Hit(entry, words) for entry in found]
    return results


def did_you_mean(query: str, language: str) -> str:
    """The query with its unknown words replaced by the nearest known ones; nothing if none is near."""
    vocabulary: dict[str, str] = {}
    entries = SearchEntry.objects.shown(language, timezone.now()).values_list("title", "keywords")
    for title, keywords in entries[:2000]:
        for word in WORD.findall(f"{title} {keywords}".replace("’", " ")):
            if len(word) > 3:
                vocabulary.setdefault(fold(word), word.lower())
    suggestion = [_nearest(word, vocabulary) for word in query.split()]
    return " ".join(suggestion) if [fold(word) for word in suggestion] != fold(query).split() else ""


def keep(
    subject,
    language: str,
    *,
    kind: str,
    title: str,
    url: str,
    summary: str = "",
    text: str = "",
    keywords: str = "",
    trail: str = "",
    date=None,
    span: tuple = (None, None),
) -> None:
    """Search finds ``subject`` in ``language`` by these words from now on, or between two moments only."""
    SearchEntry.objects.update_or_create(
        content_type=ContentType.objects.get_for_model(subject, for_concrete_model=True),
        object_id=str(subject.pk),
        language=language,
        defaults={
            "kind": kind,
            "title": title[:255],
            "url": url,
            "summary": summary,
            "text": text,
            "keywords": keywords[:255],
            "trail": trail[:255],
            "date": date,
            "shown_from": span[0],
            "shown_until": span[1],
        },
    )


def drop(subject) -> None:
    """Search finds ``subject`` no longer."""
    content_type = ContentType.objects.get_for_model(subject, for_concrete_model=True)
    SearchEntry.objects.filter(content_type=content_type, object_id=str(subject.pk)).delete()


def keep_page(page: Page) -> None:
    """Search finds a published page of ours; a draft or a page behind a password it does not."""
    page = page.specific
    url = page.get_url()
    if not hasattr(page, "search_text") or not url or not page.live or page.get_view_restrictions().exists():
        drop(page)
        return
    language = page.locale.language_code
    with override(language):  # dates and fixed words in it, whoever publishes
        keep(
            page,
            language,
            kind=page.search_kind,
            title=page.title,
            url=url,
            summary=page.lead,
            text=page.search_text(),
            keywords=page.keywords,
            trail=_trail(page),
            date=getattr(page, "search_date", None),
            span=page.search_span(),
        )


def keep_branch(page: Page) -> None:
    """The same for a page and all below it: their addresses changed."""
    for below in Page.objects.descendant_of(page, inclusive=True).live().select_related("locale"):
        keep_page(below)


@transaction.atomic
def rebuild() -> int:
    """Writes the entries of all pages and of what else is found anew; answers how many there are."""
    SearchEntry.objects.all().delete()
    for page in Page.objects.filter(depth__gt=1).live().select_related("locale"):
        keep_page(page)
    search_rebuilt.send(sender=SearchEntry)
    return SearchEntry.objects.count()


def _rank(entry: SearchEntry, words: list[str]) -> int:
    """How well the name fits: 4 named so, 3 named with all words, 2 found by its keywords, 1 by its text."""
    title, keywords = entry.folded_title, entry.folded_keywords
    if set(WORD.findall(title)) == set(words):
        return 4
    if all(word in title for word in words):
        return 3
    return 2 if all(word in f"{title} {keywords}" for word in words) else 1


def _nearest(word: str, vocabulary: dict[str, str]) -> str:
    near = difflib.get_close_matches(fold(word), vocabulary, n=1, cutoff=0.75)
    return vocabulary[near[0]] if near else word


def _trail(page: Page) -> str:
    if hasattr(page, "search_meta"):
        return str(page.search_meta())
    above = Page.objects.ancestor_of(page).filter(depth__gt=2).order_by("path")
    return " › ".join(above.values_list("title", flat=True))
