"""Search over pages, news and services: one row per object and language, updated by publication.

Every page of this project is indexed (``BasePage.search_text``). An app names its kinds in its ``SiteExtension`` and
sets ``search_kind`` on its page model. ``search_date`` and ``search_meta()`` are shown if defined;
outside ``search_span()`` the page is not found. Code of objects that are no pages calls :func:`index_object` and
:func:`unindex_object` itself, and listens to ``search_rebuilt``.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import override
from wagtail.models import Page
from wagtail.search.backends import get_search_backend
from wagtail.search.query import And, Or, PlainText, SearchQuery

from ..extensions.base import merged
from ..extensions.site_points import SearchKind, SiteExtension
from ..localization import phone_numbers
from ..models import SearchEntry, SynonymGroup
from ..signals import search_rebuilt
from ..text import synonyms
from ..text.highlighting import best_passage, highlight_matches, matching_excerpt, query_words
from ..text.highlighting import find_matches as find_words
from ..text.stop_words import drop_stop_words
from . import document_texts, vocabulary
from .ranking import TitleRank, by_matched_terms

MAX_RESULTS = 200  # results; more would not be read
MAX_QUERY_WORDS = 10
SUGGESTIONS = 8
SERVICE = "service"


def search_kinds() -> dict[str, SearchKind]:
    """Return the kinds of all apps, by key."""
    return merged(SiteExtension, lambda one: one.search_kinds())


@dataclass
class SearchHit:
    """A search entry with the words to highlight. ``kinds``: those of all apps."""

    entry: SearchEntry
    words: list[str]
    kinds: dict[str, SearchKind]

    @property
    def title(self) -> SafeString:
        return highlight_matches(self.entry.title, self.words)

    @property
    def text(self) -> SafeString:
        """The summary if the title or the summary has the words, else the best passage of the text."""
        summary = self.entry.summary
        named = self.entry.fit > 1 or find_words(self.entry.title, self.words)
        has_match = named or find_words(summary, self.words)
        shown = summary if summary and has_match else best_passage(self.entry.text, self.words) or summary
        return highlight_matches(matching_excerpt(shown, self.words), self.words)

    @property
    def kind(self) -> SearchKind:
        """The kind of the entry; that of pages if no installed app has it."""
        return self.kinds.get(self.entry.kind) or self.kinds["page"]

    @property
    def url(self) -> str:
        return self.entry.url

    @property
    def is_service(self) -> bool:
        return self.entry.kind == SERVICE


@dataclass
class SearchResults:
    """The results of a query in a language."""

    query: str
    words: list[str]
    hits: list[SearchHit] = field(default_factory=list)
    meant: str = ""  # the corrected query, if the query as typed found nothing
    any: bool = False  # no entry has all words; these have some

    @property
    def is_exact(self) -> bool:
        """True if entries have the query as typed."""
        return bool(self.hits) and not self.meant and not self.any

    @property
    def is_named(self) -> bool:
        """True if the title or the keywords of an entry have the query as typed, or a synonym of it."""
        return self.is_exact and self.hits[0].entry.fit > 1

    @cached_property
    def tabs(self) -> list[dict]:
        """The kinds of the results with their counts, in order."""
        counts = Counter(hit.entry.kind for hit in self.hits)
        kinds = {hit.entry.kind: hit.kind for hit in self.hits}
        order = sorted(kinds, key=lambda key: kinds[key].order)
        return [{"key": key, "label": kinds[key].plural, "count": counts[key]} for key in order]

    def of(self, kind: str) -> list[SearchHit]:
        return [hit for hit in self.hits if not kind or hit.entry.kind == kind]

    @property
    def best_service(self) -> SearchHit | None:
        """A service among the first three hits whose title fits the query. It is shown first, with a button."""
        named = (hit for hit in self.hits[:3] if hit.is_service and hit.entry.fit > 1)
        return next(named, None)


def find_entries(query: str, language: str, reader: str = "") -> SearchResults:
    """Return the entries with all words of the query in a language, best first. Stop words do not count.

    Synonyms, singular and plural count as the word. ``reader``: a reader's language whose synonyms count too, if the
    search is in another language. If no entry has all words, unknown words are replaced by similar known ones. If that
    finds nothing either, any of the words is enough. It is also enough if all words are only in texts: a page about
    half of a question answers it better than one that mentions all of it. A phone number is found in every spelling,
    but not by a part of it.
    """
    words = drop_stop_words(_words(query, language), reader)
    results = SearchResults(query, words)
    if not words:
        return results
    if number := phone_numbers.parse_phone(query):
        called = [[(number,)]]
        results.hits = _hits(_each_once(_matching(_all(called), called, language)), words)
        if results.hits or phone_numbers.is_phone_prefix(query):
            return results
    groups = SynonymGroup.groups(language) + (SynonymGroup.groups(reader) if reader else [])
    terms = synonyms.expand_terms(words, language, groups)
    found = _search(terms, language)
    if not found and (meant := vocabulary.correct_query(query, language)):
        corrected = synonyms.expand_terms(_words(meant, language), language, groups)
        found = _matching(_all(corrected), corrected, language)
        partial = [] if found else _with_some(terms, language)
        if not partial:
            results.meant, terms = meant, corrected
    if len(terms) > 1 and not any(entry.fit > 1 for entry in found):
        ordered = by_matched_terms(found, _with_some(terms, language), terms)
        results.any = bool(ordered) and not found
    else:
        ordered = _best_first(found, words, language)
    results.words = [word for term in terms for words in term for word in words]
    results.hits = _hits(_each_once(ordered), results.words)
    return results


def _with_some(terms: synonyms.Terms, language: str) -> list[SearchEntry]:
    """Return the entries that have at least one term; none if there is only one."""
    return _matching(Or([_either(term) for term in terms]), terms, language) if len(terms) > 1 else []


def suggest_titles(query: str, language: str, others: Iterable[str] = ()) -> list[SearchHit]:
    """Return suggestions for a query that is being typed.

    These are entries whose names have the words, the last of which may be incomplete, or synonyms of them: by title
    before by keyword, services first, lasting pages before dated ones. If there are none, those of the ``others``,
    further languages, then those of a corrected query.
    """
    found = _suggestions(query, language)
    if not found:
        found = [hit for other in others for hit in _suggestions(query, other)]
    if not found and (meant := vocabulary.correct_query(query, language)):
        found = _suggestions(meant, language)
    return found[:SUGGESTIONS]


def _suggestions(query: str, language: str) -> list[SearchHit]:
    words = _words(query, language)
    found = _prefix_matches(words, language) + _synonym_matches(words, language) if words else []
    order = sorted(
        _each_once(_best_first(found, words, language)),
        key=lambda one: (-one.fit, one.kind != SERVICE, one.date is not None),
    )
    return _hits(order, words)


def _words(query: str, language: str) -> list[str]:
    return drop_stop_words(query_words(query), language)[:MAX_QUERY_WORDS]


def load_texts(hits: list[SearchHit]) -> None:
    """Load the texts of the hits on the page in one query, because the search defers them."""
    texts = dict(SearchEntry.objects.filter(pk__in=[hit.entry.pk for hit in hits]).values_list("pk", "text"))
    for hit in hits:
        hit.entry.text = texts.get(hit.entry.pk, "")


def index_object(
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
    part: str = "",
) -> None:
    """Create or update the search entry of ``subject`` in ``language``.

    ``span``: when search may show it, None for no limit. ``part``: the key of a part with its own address.
    """
    SearchEntry.objects.update_or_create(
        content_type=_type_of(subject),
        object_key=f"{subject.pk}#{part}" if part else str(subject.pk),
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


def unindex_object(subject) -> None:
    """Delete the search entries of ``subject`` and its parts."""
    SearchEntry.objects.filter(content_type=_type_of(subject), object_key=str(subject.pk)).delete()
    _parts_of(subject).delete()


def _parts_of(subject):
    return SearchEntry.objects.filter(content_type=_type_of(subject), object_key__startswith=f"{subject.pk}#")


def _type_of(subject) -> ContentType:
    return ContentType.objects.get_for_model(subject, for_concrete_model=True)


def index_page(page: Page) -> None:
    """Update the search entry of a page; delete it if the page is a draft or restricted."""
    page = page.specific
    url = page.get_url()
    if not hasattr(page, "search_text") or not url or not page.live or page.get_view_restrictions().exists():
        unindex_object(page)
        return
    language = page.locale.language_code
    with override(language):  # for dates and fixed words, whatever the language of the publishing user
        index_object(
            page,
            language,
            kind=page.search_kind,
            title=page.title,
            url=url,
            summary=page.lead,
            text=_text(page),
            keywords=page.keywords,
            trail=_ancestor_titles(page),
            date=getattr(page, "search_date", None),
            span=page.search_span(),
        )
        _keep_parts(page, language, url)


def _keep_parts(page: Page, language: str, url: str) -> None:
    """Update the entries of the page's parts and delete those of former parts."""
    parts, trail = page.search_parts(), " › ".join(filter(None, [_ancestor_titles(page), page.title]))
    _parts_of(page).exclude(object_key__in=[f"{page.pk}#{part.key}" for part in parts]).delete()
    for part in parts:
        index_object(
            page,
            language,
            part=part.key,
            kind=part.kind,
            title=part.title,
            url=f"{url}#{part.key}",
            summary=part.summary,
            text=part.text,
            trail=trail,
            span=page.search_span(),
        )


def _text(page: Page) -> str:
    """Return the text of a page and of its files."""
    files = page.search_files()
    if files is None:
        return page.search_text()
    document_texts.record_document_pages(page, files)
    return f"{page.search_text()}\n{document_texts.searchable_text(files)}".strip()


def index_pages(keys: Iterable[int]) -> None:
    """Index the published ones of these pages again, because something they show has changed."""
    for page in Page.objects.filter(pk__in=keys).live().select_related("locale"):
        index_page(page)


def index_branch(page: Page) -> None:
    """Index a page and its descendants again, because their addresses have changed."""
    for below in Page.objects.descendant_of(page, inclusive=True).live().select_related("locale"):
        index_page(below)


@transaction.atomic
def rebuild_index() -> int:
    """Rebuild all search entries in one transaction. Return their number."""
    SearchEntry.objects.all().delete()
    reindex_all_pages()
    analyze_index_tables()
    return SearchEntry.objects.count()


def is_title_outdated(page: Page) -> bool:
    """Return whether the search entry of a page has an outdated title."""
    known = SearchEntry.objects.filter(content_type=_type_of(page), object_key=str(page.pk))
    return known.exclude(title=page.title[:255]).exists()


def reindex_all_pages() -> None:
    """Index all pages again without emptying the index, because all addresses may have changed."""
    for page in Page.objects.filter(depth__gt=1).live().select_related("locale"):
        index_page(page)
    search_rebuilt.send(sender=SearchEntry)


def analyze_index_tables() -> None:
    """Update SQLite's statistics, so that it queries the index by word and does not scan rows."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize=0x10002")


def _search(terms: synonyms.Terms, language: str) -> list[SearchEntry]:
    """Return the entries that have every term, in their text or as a beginning of a word of their title."""
    found = _matching(_all(terms), terms, language)
    words = _typed_words(terms)
    looked_for = {way[0] for term in terms for way in term if len(way) == 1}
    if not vocabulary.completes_known_word(words, language, looked_for):
        return found
    known = {entry.pk for entry in found}
    return found + [entry for entry in _prefix_matches(words, language) if entry.pk not in known]


def _matching(question: SearchQuery, terms: synonyms.Terms, language: str) -> list[SearchEntry]:
    """Return the matching entries in one query: best title first, then undated ones, then newest.

    The order is the same on every database.
    """
    as_typed = synonyms.expand_terms(_typed_words(terms), language, [])
    readings = [as_typed] if as_typed == terms else [as_typed, terms]
    entries = _entries(language).annotate(fit=TitleRank(*readings))
    entries = entries.order_by(F("fit").desc(), F("date").desc(nulls_first=True), F("id").desc())
    return list(_backend().search(question, entries, order_by_relevance=False)[:MAX_RESULTS])


def _typed_words(terms: synonyms.Terms) -> list[str]:
    return [word for term in terms for word in term[0]]


def _prefix_matches(words: list[str], language: str) -> list[SearchEntry]:
    entries = _entries(language).annotate(fit=TitleRank([[(word,)] for word in words]))
    entries = entries.order_by(F("fit").desc(), Length("title").asc(), F("id").desc())
    return list(
        _backend().autocomplete(" ".join(words), entries, operator="and", order_by_relevance=False)[
            :MAX_RESULTS
        ]
    )


def _synonym_matches(words: list[str], language: str) -> list[SearchEntry]:
    """Return the entries whose title has a synonym of the words."""
    terms = synonyms.expand_terms(words, language, SynonymGroup.groups(language))
    if terms == synonyms.expand_terms(words, language, []):
        return []
    return [entry for entry in _matching(_all(terms), terms, language) if entry.fit > 1]


def _all(terms: synonyms.Terms) -> SearchQuery:
    return And([_either(term) for term in terms])


def _either(term: synonyms.Term) -> SearchQuery:
    """Return a query for any of the variants of a term, each with all its words."""
    variants = [PlainText(" ".join(words), operator="and") for words in term]
    return Or(variants) if len(variants) > 1 else variants[0]


def _entries(language: str):
    return SearchEntry.objects.visible_at(language, timezone.now()).defer("text", "folded_text")


def _backend():
    return get_search_backend()


def _hits(entries: list[SearchEntry], words: list[str]) -> list[SearchHit]:
    kinds = search_kinds()  # once: all apps are asked
    return [SearchHit(entry, words, kinds) for entry in entries]


def _best_first(found: list[SearchEntry], words: list[str], language: str) -> list[SearchEntry]:
    """Return the entries, those first whose title has exactly these words."""
    return sorted(
        found, key=lambda entry: (set(_words(entry.folded_title, language)) != set(words), -entry.fit)
    )


def _each_once(found: list[SearchEntry]) -> list[SearchEntry]:
    """Return each object once: a document may be an entry of its own and on a page, and a person on several pages."""
    shown, seen = [], set()
    for entry in found:
        marks = {entry.url, entry.part} - {""}
        if not marks & seen:
            shown.append(entry)
        seen |= marks
    return shown


def _ancestor_titles(page: Page) -> str:
    if hasattr(page, "search_meta"):
        return str(page.search_meta())
    above = Page.objects.ancestor_of(page).filter(depth__gt=2).order_by("path")
    return " › ".join(above.values_list("title", flat=True))
