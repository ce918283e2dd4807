"""People, contacts and offices."""

from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.models import Page, ReferenceIndex, TranslatableMixin
from wagtail.search import index
from wagtail.snippets.models import register_snippet

from eservices.accounts.fields import EmailAddressField

from ..blocks import content
from ..caching.site_version import cached_per_version
from ..fields import LiveStreamField
from ..formats import ical, structured_data, vcard
from ..links.page_links import full_page_url
from ..links.url_translation import translate_route_lazy
from .base import BasePage, SearchPart, restriction_exists, stream_passages
from .revisions import ReusableSnippet
from .search import SearchEntry
from .settings import CommuneSettings, OpeningHours

CALENDAR_DAYS = 90


class PersonManager(models.Manager):
    """Manager that joins the portraits, because people are always shown with them."""

    def get_queryset(self):
        return super().get_queryset().select_related("photo")


@register_snippet
class Person(ReusableSnippet, TranslatableMixin, index.Indexed, models.Model):
    """A person who holds an office or answers questions."""

    name = models.CharField(_("Name"), max_length=120)
    role = models.CharField(_("Function"), max_length=160, blank=True)
    text = models.CharField(_("Responsibilities"), max_length=255, blank=True)
    phone = models.CharField(_("Telephone"), max_length=30, blank=True)
    email = EmailAddressField(_("E-mail"), blank=True)
    photo = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("Portrait"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = PersonManager()
    piece = "home/blocks/person.html"

    panels = [FieldPanel(name) for name in ("name", "role", "text", "phone", "email", "photo")]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("locale_id"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self):
        return f"{self.name}, {self.role}" if self.role else self.name

    @property
    def anchor(self) -> str:
        """The anchor of the person on a page."""
        return f"p-{self.translation_key.hex[:8]}"

    def search_part(self) -> SearchPart:
        words = ", ".join(filter(None, [self.text, self.phone, self.email]))
        return SearchPart("person", self.anchor, self.name, summary=self.role, text=words)

    @classmethod
    def in_public(cls, key) -> list["Person"]:
        """Return a person in all languages if a public page shows them; else [].

        Wagtail's reference index has every page, but only after a worker has updated it; the search index has pages
        that were just published.
        """
        people = list(cls.objects.filter(translation_key=key).select_related("locale").order_by("pk"))
        named = ReferenceIndex.objects.filter(
            base_content_type=ContentType.objects.get_for_model(Page),
            to_content_type=ContentType.objects.get_for_model(cls),
            to_object_id__in=[str(one.pk) for one in people],
        )
        keys = {*named.values_list("object_id", flat=True)}
        keys.update(key for one in people[:1] for key in SearchEntry.objects.pages_with_part(one.anchor))
        pages = Page.objects.filter(pk__in=[int(pk) for pk in keys])
        return people if pages.live().filter(~restriction_exists()).exists() else []

    @property
    def card_url(self) -> str:
        """The address of the person's vCard."""
        return reverse("home:card", args=[self.translation_key])

    def vcard(self, commune: CommuneSettings) -> str:
        """Return the person as a vCard, with the address of the commune, and its telephone if they have none."""
        given, _blank, family = self.name.partition(" ")
        return vcard.contact_card(
            name=self.name,
            parts=[family, given],
            role=self.role,
            house=str(commune),
            phone=self.phone or commune.phone,
            email=self.email,
            place=(commune.street, commune.town, commune.postcode),
            note=self.text,
        )


@register_snippet
class Contact(ReusableSnippet, TranslatableMixin, index.Indexed, models.Model):
    """A contact for a subject, shown on pages."""

    title = models.CharField(_("Contact person"), max_length=120)
    text = models.CharField(_("Remark"), max_length=255, blank=True, help_text=_("Hours, place, languages."))
    phone = models.CharField(_("Telephone"), max_length=30, blank=True)
    email = EmailAddressField(_("E-mail"), blank=True)

    piece = "home/blocks/contact.html"
    panels = [FieldPanel(name) for name in ("title", "text", "phone", "email")]
    search_fields = [
        index.SearchField("title"),
        index.AutocompleteField("title"),
        index.FilterField("locale_id"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self):
        return self.title

    @classmethod
    def in_language(cls, pk: int | None, language: str) -> "Contact | None":
        """Return the contact ``pk`` in a language, else as it is; cached per site version. None without ``pk``."""
        if pk is None:
            return None
        return (
            cached_per_version(f"contact-{pk}-{language}", lambda: cls._shown(pk, language) or False) or None
        )

    @classmethod
    def _shown(cls, pk: int, language: str) -> "Contact | None":
        key = cls.objects.filter(pk=pk).values("translation_key")
        same = list(cls.objects.filter(translation_key__in=key).select_related("locale"))
        translated = (one for one in same if one.locale.language_code == language)
        return next(translated, None) or next((one for one in same if one.pk == pk), None)


class OfficePage(RoutablePageMixin, OpeningHours, BasePage):
    """An office or place with opening hours: the counter, the waste site, the library."""

    menu_icon = "clock"
    page_description = _("An office of the administration: its tasks, its staff and its opening hours.")
    street = models.CharField(_("Street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("Postcode"), max_length=12, blank=True)
    town = models.CharField(_("Town"), max_length=80, blank=True)
    phone = models.CharField(_("Telephone"), max_length=30, blank=True)
    email = EmailAddressField(_("E-mail"), blank=True)
    access = models.CharField(
        _("Access"), max_length=255, blank=True, help_text=_("Step-free? Which bus? Where to park?")
    )
    on_home = models.BooleanField(
        _("Show on the home page whether it is open"),
        default=False,
        help_text=_("Shown in the band “today”."),
    )
    body = LiveStreamField(content.ContentBlocks(), blank=True, verbose_name=_("Content"))

    needs_contact = True
    review_months = 6
    search_kind = "office"
    template = "home/office_page.html"
    hours_place, card_place = translate_route_lazy("horaires/"), translate_route_lazy("carte/")
    parent_page_types = ["home.HomePage", "home.SectionPage", "home.ContentPage"]
    subpage_types = ["home.ContentPage"]
    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [FieldPanel(name) for name in ("street", "postcode", "town", "phone", "email", "access")],
            _("Contact"),
        ),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("hours", "closings", "other_hours", "on_home")], _("Opening hours")
        ),
        FieldPanel("body"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body"), index.FilterField("on_home")]

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")

    def get_context(self, request, *args, **kwargs):
        data = {"structured_data": structured_data.office_data(self, request)}
        return super().get_context(request, *args, **kwargs) | data

    @path("horaires/")  # the French address works in every commune, because it was printed and subscribed to
    @path(hours_place, name="hours")
    def calendar(self, request):
        """Return the opening hours of the coming weeks as a calendar to subscribe to."""
        entries = [self._entry(opens, closes, request) for opens, closes in self.coming_openings()]
        return ical.calendar_response(self.title, entries, f"{self.slug}.ics")

    @path("carte/")
    @path(card_place, name="card")
    def card(self, request):
        """Return the office as a vCard."""
        card = vcard.contact_card(
            name=self.title,
            parts=[self.title],
            house=str(CommuneSettings.current(request)),
            phone=self.phone,
            email=self.email,
            place=(self.street, self.town, self.postcode),
            url=full_page_url(self, request),
            note=self.access,
        )
        return vcard.vcard_response(self.title, card)

    def coming_openings(self) -> list[tuple[datetime, datetime]]:
        return self.openings(timezone.localdate(), CALENDAR_DAYS)

    def _entry(self, opens: datetime, closes: datetime, request) -> ical.CalendarEntry:
        return ical.CalendarEntry(
            uid=f"{self.translation_key}-{opens:%Y%m%d%H%M}",
            stamp=self.last_published_at or opens,
            start=opens,
            end=closes,
            title=gettext("{place}: open").format(place=self.title),
            place=", ".join(filter(None, [self.street, f"{self.postcode} {self.town}".strip()])),
            url=full_page_url(self, request),
        )

    def search_text(self) -> str:
        people = [str(block.value) for block in self.body if block.block_type == "person" and block.value]
        where = f"{self.street} {self.postcode} {self.town}".strip()
        parts = filter(None, (where, self.phone, self.email))
        return "\n".join([self.lead, *people, *stream_passages(self.body), *parts]).strip()
