"""Links to pages in rich texts."""

from django.utils.html import escape
from django.utils.translation import get_language
from wagtail.models import Page
from wagtail.rich_text.pages import PageLinkHandler

from . import page_links


class PageLinkRewriter(PageLinkHandler):
    """Rewriter of links to pages, all of a text in one query."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict]) -> list[str]:
        keys = [int(attrs["id"]) for attrs in attrs_list if str(attrs.get("id", "")).isdecimal()]
        pages = list(Page.objects.filter(page_links.with_translations(keys)).select_related("locale"))
        language = get_language()
        none = 0  # no page has this locale, so each address carries the reader's language
        locale = next((page.locale_id for page in pages if page.locale.language_code == language), none)
        known = {str(key): url for key, url in page_links.translated_urls(keys, pages, locale).items()}
        urls = [known.get(str(attrs.get("id"))) for attrs in attrs_list]
        return [f'<a href="{escape(url)}">' if url else "<a>" for url in urls]
