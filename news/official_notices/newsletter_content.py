"""Official notices as contents of newsletters."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from home.localization.dates import date_format
from newsletter.content_types import LetterEntry, content_types
from newsletter.page_content_types import PageContentType, plain_entry, unique_by_translation


class OfficialNoticeContent(PageContentType):
    """Official notices while they are displayed: archived newsletters do not show them afterwards."""

    label, icon, page_type = _("Official notice"), "thumbtack", "news_official_notices.OfficialNoticePage"

    def model(self):
        from news.official_notices.models import OfficialNoticePage

        return OfficialNoticePage

    def public(self):
        return self.model().objects.posted(timezone.now()).select_related("locale")

    def entry(self, page, topics: frozenset) -> LetterEntry:
        return plain_entry(page, self.lead(page))

    def lead(self, page) -> str:
        posted = gettext("Posted until {day}").format(day=date_format(page.last_day))
        return f"{page.lead} {posted}.".strip()

    def fresh(self, since, until, ahead) -> list[Page]:
        """Return the notices whose days began after ``since``, and those that were published late, after it."""
        days = {"first_day__gt": timezone.localdate(since), "first_day__lte": timezone.localdate(until)}
        late = {"first_published_at__gt": since, "first_published_at__lte": until}
        begun = self.model().objects.posted(until).filter(Q(**days) | Q(**late))
        return unique_by_translation(begun.order_by("-first_day", "-pk").select_related("locale"))


content_types.register("notice")(OfficialNoticeContent())
