"""Official notices, their types, and the records that prove when and by whom they were displayed."""

import hashlib
import secrets
from datetime import date, datetime, time, timedelta
from pathlib import PurePosixPath
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.text import slugify
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, PageManager, TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from eservices.submissions.models import private_storage
from eservices.submissions.upload_checks import TYPES, check_upload
from home.blocks.people import ContactBlock
from home.blocks.text import HeadingBlock, TableBlock, TextBlock
from home.localization.dates import date_format, end_of_day
from home.models import BasePage, FileText
from home.models.base import BasePageQuerySet
from home.models.categories import OrderedTranslations
from home.models.revisions import RevisionedModel
from home.publication.public_record import PublicRecord

from .posting_periods import Act, PostingPeriod, posting_period
from .posting_spans import on_board_since, posted_spans

# Without downloads and pictures, which stay public for ever. Files of a notice are rows of ``OfficialNoticeFile``.
PLAIN = ["bold", "italic", "link", "ol", "ul"]


class OfficialNoticeType(RevisionedModel, TranslatableMixin, models.Model):
    """A type of official notice: how long it is displayed, by which law, and how to object to it."""

    name = models.CharField(_("name"), max_length=80, help_text=_("For example “Building permit enquiry”."))
    days = models.PositiveSmallIntegerField(
        _("number of days to be posted"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_("The first and the last day count. A notice may stay longer, never shorter."),
    )
    act = models.CharField(
        _("act that the law knows"),
        max_length=24,
        choices=Act,
        blank=True,
        help_text=_("If the law of your country or canton is known here, you cannot enter fewer days."),
    )
    law = models.CharField(_("legal basis"), max_length=120, blank=True)
    remedy = RichTextField(
        _("legal remedies against the act"),
        blank=True,
        features=PLAIN,
        help_text=_("Authority, form and deadline for objections. Shown with every notice of this type."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = OrderedTranslations.as_manager()

    panels = [FieldPanel(name) for name in ("name", "act", "days", "law", "remedy", "order")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("kind of notice")
        verbose_name_plural = _("kinds of notices")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self):
        super().clean()
        period = self.period
        if period and self.days and self.days < period.days:
            words = _("The law asks for %(days)s days at least: %(source)s.")
            raise ValidationError({"days": words % {"days": period.days, "source": period.source}})

    @property
    def period(self) -> PostingPeriod | None:
        """The shortest posting that the law of the place allows; None if it is not known."""
        return posting_period(self.act, settings.COUNTRY, settings.SUBDIVISION)

    @property
    def source(self) -> str:
        """The source of the days: the known rule of the place, else the law that the commune entered."""
        return self.period.source if self.period else self.law

    def least_days(self, first: date) -> int:
        """Return the days of the shortest posting from ``first``: those of the commune, or more by law."""
        return (self.last_day(first) - first).days + 1

    def last_day(self, first: date) -> date:
        """Return the last day of the shortest posting from ``first``."""
        last = [first + min(timedelta(days=self.days - 1), date.max - first)]
        if self.period:
            try:
                last.append(self.period.last_day(first))
            except (OverflowError, ValueError):
                last.append(date.max)
        return max(last)


@register_setting(icon="thumbtack")
class OfficialNoticeSettings(BaseGenericSetting):
    """The posting that counts in law: on the public board, on this site, or in the gazette."""

    class Binding(models.TextChoices):
        BOARD = "board", _("the one on the public board")
        SITE = "site", _("the one on this site")
        GAZETTE = "gazette", _("the one in the official gazette")

    binding = models.CharField(
        _("the posting that counts in law"), max_length=8, choices=Binding, default=Binding.BOARD
    )
    board = models.CharField(
        _("location of the public board"),
        max_length=120,
        blank=True,
        help_text=_("For example “place de l’Orme 2, beside the entrance”."),
    )
    gazette = models.CharField(_("name of the official gazette"), max_length=120, blank=True)

    panels = [FieldPanel("binding"), FieldPanel("board"), FieldPanel("gazette")]

    class Meta:
        verbose_name = _("Official notices")

    def clean(self):
        super().clean()
        if self.binding == self.Binding.GAZETTE and not self.gazette:
            raise ValidationError({"gazette": _("Enter the name of the gazette.")})

    @property
    def sentence(self) -> str:
        """The sentence for pages about which posting counts in law."""
        if self.binding == self.Binding.SITE:
            return gettext("The posting on this site is the one that counts in law.")
        if self.binding == self.Binding.GAZETTE:
            return gettext("This is a copy. Only the publication in {gazette} has legal effect.").format(
                gazette=self.gazette
            )
        if self.board:
            return gettext(
                "This is a copy. Only the posting on the public board has legal effect: {place}."
            ).format(place=self.board)
        return gettext("This is a copy. Only the posting on the public board has legal effect.")


class OfficialNoticeIndexPage(PublicRecord, RoutablePageMixin, BasePage):
    """The notices displayed today, by type, with their feeds."""

    page_description = _(
        "The public notice board: each notice stays for its period, with a proof of posting."
    )
    parent_page_types = ["home.HomePage", "home.SectionPage"]
    subpage_types = ["news_official_notices.OfficialNoticePage"]
    template = "news/official_notices/official_notice_index_page.html"

    class Meta:
        verbose_name = _("official notices")
        verbose_name_plural = _("official notices")

    def notices(self):
        """Return the notices displayed now, the latest first.

        Those without a translation are included in the site's main language.
        """
        below = models.Q()
        for index_path in self.get_translations(inclusive=True).values_list("path", flat=True):
            below |= models.Q(path__startswith=index_path)
        posted = OfficialNoticePage.objects.posted(timezone.now()).filter(below)
        ours = models.Q(locale=self.locale)
        written = models.Q(locale__language_code=settings.LANGUAGE_CODE)
        translated = posted.filter(ours).values("translation_key")
        shown = posted.filter(ours | written & ~models.Q(translation_key__in=translated))
        return shown.select_related("locale").order_by("-first_day", "-pk")

    def serve(self, request, *args, **kwargs):
        return _never_kept(super().serve(request, *args, **kwargs))

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        by_kind: dict[str, list[OfficialNoticePage]] = {}
        for notice in (
            self.notices().with_kind_name().order_by("kind__order", "kind_name", "-first_day", "-pk")
        ):
            by_kind.setdefault(notice.kind_name, []).append(notice)
        return context | {
            "kinds": list(by_kind.items()),
            "foreign": any(one.locale_id != self.locale_id for some in by_kind.values() for one in some),
            "binding": OfficialNoticeSettings.load(request_or_site=request).sentence,
            "index_url": self.get_url(request),
        }

    @path("rss/", name="rss")
    def rss(self, request):
        """Return the notices displayed now, as RSS."""
        from .feeds import RssFeed

        return RssFeed(self)(request)

    @path("atom/", name="atom")
    def atom(self, request):
        """Return the notices displayed now, as Atom."""
        from .feeds import AtomFeed

        return AtomFeed(self)(request)


class OfficialNoticeQuerySet(BasePageQuerySet):
    def posted(self, now: datetime) -> Self:
        """Filter the notices that the public may see at ``now``: published, and within their days."""
        today = timezone.localdate(now)
        return self.open_to_all().filter(first_day__lte=today, last_day__gte=today)

    def with_kind_name(self) -> Self:
        """Annotate the name of the type, in the active language if it is translated."""
        same = {
            "translation_key": models.OuterRef("kind__translation_key"),
            "locale__language_code": get_language(),
        }
        own = OfficialNoticeType.objects.filter(**same).order_by().values("name")[:1]
        name = models.functions.Coalesce(models.Subquery(own), models.F("kind__name"))
        return self.annotate(kind_name=name)


class OfficialNoticePage(PublicRecord, BasePage):
    """An official notice. The public does not see it before its first or after its last day."""

    in_plan = False
    search_kind = "notice"
    in_sitemap = False  # sitemaps are cached for an hour, and longer by search engines
    parent_page_types = ["news_official_notices.OfficialNoticeIndexPage"]
    subpage_types = []
    template = "news/official_notices/official_notice_page.html"

    kind = models.ForeignKey(
        OfficialNoticeType, models.PROTECT, verbose_name=_("kind of act"), related_name="+"
    )
    number = models.CharField(_("number or parcel"), max_length=60, blank=True)
    first_day = models.DateField(_("posted from"), default=timezone.localdate, db_index=True)
    last_day = models.DateField(
        _("up to and with"),
        blank=True,
        db_index=True,
        help_text=_(
            "If empty, set by the type of act. From the next day, the notice is hidden from the public."
        ),
    )
    board_from = models.DateField(
        _("on the public board since"),
        null=True,
        blank=True,
        help_text=_("The day on which the notice was pinned up. Enter it here, and publish."),
    )
    board_until = models.DateField(_("taken down from the board on"), null=True, blank=True)
    body = StreamField(
        [
            ("heading", HeadingBlock()),
            ("text", TextBlock(features=["h3", *PLAIN])),
            ("table", TableBlock()),
            ("contact", ContactBlock()),
        ],
        verbose_name=_("text"),
        blank=True,
        default=list,
    )

    objects = PageManager.from_queryset(OfficialNoticeQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel([FieldPanel("kind"), FieldPanel("number")], heading=_("Act")),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("first_day"), FieldPanel("last_day")]),
                FieldRowPanel([FieldPanel("board_from"), FieldPanel("board_until")]),
            ],
            heading=_("Posting"),
        ),
        FieldPanel("body"),
        InlinePanel(
            "files",
            heading=_("Files"),
            label=_("File"),
            help_text=_(
                "Plans and texts. The public cannot open them before the first day or after the last day."
            ),
        ),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("body"),
        index.SearchField("number"),
        index.FilterField("first_day"),
        index.FilterField("last_day"),
    ]
    override_translatable_fields = [SynchronizedField("kind"), SynchronizedField("number")]

    class Meta:
        verbose_name = _("official notice")
        verbose_name_plural = _("official notices")

    def full_clean(self, *args, **kwargs):
        self._complete()
        super().full_clean(*args, **kwargs)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._complete()  # drafts are saved without a full clean
        super().save(*args, **kwargs)

    def _complete(self) -> None:
        """Set a missing last day to the shortest posting of the type."""
        if self.last_day is None and self.first_day and self.kind_id:
            self.last_day = self.kind.last_day(self.first_day)

    def clean(self):
        super().clean()
        if self.kind_id and self.first_day and self.last_day:
            least = self.kind.last_day(self.first_day)
            if self.last_day < least:
                words = _("An act of this type must stay posted for %(days)s days, at least until %(day)s.")
                raise ValidationError(
                    {
                        "last_day": words
                        % {"days": self.kind.least_days(self.first_day), "day": date_format(least)}
                    }
                )
        if self.board_until and (not self.board_from or self.board_until < self.board_from):
            raise ValidationError({"board_until": _("The day of removal must be after the day of posting.")})

    def publish_problems(self) -> list[tuple[str, str]]:
        """Return a problem if the posting that counts in law is too short, from the day on which it really began.

        A notice that is live and over has no problem.
        """
        now = timezone.now()
        if not self.kind_id or not self.last_day or (self.live and self.is_over(now)):
            return []
        start = self.counted_from(now)
        least = self.kind.last_day(start)
        if self.last_day >= least:
            return []
        sentence = gettext(
            "The notice is posted from {day} on, and an act of this type must stay posted for {days} "
            "days. Enter {least} or later under “up to and with”."
        ).format(day=date_format(start), days=self.kind.least_days(start), least=date_format(least))
        return [("last_day", f"{sentence} ({self.kind.source})" if self.kind.source else sentence)]

    def counted_from(self, now: datetime) -> date:
        """Return the first day of the posting that counts in law, from the records instead of the entered day.

        The day of the official gazette is not recorded: the entered day is used.
        """
        binding = OfficialNoticeSettings.load().binding
        if binding == OfficialNoticeSettings.Binding.GAZETTE:
            return self.first_day
        if binding == OfficialNoticeSettings.Binding.BOARD and self.board_from:
            return self.board_since(now)
        return self.shown_since(now)

    def board_since(self, now: datetime) -> date:
        """Return the first day of the posting on the board.

        A day before it was recorded counts from its recording.
        """
        today = timezone.localdate(now)
        if self.board_from >= today:
            return self.board_from
        known = list(
            PostingRecord.objects.filter(notice=self.translation_key, board_from__gte=self.board_from)
        )
        return on_board_since(known, self.board_from, today)

    def shown_since(self, now: datetime) -> date:
        """Return the first day on which the site displays the notice, from its posting records.

        Of a draft, return the day on which it would.
        """
        if self.live:
            known = PostingRecord.objects.filter(notice=self.translation_key).order_by("at", "pk")
            shown = posted_spans([one for one in known if one.language == self.locale.language_code])
            if shown:
                return shown[-1][0]
        return max(self.first_day, timezone.localdate(max(self.go_live_at or now, now)))

    def is_posted(self, now: datetime) -> bool:
        return self.first_day <= timezone.localdate(now) <= self.last_day

    def is_over(self, now: datetime) -> bool:
        return timezone.localdate(now) > self.last_day

    @property
    def ends(self) -> datetime:
        """The time from which the public does not see it."""
        return end_of_day(self.last_day)

    @property
    def search_date(self) -> datetime:
        begins = timezone.make_aware(datetime.combine(self.first_day, time()))
        return max(begins, self.first_published_at or begins)

    def search_span(self) -> tuple[datetime, datetime]:
        """Return start and end of the time in which search may show it."""
        return self.search_date, self.ends

    def search_meta(self) -> str:
        return gettext("until {day}").format(day=date_format(self.last_day))

    def search_text(self) -> str:
        return "\n".join(filter(None, [self.number, super().search_text()]))

    def search_files(self):
        """Return its files for search.

        A translation without files has those of other translations that are displayed at least as long as itself.
        """
        own = OfficialNoticeFile.objects.filter(page=self)
        if own.exists():
            return own
        longer = OfficialNoticePage.objects.open_to_all().filter(
            translation_key=self.translation_key,
            first_day__lte=self.first_day,
            last_day__gte=self.last_day,
        )
        return OfficialNoticeFile.objects.filter(page__in=longer)

    def serve(self, request, *args, **kwargs):
        """Show the notice within its days.

        Raise Http404 before them. After them, answer 410 with a page that contains nothing of it.
        """
        now = timezone.now()
        if self.is_over(now):
            context = {"index": self.get_parent().get_url(request)}
            return _never_kept(
                render(request, "news/official_notices/no_longer_posted.html", context, status=410)
            )
        if not self.is_posted(now):
            raise Http404
        response = super().serve(request, *args, **kwargs)
        response["X-Robots-Tag"] = f"noarchive, unavailable_after: {self.ends:%Y-%m-%dT%H:%M:%S%z}"
        return _never_kept(response)

    def get_context(self, request, *args, **kwargs):
        now = timezone.now()
        board_since = self.board_since(now) if self.board_from else None
        if board_since and self.board_until and self.board_until < board_since:
            board_since = None  # recorded after it was taken down
        return super().get_context(request, *args, **kwargs) | {
            "kind": self.kind.localized,
            "since": self.shown_since(now),
            "board_since": board_since,
            "files": self.shown_files(),
            "binding": OfficialNoticeSettings.load(request_or_site=request).sentence,
        }

    def shown_files(self) -> list["OfficialNoticeFile"]:
        """Return its files. A translation without files has those of the other languages."""
        own = list(self.files.all())
        if own or self.pk is None:
            return own
        others = OfficialNoticeFile.objects.filter(page__translation_key=self.translation_key)
        return list(others.filter(page__in=OfficialNoticePage.objects.posted(timezone.now())))


def _never_kept(response):
    """Forbid caching, by browsers and proxies, because the notice must not be visible after its last day."""
    add_never_cache_headers(response)
    return response


def random_stored_name(instance, name: str) -> str:
    """Return a file name that cannot be guessed, in the storage outside of the web root."""
    return f"notices/{secrets.token_urlsafe(16)}{PurePosixPath(name).suffix.lower()}"


def validate_file(file) -> None:
    """Check a new file like an upload of residents. Stored files were checked when they were uploaded."""
    if not getattr(file, "_committed", False):
        check_upload(file.file, converted=False)


class OfficialNoticeFile(Orderable):
    """A file of a notice, in the private storage. The public can open it while the notice is displayed."""

    page = ParentalKey(OfficialNoticePage, on_delete=models.CASCADE, related_name="files")
    title = models.CharField(_("name"), max_length=120)
    file = models.FileField(
        _("file"), upload_to=random_stored_name, storage=private_storage, validators=[validate_file]
    )

    panels = [FieldPanel("title"), FieldPanel("file")]

    class Meta(Orderable.Meta):
        verbose_name = _("file of a notice")
        verbose_name_plural = _("files of notices")

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Convert a new photo of a phone that browsers do not show."""
        super().clean()
        if self.file and not self.file._committed and self.extension in ("heic", "heif"):
            try:
                checked = check_upload(self.file.file)
            except ValidationError as fault:
                raise ValidationError({"file": fault.messages}) from None
            self.file = checked.file

    @property
    def extension(self) -> str:
        return PurePosixPath(self.file.name).suffix.lstrip(".").lower()

    @property
    def content_type(self) -> str:
        return TYPES.get(self.extension, "application/octet-stream")

    def get_file_hash(self) -> str:
        with self.file.open("rb") as content:
            return hashlib.file_digest(content, "sha1").hexdigest()

    @property
    def name(self) -> str:
        """The file name for downloads."""
        return f"{slugify(self.title) or 'document'}.{self.extension}"


class OfficialNoticeFileText(FileText):
    """The text of a file, deleted with it. Search uses it only while the notice is displayed."""

    document = models.OneToOneField(OfficialNoticeFile, models.CASCADE, related_name="text")

    class Meta:
        verbose_name = _("text of a file of a notice")
        verbose_name_plural = _("texts of files of notices")


class PostingRecord(models.Model):
    """An event of a notice in one language. It is never changed, and stays when the notice is deleted."""

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")
        DELETED = "deleted", _("deleted")

    notice = models.UUIDField(_("notice"), db_index=True)  # its translation key
    language = models.CharField(_("language"), max_length=5)
    title = models.CharField(_("title"), max_length=255)
    act = models.CharField(_("kind of act"), max_length=80)
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    at = models.DateTimeField(_("when"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        related_name="+",
    )
    actor_name = models.CharField(_("name of the person who did it"), max_length=160, blank=True)
    first_day = models.DateField(_("posted from"))
    last_day = models.DateField(_("up to and with"))
    board_from = models.DateField(_("on the public board since"), null=True)
    board_until = models.DateField(_("taken down from the board on"), null=True)
    binding = models.CharField(
        _("the posting that counts in law"), max_length=8, choices=OfficialNoticeSettings.Binding
    )
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    files = models.JSONField(_("files"), default=list)

    class Meta:
        verbose_name = _("posting of a notice")
        verbose_name_plural = _("postings of notices")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.title}, {self.get_kind_display()}"
