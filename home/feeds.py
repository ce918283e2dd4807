"""News feeds, by language and by category."""

from datetime import datetime, time
from uuid import uuid5

from django.contrib.syndication.views import Feed
from django.utils import timezone
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.html import escape

from .links.page_links import full_page_url
from .localization.punctuation import labelled
from .models import CommuneSettings
from .text.cleaning import strip_control_characters

MAX_FEED_ITEMS = 30


class PageFeed(Feed):
    """The newest articles of an index page."""

    feed_type = Rss201rev2Feed
    item_guid_is_permalink = False

    def __init__(self, index, category=None):
        self.index, self.category = index, category

    @property
    def language(self) -> str:
        return self.index.locale.language_code

    def title(self) -> str:
        return labelled(self.index.title, self.category) if self.category else self.index.title

    def link(self) -> str:
        query = f"?category={self.category.slug}" if self.category else ""
        return full_page_url(self.index) + query

    def description(self) -> str:
        return self.index.description or self.index.title

    subtitle = description

    def author_name(self) -> str:
        """Return the name of the commune. Atom requires an author of the feed or of each entry."""
        return str(CommuneSettings.load())

    def items(self):
        articles = self.index.articles().select_related("category").defer_streamfields()
        if self.category:
            articles = articles.in_category(self.category)
        return articles[:MAX_FEED_ITEMS]

    def item_title(self, item) -> str:
        return strip_control_characters(item.title)

    def item_description(self, item) -> str:
        """Return the lead as HTML, as feed readers expect: an unescaped “<” would open a tag."""
        return escape(strip_control_characters(item.lead))

    def item_link(self, item) -> str:
        return full_page_url(item)

    def item_guid(self, item) -> str:
        """Return an identifier that stays the same when the article moves or has another address."""
        return uuid5(item.translation_key, self.language).urn

    def item_pubdate(self, item) -> datetime:
        return timezone.make_aware(datetime.combine(item.date, time(6)))

    def item_updateddate(self, item) -> datetime:
        return item.last_published_at or self.item_pubdate(item)

    def item_categories(self, item) -> list[str]:
        return [item.category.name]
