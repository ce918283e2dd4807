"""News feeds, per language and per category."""

from django.utils.feedgenerator import Atom1Feed

from home.feeds import PageFeed


class AtomFeed(PageFeed):
    feed_type = Atom1Feed
