"""Search over pages, news, services: one row per object and language, fed by publication.

Any page of ours is found (``BasePage.search_text``). An app names its kinds in its own ``search.py``::

    from home.search import Kind, search

    search.register("service")(Kind(_("Online service"), _("Services"), order=10))

and sets ``search_kind = "service"`` on its page model; ``search_date`` and ``search_meta()`` are shown if
given; outside ``search_span()`` it is not found.
What is no page calls :func:`keep` and :func:`drop` itself, and hears ``search_rebuilt``.
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
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.models import Page
from wagtail.search.backends import get_search_backend
from wagtail.search.query import And, Or, PlainText, SearchQuery

from . import phones
from .finding import documents, meanings, vocabulary
from .finding.fit import Fit
from .finding.highlight import WORD, excerpt, mark, passage, spoken
from .finding.highlight import find as find_words
from .models import SearchEntry, Synonyms
from .registry import Registry
from .signals import search_rebuilt

MOST = 200  # results; who needs more words more
MOST_WORDS = 10
SUGGESTIONS = 8
SERVICE = "service"


@dataclass(frozen=True)
class Kind:
    """A kind of thing that is found: its name in the margin of a result, and of many on a tab."""

    singular: str
    plural: str
    order: int = 50
    in_sitemap: bool = False  # for what is no page, which a sitemap knows by itself


search: Registry[Kind] = Registry("search")
search.register("page")(Kind(_("Page"), _("Pages"), order=20))
search.register("question")(Kind(_("Question"), _("Questions"), order=15))
search.register("person")(Kind(_("Person"), _("People"), order=48))
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
        """The summary of what is named so or where the words stand in it, else the passage they stand in."""
        summary = self.entry.summary
        named = self.entry.fit > 1 or find_words(self.entry.title, self.words)
        told = named or find_words(summary, self.words)
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
    meant: str = ""  # the query as it was read, where nothing was found for it as typed
    any: bool = False  # nothing has all words: these have some

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
        named = (hit for hit in self.hits[:3] if hit.is_service and hit.entry.fit > 1)
        return next(named, None)


def find(query: str, language: str, reader: str = "") -> Results:
    """What has all words of the query in a language, the best first.

    Synonyms and the other number of a word count as the word; also the synonyms of the language of a ``reader`` who
    types in another than what is looked through is written in. Where nothing has all, words that nobody uses are
    read as the nearest that somebody does; and where that does not help, any of the words is enough. A telephone
    number is found in every spelling, and by no part of it.
    """
    words = spoken(query)[:MOST_WORDS]
    results = Results(query, words)
    if not words:
        return results
    if number := phones.spelled(query):
        called = [[(number,)]]
        results.hits = [
            Hit(one, words) for one in _best_first(_matching(_all(called), called, language), words)
        ]
        if results.hits or phones.is_begun(query):
            return results
    groups = Synonyms.groups(language) + (Synonyms.groups(reader) if reader else [])
    terms = meanings.read(words, language, groups)
    found = _look(terms, language)
    if not found and (meant := vocabulary.meant(query, language)):
        results.meant = meant
        terms = meanings.read(spoken(meant)[:MOST_WORDS], language, groups)
        found = _matching(_all(terms), terms, language)
    if not found and len(terms) > 1:
        found = _matching(Or([_either(term) for term in terms]), terms, language)
        results.any = bool(found)
    results.words = [word for term in terms for words in term for word in words]
    results.hits = [Hit(entry, results.words) for entry in _best_first(found, words)]
    return results


def suggest(query: str, language: str) -> list[Hit]:
    """What may be meant while somebody types: names that have the words, the last of them begun, or others
    that mean the same."""
    words = spoken(query)[:MOST_WORDS]
    found = _begun(words, language) + _named_otherwise(words, language) if words else []
    if not found and (meant := vocabulary.meant(query, language)):
        words = spoken(meant)[:MOST_WORDS]
        found = _begun(words, language) + _named_otherwise(words, language)
    return [Hit(entry, words) for entry in _best_first(found, words)][:SUGGESTIONS]


def read_texts(hits: list[Hit]) -> None:
    """The texts of the hits that are shown, in one query: they are left out while searching."""
    texts = dict(SearchEntry.objects.filter(pk__in=[hit.entry.pk for hit in hits]).values_list("pk", "text"))
    for hit in hits:
        hit.entry.text = texts.get(hit.entry.pk, "")


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
    part: str = "",
) -> None:
    """Search finds ``subject`` in ``language`` by these words from now on, or between two moments only.

    Or a part of it that has an address of its own.
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


def drop(subject) -> None:
    """Search finds ``subject`` no longer, nor its parts."""
    SearchEntry.objects.filter(content_type=_type_of(subject), object_key=str(subject.pk)).delete()
    _parts_of(subject).delete()


def _parts_of(subject):
    return SearchEntry.objects.filter(content_type=_type_of(subject), object_key__startswith=f"{subject.pk}#")


def _type_of(subject) -> ContentType:
    return ContentType.objects.get_for_model(subject, for_concrete_model=True)


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
            text=_text(page),
            keywords=page.keywords,
            trail=_trail(page),
            date=getattr(page, "search_date", None),
            span=page.search_span(),
        )
        _keep_parts(page, language, url)


def _keep_parts(page: Page, language: str, url: str) -> None:
    """What stands on the page now, and nothing that stood there."""
    parts, trail = page.search_parts(), " › ".join(filter(None, [_trail(page), page.title]))
    _parts_of(page).exclude(object_key__in=[f"{page.pk}#{part.key}" for part in parts]).delete()
    for part in parts:
        keep(
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
    """The words of a page, and of its files."""
    files = page.search_files()
    if files is None:
        return page.search_text()
    documents.note_places(page, files)
    return f"{page.search_text()}\n{documents.words_of(files)}".strip()


def keep_pages(keys: Iterable[int]) -> None:
    """The same for those that are published of some pages: what they show changed."""
    for page in Page.objects.filter(pk__in=keys).live().select_related("locale"):
        keep_page(page)


def keep_branch(page: Page) -> None:
    """The same for a page and all below it: their addresses changed."""
    for below in Page.objects.descendant_of(page, inclusive=True).live().select_related("locale"):
        keep_page(below)


@transaction.atomic
def rebuild() -> int:
    """Writes the entries of all pages and of what else is found anew; answers how many there are."""
    SearchEntry.objects.all().delete()
    keep_all()
    learn_how_much_there_is()
    return SearchEntry.objects.count()


def has_another_name(page: Page) -> bool:
    """Whether a page is found under another title than the one it has now."""
    known = SearchEntry.objects.filter(content_type=_type_of(page), object_key=str(page.pk))
    return known.exclude(title=page.title[:255]).exists()


def keep_all() -> None:
    """The same while search goes on: the addresses of everything may have changed."""
    for page in Page.objects.filter(depth__gt=1).live().select_related("locale"):
        keep_page(page)
    search_rebuilt.send(sender=SearchEntry)


def learn_how_much_there_is() -> None:
    """SQLite looks into the index word by word, not row by row, once it knows how many rows there are."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize=0x10002")


def _look(terms: meanings.Terms, language: str) -> list[SearchEntry]:
    """What has every term, in its text or at the beginning of a word of its name."""
    found = _matching(_all(terms), terms, language)
    words = _typed(terms)
    looked_for = {way[0] for term in terms for way in term if len(way) == 1}
    if not vocabulary.begins(words, language, looked_for):
        return found
    known = {entry.pk for entry in found}
    return found + [entry for entry in _begun(words, language) if entry.pk not in known]


def _matching(question: SearchQuery, terms: meanings.Terms, language: str) -> list[SearchEntry]:
    """The best named, then what lasts, then the newest: the same on every database, and one look at the index."""
    as_typed = meanings.read(_typed(terms), language, [])
    readings = [as_typed] if as_typed == terms else [as_typed, terms]
    entries = _entries(language).annotate(fit=Fit(*readings))
    entries = entries.order_by(F("fit").desc(), F("date").desc(nulls_first=True), F("id").desc())
    return list(_backend().search(question, entries, order_by_relevance=False)[:MOST])


def _typed(terms: meanings.Terms) -> list[str]:
    return [word for term in terms for word in term[0]]


def _begun(words: list[str], language: str) -> list[SearchEntry]:
    entries = _entries(language).annotate(fit=Fit([[(word,)] for word in words]))
    entries = entries.order_by(F("fit").desc(), Length("title").asc(), F("id").desc())
    return list(
        _backend().autocomplete(" ".join(words), entries, operator="and", order_by_relevance=False)[:MOST]
    )


def _named_otherwise(words: list[str], language: str) -> list[SearchEntry]:
    """What has in its name what editors say means the same."""
    terms = meanings.read(words, language, Synonyms.groups(language))
    if terms == meanings.read(words, language, []):
        return []
    return [entry for entry in _matching(_all(terms), terms, language) if entry.fit > 1]


def _all(terms: meanings.Terms) -> SearchQuery:
    return And([_either(term) for term in terms])


def _either(term: meanings.Term) -> SearchQuery:
    """Any of the ways to say a term, each with all its words."""
    ways = [PlainText(" ".join(words), operator="and") for words in term]
    return Or(ways) if len(ways) > 1 else ways[0]


def _entries(language: str):
    return SearchEntry.objects.shown(language, timezone.now()).defer("text", "folded_text")


def _backend():
    return get_search_backend()


def _best_first(found: list[SearchEntry], words: list[str]) -> list[SearchEntry]:
    """What is named exactly so comes before what is named so among others.

    Each once: a document of the library may stand on a page too, and somebody on several.
    """
    shown, seen = [], set()
    for entry in sorted(
        found, key=lambda entry: (set(WORD.findall(entry.folded_title)) != set(words), -entry.fit)
    ):
        marks = {entry.url, entry.part} - {""}
        if not marks & seen:
            shown.append(entry)
        seen |= marks
    return shown


def _trail(page: Page) -> str:
    if hasattr(page, "search_meta"):
        return str(page.search_meta())
    above = Page.objects.ancestor_of(page).filter(depth__gt=2).order_by("path")
    return " › ".join(above.values_list("title", flat=True))
