"""Feed of vacancies."""

from home import feeds as home_feeds


class RssFeed(home_feeds.PageFeed):
    """The open vacancies."""

    def __init__(self, index):
        super().__init__(index)

    def items(self):
        return self.index.jobs().defer_streamfields()

    def item_pubdate(self, item):
        return item.first_published_at

    def item_categories(self, item) -> list[str]:
        return []
