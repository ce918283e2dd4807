"""Vacancies as contents of newsletters."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from newsletter.content_types import LetterEntry, content_types
from newsletter.page_content_types import PageContentType, plain_entry, unique_by_translation


class VacancyContent(PageContentType):
    """Vacancies while they are open."""

    label, icon, page_type = _("Job"), "user", "news_vacancies.VacancyPage"

    def model(self):
        from news.vacancies.models import VacancyPage

        return VacancyPage

    def public(self):
        return self.model().objects.open_at(timezone.now()).select_related("locale")

    def entry(self, page, topics: frozenset) -> LetterEntry:
        return plain_entry(page, page.lead)

    def fresh(self, since, until, ahead) -> list[Page]:
        new = self.model().objects.open_at(until).filter(first_published_at__gt=since)
        return unique_by_translation(new.filter(first_published_at__lte=until).select_related("locale"))


content_types.register("job")(VacancyContent())
