"""News articles as contents of newsletters."""

from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from newsletter.content_types import content_types
from newsletter.page_content_types import PageContentType, unique_by_translation


class NewsContent(PageContentType):
    label, icon, page_type = _("News"), "doc-full", "news_articles.NewsPage"

    def model(self):
        from news.articles.models import (
            NewsPage,  # imported here because the newsletter's models import this module while they load
        )

        return NewsPage

    def lead(self, page) -> str:
        return page.lead

    def fresh(self, since, until, ahead) -> list[Page]:
        published = self.model().objects.open_to_all().filter(first_published_at__gt=since)
        published = published.filter(first_published_at__lte=until)
        return unique_by_translation(published.order_by("-date", "-pk").select_related("locale"))


content_types.register("news")(NewsContent())
