"""Feeds of official notices: only those displayed at the time of the request."""

from datetime import datetime

from django.utils.cache import add_never_cache_headers
from django.utils.feedgenerator import Atom1Feed

from home import feeds as home_feeds


class RssFeed(home_feeds.PageFeed):
    """Feed of the displayed notices, the latest first. It is never cached, because notices expire at a fixed time."""

    def __init__(self, index):
        super().__init__(index)

    def __call__(self, request, *args, **kwargs):
        response = super().__call__(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def items(self):
        return self.index.notices().with_kind_name().defer_streamfields()

    def item_pubdate(self, item) -> datetime:
        return item.search_date

    def item_categories(self, item) -> list[str]:
        return [item.kind_name]


class AtomFeed(RssFeed):
    feed_type = Atom1Feed
