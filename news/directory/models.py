"""Directory entries, and the page that lists them."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import InvalidPage, Paginator
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.http import Http404
from django.utils import timezone
from django.utils.text import format_lazy, slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.search import index

from eservices.accounts.default_language import default_language
from eservices.accounts.fields import EmailAddressField
from home.caching.site_version import cached_per_version
from home.formats import vcard
from home.formats.structured_data import drop_unknown, postal_address_data
from home.links.page_links import full_page_url
from home.links.url_translation import translate_route_lazy
from home.maps import town_map_settings
from home.models import BasePage
from home.models.categories import Category
from home.text.highlighting import fold_text
from home.web.opt_ins import EmailedLink

PER_PAGE = 40
MAX_QUERY_LENGTH = 80  # characters of a search
YEAR = timedelta(days=365)
NEXT_DATES = 4


class DirectoryTheme(Category):
    """The field of an association or company: sport, music, crafts."""

    class Meta(Category.Meta):
        verbose_name = _("theme of the directory")
        verbose_name_plural = _("themes of the directory")
        constraints = [
            models.UniqueConstraint(fields=["locale", "slug"], name="one_directory_theme_per_slug")
        ]


class EntryQuerySet(models.QuerySet["DirectoryEntry"]):
    def public(self) -> Self:
        return self.filter(shown=True).order_by("sort_name", "pk")

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def of_theme(self, slug: str) -> Self:
        return self.filter(theme__slug=slug)

    def named(self, words: str):
        """Filter entries that contain all the words, whatever their case and accents."""
        found = self
        for word in fold_text(words).split():
            found = found.filter(folded__contains=word)
        return found

    def looked_after_by(self, email: str) -> Self:
        """Filter entries whose keeper has this address."""
        return self.filter(Q(keeper_email=email) | Q(keeper_email="", email=email))

    def to_remind(self, now: datetime) -> Self:
        """Filter entries whose keepers are due to be reminded at ``now``."""
        return self.filter(shown=True, due_at__lte=now).order_by("due_at", "pk")


class DirectoryEntry(index.Indexed, models.Model):
    """An association or a company. Its text is in one language; it is listed in all."""

    class Kind(models.TextChoices):
        ASSOCIATION = "association", _("association")
        COMPANY = "company", _("company")

    # Fields that keepers may propose to change.
    PROPOSED = (
        "kind",
        "name",
        "theme",
        "summary",
        "description",
        "meets",
        "contact_name",
        "phone",
        "email",
        "web",
        "street",
        "postcode",
        "town",
        "lat",
        "lon",
    )

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ASSOCIATION)
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(
        _("in addresses"),
        max_length=120,
        unique=True,
        blank=True,
        help_text=_("Made from the name if empty."),
    )
    theme = models.ForeignKey(DirectoryTheme, models.PROTECT, verbose_name=_("theme"), related_name="+")
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default=default_language
    )
    summary = models.CharField(
        _("summary in one sentence"), max_length=200, blank=True, help_text=_("Activities and audience.")
    )
    description = models.TextField(_("description"), max_length=4000, blank=True)
    meets = models.CharField(
        _("when"), max_length=200, blank=True, help_text=_("Meeting times or opening hours.")
    )
    contact_name = models.CharField(_("person to contact"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = EmailAddressField(_("e-mail address, shown"), blank=True)
    web = models.URLField(_("website"), blank=True)
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    town = models.CharField(_("town"), max_length=80, blank=True)
    lat = models.FloatField(
        _("latitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("As on maps, for example 46.4612. With the longitude, the entry is shown on the map."),
    )
    lon = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    picture = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        verbose_name=_("picture"),
        null=True,
        blank=True,
        related_name="+",
    )
    picture_alt = models.CharField(_("description of the picture"), max_length=255, blank=True)
    shown = models.BooleanField(_("shown on the site"), default=True)
    keeper_email = EmailAddressField(
        _("e-mail address of the keeper"),
        blank=True,
        help_text=_("Not shown. Its owner can propose changes. If empty, the address shown is used."),
    )
    confirmed_at = models.DateTimeField(_("confirmed by its keeper"), null=True, blank=True, editable=False)
    due_at = models.DateTimeField(_("asked next"), null=True, blank=True, editable=False, db_index=True)
    sort_name = models.CharField(max_length=150, editable=False, db_index=True)
    folded = models.TextField(editable=False)

    objects = EntryQuerySet.as_manager()

    panels = [
        FieldPanel("shown"),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("theme")]),
        FieldPanel("name"),
        FieldPanel("summary"),
        FieldPanel("description"),
        FieldPanel("meets"),
        MultiFieldPanel([FieldPanel("picture"), FieldPanel("picture_alt")], heading=_("Picture")),
        MultiFieldPanel(
            [
                FieldPanel("contact_name"),
                FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
                FieldPanel("web"),
                FieldPanel("keeper_email"),
            ],
            heading=_("Contact"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("street"),
                FieldRowPanel([FieldPanel("postcode"), FieldPanel("town")]),
                FieldRowPanel([FieldPanel("lat"), FieldPanel("lon")]),
            ],
            heading=_("Where"),
        ),
        FieldRowPanel([FieldPanel("language"), FieldPanel("slug")]),
    ]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("kind"),
        index.FilterField("shown"),
    ]

    class Meta:
        verbose_name = _("entry of the directory")
        verbose_name_plural = _("entries of the directory")
        ordering = ["sort_name", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.description = self.description.replace("\r\n", "\n")  # as keepers' forms clean it
        self.slug = self.slug or self._free_slug()
        self.sort_name = fold_text(self.name)[:150]
        said = (self.name, self.summary, self.description, self.contact_name, self.street, self.town)
        self.folded = fold_text(" ".join(said))
        self.due_at = self.due_at or timezone.now() + YEAR
        super().save(*args, **kwargs)

    def clean(self):
        super().clean()
        if (self.lat is None) != (self.lon is None):
            missing = "lat" if self.lat is None else "lon"
            raise ValidationError({missing: _("Coordinates are two numbers: latitude and longitude.")})
        if self.picture_id and not self.alt:
            raise ValidationError({"picture_alt": _("Describe the picture in one sentence.")})

    def _free_slug(self) -> str:
        """Return the slug of the name, with a number if it is taken."""
        base = slugify(fold_text(self.name))[:100] or "fiche"
        taken = set(DirectoryEntry.objects.filter(slug__startswith=base).values_list("slug", flat=True))
        numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
        return next(slug for slug in (base, *numbered) if slug not in taken)

    @property
    def alt(self) -> str:
        return self.picture_alt or getattr(self.picture, "description", "")

    @property
    def keeper(self) -> str:
        """The address that may propose changes; "" if there is none."""
        return self.keeper_email or self.email

    @property
    def place(self) -> str:
        return ", ".join(filter(None, (self.street, f"{self.postcode} {self.town}".strip())))

    @property
    def located(self) -> bool:
        return self.lat is not None and self.lon is not None

    def values(self) -> dict:
        """Return the fields that the keeper may propose to change, as plain data."""
        plain = {name: getattr(self, name) for name in self.PROPOSED if name != "theme"}
        return plain | {"theme": str(self.theme.translation_key)}

    def get_url(self, language: str) -> str:
        """Return the URL of the entry's page; "" if no directory is published in that language."""
        index_url = directory_url(language)
        return f"{index_url}{self.slug}/" if index_url else ""


def directory_url(language: str) -> str:
    """Return the URL of the directory in a language; "" if none is published. Cached per site version."""
    return cached_per_version(f"directory-{language}", lambda: _directory_url(language) or "-").removeprefix(
        "-"
    )


def _directory_url(language: str) -> str | None:
    found = DirectoryPage.objects.open_to_all().filter(locale__language_code=language).order_by("path")
    page = found.first()
    return page.get_url() if page else None


class KeeperLink(EmailedLink):
    """Access to one directory entry by e-mailed link. Valid while its address is the keeper's."""

    entry = models.ForeignKey(DirectoryEntry, models.CASCADE, related_name="links")

    class Meta:
        verbose_name = _("link of a keeper")
        verbose_name_plural = _("links of keepers")

    def __str__(self) -> str:
        return f"{self.entry}"


class DirectoryPage(RoutablePageMixin, BasePage):
    """All entries by kind, theme and words, with a page and a vCard of each."""

    menu_icon = "user"
    when_lost = 2
    page_description = _("Associations and companies, which keep their entry up to date themselves.")
    parent_page_types = ["home.HomePage", "home.SectionPage", "home.ContentPage"]
    subpage_types = []
    template = "news/directory/directory_page.html"
    card_place = translate_route_lazy("carte/")
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("directory of associations and companies")
        verbose_name_plural = _("directories of associations and companies")

    @path("")
    def index_route(self, request):
        """Show the entries that the query string asks for."""
        context = {"index_url": self.get_url(request), "map": town_map_settings()}
        return self.render(request, context_overrides=context | self.listing(request.GET))

    def listing(self, params) -> dict:
        """Return the context for the entries that the query string asks for.

        Raise Http404 for a kind, theme or page that does not exist.
        """
        kind, slug, words = params.get("kind", ""), params.get("theme", ""), _plain(params.get("q", ""))
        themes = DirectoryTheme.objects.in_language(self.locale.language_code)
        if (kind and kind not in DirectoryEntry.Kind) or (slug and slug not in {one.slug for one in themes}):
            raise Http404
        rows = DirectoryEntry.objects.filter(shown=True).values_list("kind", "theme__slug").order_by()
        facets = list(rows.annotate(number=Count("pk")))
        found = DirectoryEntry.objects.public().select_related("theme").named(words)
        found = found.of_kind(kind) if kind else found
        found = found.of_theme(slug) if slug else found
        names = {theme.translation_key: theme.name for theme in themes}
        page = _page(found, params)
        kinds = [(one, plural, _number(facets, one, slug)) for one, plural in _plurals()]
        return {
            "query": words,
            "kind": kind,
            "theme": next((one for one in themes if one.slug == slug), None),
            "kinds": [one for one in kinds if one[2] or one[0] == kind],
            "themes": [
                (one, n) for one in themes if (n := _number(facets, kind, one.slug)) or one.slug == slug
            ],
            "total": _number(facets, "", slug),
            "pages": page,
            "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            "rows": [(one, names.get(one.theme.translation_key, one.theme.name)) for one in page],
        }

    @path("<slug:slug>/", name="entry")
    def entry(self, request, slug):
        """Show the page of one entry."""
        one = self._entry(slug)
        url = f"{full_page_url(self, request)}{one.slug}/"
        context = {
            "entry": one,
            "entry_url": url,
            "theme": self._theme_name(one),
            "dates": self._next_dates(one),
            "map": town_map_settings() if one.located else None,
            "structured_data": entry_structured_data(one, url),
        }
        return self.render(request, context_overrides=context, template="news/directory/entry_page.html")

    @path("<slug:slug>/carte/")  # links in French lead to this path in every commune
    @path(format_lazy("<slug:slug>/{}", card_place), name="card")
    def card(self, request, slug):
        """Return an entry as a vCard."""
        one = self._entry(slug)
        written = vcard.organisation_card(
            name=one.name,
            contact=one.contact_name,
            phone=one.phone,
            email=one.email,
            place=(one.street, one.town, one.postcode),
            url=one.web or f"{full_page_url(self, request)}{one.slug}/",
            note=one.summary,
        )
        return vcard.vcard_response(one.name, written)

    def _entry(self, slug: str) -> DirectoryEntry:
        for one in DirectoryEntry.objects.public().filter(slug=slug).select_related("theme", "picture"):
            return one
        raise Http404

    def _theme_name(self, one: DirectoryEntry) -> str:
        themes = DirectoryTheme.objects.in_language(self.locale.language_code)
        key = one.theme.translation_key
        return next((theme.name for theme in themes if theme.translation_key == key), one.theme.name)

    def _next_dates(self, one: DirectoryEntry) -> list:
        from news.agenda.models import EventPage
        from news.agenda.occurrences import EventDate

        events = EventPage.objects.open_to_all().filter(host=one, locale=self.locale_id)
        return list(EventDate.objects.of(events).next_of_each(timezone.now())[:NEXT_DATES])


def entry_structured_data(one: DirectoryEntry, url: str) -> dict:
    """Return the structured data of an entry for search engines: schema.org."""
    company = one.kind == DirectoryEntry.Kind.COMPANY
    point = {"@type": "GeoCoordinates", "latitude": one.lat, "longitude": one.lon}
    return drop_unknown(
        {
            "@type": "LocalBusiness" if company else "Organization",
            "name": one.name,
            "description": one.summary,
            "url": one.web or url,
            "telephone": one.phone,
            "email": one.email,
            "address": postal_address_data(one.street, one.postcode, one.town) if one.town else None,
            "geo": point if company and one.located else None,
        }
    )


def _plurals() -> list[tuple[str, str]]:
    return [
        (DirectoryEntry.Kind.ASSOCIATION, _("Associations")),
        (DirectoryEntry.Kind.COMPANY, _("Companies")),
    ]


def _number(facets, kind: str, slug: str) -> int:
    return sum(number for each, theme, number in facets if kind in ("", each) and slug in ("", theme))


def _page(found, params):
    try:
        return Paginator(found, PER_PAGE).page(params.get("page") or 1)
    except InvalidPage:
        raise Http404 from None


def _plain(words: str) -> str:
    return " ".join(words.replace("\x00", " ").split())[:MAX_QUERY_LENGTH]
