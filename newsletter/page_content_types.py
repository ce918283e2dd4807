"""Base of the content types of newsletters: news, events, official notices, council meetings, vacancies."""

from collections import defaultdict
from collections.abc import Iterable

from wagtail.models import Page

from home.links.page_links import full_page_url

from .content_types import LetterEntry, PageTitle


class PageContentType:
    """Pages of one model, in the reader's language if translated and published."""

    def entries(self, pages: list[Page], language: str) -> dict[int, LetterEntry]:
        topics = self.topics({page.translation_key for page in pages})
        return {
            key: self.entry(page, frozenset(topics.get(page.translation_key, ())))
            for key, page in _read_in(language, pages, self.public()).items()
        }

    def titles(self, pages: list[Page], language: str) -> dict[int, PageTitle]:
        shown = self.public().prefetch_related(None).select_related(None).select_related("locale")
        shown = shown.only("title", "translation_key", "locale")
        found = _read_in(language, pages, shown)
        return {key: PageTitle(page.title, page.locale.language_code) for key, page in found.items()}

    def public(self):
        """Return the public pages, with the related objects that entries need."""
        shown = self.model().objects.open_to_all().select_related("locale", "picture")
        return shown.prefetch_related("picture__renditions")

    def entry(self, page, topics: frozenset) -> LetterEntry:
        return LetterEntry(
            title=page.title,
            url=full_page_url(page),
            language=page.locale.language_code,
            lead=self.lead(page),
            picture=page.picture,
            alt=page.alt,
            day=self.day(page),
            topics=topics,
        )

    def topics(self, keys: set) -> dict:
        """Return the topics by translation key of the pages, merged over all languages."""
        if not hasattr(self.model(), "topics"):
            return {}
        page, found = self.model()._meta.model_name, defaultdict(set)
        rows = self.model().topics.through.objects.filter(**{f"{page}__translation_key__in": keys})
        for key, topic in rows.values_list(f"{page}__translation_key", "topic__translation_key"):
            found[key].add(topic)
        return found

    def day(self, page):
        return None


def _read_in(language: str, pages: list[Page], shown) -> dict[int, Page]:
    """Return by page id the page of ``shown`` for the reader: its translation, else itself."""
    by_key: dict = defaultdict(dict)
    for page in shown.filter(translation_key__in={page.translation_key for page in pages}):
        by_key[page.translation_key][page.locale.language_code] = page
    found = {}
    for page in pages:
        translations = by_key[page.translation_key]
        own = next((one for one in translations.values() if one.pk == page.pk), None)
        if best := translations.get(language) or own:
            found[page.pk] = best
    return found


def plain_entry(page, lead: str, **more) -> LetterEntry:
    """Build an entry without picture and topics."""
    return LetterEntry(page.title, full_page_url(page), page.locale.language_code, lead, **more)


def unique_by_translation(pages: Iterable[Page]) -> list[Page]:
    """Return only the first of pages that are translations of each other."""
    return list({page.translation_key: page for page in reversed(list(pages))}.values())[::-1]
