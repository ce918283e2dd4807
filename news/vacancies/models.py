"""Pages of vacancies: listed until they close, and shown as closed afterwards."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.models import PageManager
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from eservices.accounts.fields import EmailAddressField
from home.blocks.content import ContentBlocks
from home.fields import LiveStreamField
from home.formats.structured_data import drop_unknown, postal_address_data
from home.links import page_links
from home.links.page_links import full_page_url
from home.localization.dates import date_format, end_of_day
from home.models import BasePage, CommuneSettings
from home.models.base import BasePageQuerySet
from home.search import document_texts


class VacancyIndexPage(RoutablePageMixin, BasePage):
    """The open vacancies, those that close first on top."""

    page_description = _("Vacancies, which are removed automatically after their closing date.")
    parent_page_types = ["home.HomePage", "home.SectionPage", "home.ContentPage"]
    subpage_types = ["news_vacancies.VacancyPage"]
    template = "news/vacancies/vacancy_index_page.html"

    class Meta:
        verbose_name = _("jobs")
        verbose_name_plural = _("jobs")

    def jobs(self):
        return VacancyPage.objects.child_of(self).open_at(timezone.now())

    def get_context(self, request, *args, **kwargs):
        context = {"jobs": self.jobs().defer_streamfields(), "index_url": self.get_url(request)}
        return super().get_context(request, *args, **kwargs) | context

    @path("rss/", name="rss")
    def rss(self, request):
        """Return the open vacancies, as RSS."""
        from .feeds import RssFeed

        return RssFeed(self)(request)


class VacancyQuerySet(BasePageQuerySet):
    def open_at(self, now: datetime) -> Self:
        """Filter vacancies that are open at ``now``: by closing date, those without one last."""
        open_still = models.Q(closes_on=None) | models.Q(closes_on__gte=timezone.localdate(now))
        return (
            self.open_to_all().filter(open_still).order_by(models.F("closes_on").asc(nulls_last=True), "pk")
        )


class VacancyPage(BasePage):
    """A vacancy."""

    in_plan = False
    search_kind = "job"
    parent_page_types = ["news_vacancies.VacancyIndexPage"]
    subpage_types = []
    template = "news/vacancies/vacancy_page.html"

    closes_on = models.DateField(
        _("applications up to and with"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_(
            "If empty, until the position is filled. From the next day, the vacancy is no longer "
            "listed or found."
        ),
    )
    rate = models.CharField(_("rate of work"), max_length=40, blank=True, help_text=_("“80 to 100 %”."))
    begins = models.CharField(_("begins"), max_length=60, blank=True, help_text=_("“1 March, or as agreed”."))
    place = models.CharField(_("place of work"), max_length=120, blank=True)
    email = EmailAddressField(_("applications by e-mail to"), blank=True)
    apply_at = models.ForeignKey(
        "wagtailcore.Page",
        models.SET_NULL,
        verbose_name=_("or by this page or service"),
        null=True,
        blank=True,
        related_name="+",
    )
    body = LiveStreamField(ContentBlocks(), verbose_name=_("text"), blank=True, default=list)

    objects = PageManager.from_queryset(VacancyQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("closes_on"), FieldPanel("begins")]),
                FieldRowPanel([FieldPanel("rate"), FieldPanel("place")]),
            ],
            heading=_("In one glance"),
        ),
        FieldPanel("body"),
        MultiFieldPanel([FieldPanel("email"), FieldPanel("apply_at")], heading=_("Application procedure")),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body"), index.FilterField("closes_on")]
    override_translatable_fields = [SynchronizedField("rate")]

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def is_closed(self, now: datetime) -> bool:
        return self.closes_on is not None and timezone.localdate(now) > self.closes_on

    @property
    def closed(self) -> bool:
        return self.is_closed(timezone.now())

    @property
    def ends(self) -> datetime | None:
        """The time from which applications are closed; None without a closing date."""
        return end_of_day(self.closes_on) if self.closes_on else None

    def search_span(self):
        return None, self.ends

    def search_files(self):
        return document_texts.documents_on_page(self)

    def search_meta(self) -> str:
        return gettext("until {day}").format(day=date_format(self.closes_on)) if self.closes_on else self.rate

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        return context | {
            "structured_data": None if self.closed else job_posting_data(self, request),
            "apply_url": page_links.link_target_url({"page": self.apply_at}, self.locale_id, request),
        }


def job_posting_data(page: VacancyPage, request) -> dict:
    """Return the structured data for search engines and job boards: schema.org."""
    commune = CommuneSettings.current(request)
    begun = page.first_published_at or timezone.now()
    return drop_unknown(
        {
            "@type": "JobPosting",
            "title": page.title,
            "description": page.description or page.title,
            "datePosted": timezone.localdate(begun).isoformat(),
            "validThrough": page.ends and timezone.localtime(page.ends).isoformat(),
            "url": full_page_url(page, request),
            "hiringOrganization": {"@type": "GovernmentOrganization", "name": str(commune)},
            "jobLocation": {
                "@type": "Place",
                "address": postal_address_data(
                    commune.street, commune.postcode, commune.town or commune.name
                ),
            },
        }
    )
