"""Council meetings as contents of newsletters."""

from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from newsletter.content_types import LetterEntry, content_types
from newsletter.page_content_types import PageContentType, plain_entry, unique_by_translation


class MeetingContent(PageContentType):
    """Council meetings, shown as dates."""

    label, icon, page_type = _("Council meeting"), "group", "news_council.MeetingPage"

    def model(self):
        from news.council.models import MeetingPage

        return MeetingPage

    def public(self):
        return self.model().objects.open_to_all().select_related("locale")

    def entry(self, page, topics: frozenset) -> LetterEntry:
        return plain_entry(page, f"{page.time_text}, {page.place}", day=page.day)

    def fresh(self, since, until, ahead) -> list[Page]:
        coming = self.model().objects.open_to_all().filter(start__gt=until, start__lte=ahead, cancelled=False)
        return unique_by_translation(coming.order_by("start", "pk").select_related("locale"))


content_types.register("meeting")(MeetingContent())
