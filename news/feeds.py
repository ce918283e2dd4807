"""News for feed readers, per language and per category."""

from datetime import datetime, time
from uuid import uuid5

from django.contrib.syndication.views import Feed
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.html import escape

from home.links import full_address
from home.marks import explained
from home.models import CommuneSettings
from home.pasted import readable

LENGTH = 30


class RssFeed(Feed):
    """The newest articles of an index page."""

    feed_type = Rss201rev2Feed
    item_guid_is_permalink = False

    def __init__(self, index, category=None):
        self.index, self.category = index, category

    @property
    def language(self) -> str:
        return self.index.locale.language_code

    def title(self) -> str:
        return explained(self.index.title, self.category) if self.category else self.index.title

    def link(self) -> str:
        query = f"?category={self.category.slug}" if self.category else ""
        return full_address(self.index) + query

    def description(self) -> str:
        return self.index.description or self.index.title

    subtitle = description

    def author_name(self) -> str:
        """Atom wants one of the whole, or of each entry."""
        return str(CommuneSettings.load())

    def items(self):
        articles = self.index.articles().select_related("category").defer_streamfields()
        if self.category:
            articles = articles.in_category(self.category)
        return articles[:LENGTH]

    def item_title(self, item) -> str:
        return readable(item.title)

    def item_description(self, item) -> str:
        """As HTML, for readers take it as such: a “<” in it is one."""
        return escape(readable(item.lead))

    def item_link(self, item) -> str:
        return full_address(item)

    def item_guid(self, item) -> str:
        """By which a reader knows it again wherever it moves, and under another address too."""
        return uuid5(item.translation_key, self.language).urn

    def item_pubdate(self, item) -> datetime:
        return timezone.make_aware(datetime.combine(item.date, time(6)))

    def item_updateddate(self, item) -> datetime:
        return item.last_published_at or self.item_pubdate(item)

    def item_categories(self, item) -> list[str]:
        return [item.category.name]


class AtomFeed(RssFeed):
    feed_type = Atom1Feed
