"""Alerts and their queries."""

from datetime import datetime
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, PageChooserPanel
from wagtail.models import DraftStateMixin, Page, PreviewableMixin, RevisionMixin

from ..fields import LiveStreamField
from ..localization.reader_language import url_for_reader
from . import phone_text
from .blocks import AlertSectionsBlock, AlertTranslationsBlock
from .display import AlertDisplay, strip_trailing_comma
from .levels import AlertLevel


class AlertQuerySet(models.QuerySet["Alert"]):
    def current(self, now: datetime) -> Self:
        """Filter alerts that are active at ``now``, highest level first.

        ``live`` alone is not enough, because the scheduler unpublishes only some time after the end.
        """
        holds = Q(expire_at=None) | Q(expire_at__gt=now)
        return self.filter(holds, live=True).order_by("-level", "-began_at", "-pk")

    def past(self, now: datetime) -> Self:
        """Filter alerts that were active and are over, latest first."""
        over = Q(live=False) | Q(expire_at__lte=now)
        return self.filter(over, began_at__isnull=False).order_by("-began_at", "-pk")

    def leading(self, language: str):
        """Annotate the tree path and the language of the linked page.

        It is the page's translation into ``language`` if that is live, else the page that the editor chose.
        """
        live = Page.objects.filter(live=True)
        same = live.filter(translation_key=OuterRef("page__translation_key"), locale__language_code=language)
        chosen = live.filter(pk=OuterRef("page"))

        def first(field):
            return Coalesce(*(Subquery(pages.values(field)[:1]) for pages in (same, chosen)))

        return self.annotate(page_path=first("url_path"), page_language=first("locale__language_code"))


def default_translations():
    """Return the initial texts of an alert: one empty block in the main language."""
    block = Alert._meta.get_field("texts").stream_block
    return block.to_python([{"type": settings.LANGUAGE_CODE, "value": {}}])


class Alert(DraftStateMixin, RevisionMixin, PreviewableMixin, models.Model):
    """An urgent message for a time and for some sections. One row for all languages."""

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    level = models.PositiveSmallIntegerField(_("level"), choices=AlertLevel, default=AlertLevel.ATTENTION)
    texts = LiveStreamField(
        AlertTranslationsBlock(), verbose_name=_("text of the alert"), default=default_translations
    )
    page = models.ForeignKey(
        "wagtailcore.Page",
        models.SET_NULL,
        verbose_name=_("page with more information"),
        null=True,
        blank=True,
        related_name="+",
    )
    url = models.URLField(_("or external address"), blank=True)
    sections = LiveStreamField(
        AlertSectionsBlock(required=False),
        verbose_name=_("only in these sections"),
        blank=True,
        default=list,
        help_text=_("The whole site, and the counter too, if empty."),
    )
    section_keys = models.JSONField(
        default=list, editable=False
    )  # translation keys of the sections, for all languages
    began_at = models.DateTimeField(_("shown since"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    objects = AlertQuerySet.as_manager()

    panels = [
        FieldPanel("level"),
        FieldPanel("texts"),
        MultiFieldPanel(
            [
                HelpPanel(template="home/alerts/window_help.html"),
                FieldRowPanel([FieldPanel("go_live_at"), FieldPanel("expire_at")]),
            ],
            heading=_("Start and end"),
        ),
        MultiFieldPanel([PageChooserPanel("page"), FieldPanel("url")], heading=_("Link target")),
        FieldPanel("sections"),
    ]

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        indexes = [models.Index(fields=["live", "expire_at"], name="alerts_that_hold")]

    def __str__(self) -> str:
        words = self.texts_in()
        return (words and strip_trailing_comma(words["title"])) or str(self.get_level_display())

    def save(self, *args: Any, **kwargs: Any) -> None:
        chosen = [block["value"] for block in self.sections.raw_data if block["value"]]
        keys = Page.objects.filter(pk__in=chosen).order_by("pk").values_list("translation_key", flat=True)
        # If all chosen sections were deleted, a key that matches no page prevents that the alert appears everywhere.
        self.section_keys = [str(key) for key in keys] if chosen else []
        if chosen and not self.section_keys:
            self.section_keys = ["-"]
        super().save(*args, **kwargs)

    def with_content_json(self, content):
        """Keep the key and the times of the alert: they are no part of its drafts."""
        draft = super().with_content_json(content)
        draft.key, draft.began_at, draft.ended_at = self.key, self.began_at, self.ended_at
        return draft

    @property
    def occurrence(self) -> str:
        """The identifier of this occurrence: an alert that ended and starts again is another one."""
        return f"{self.key}:{self.began_at:%Y%m%d%H%M%S}"

    def holds(self, now: datetime) -> bool:
        return self.live and (self.expire_at is None or self.expire_at > now)

    @property
    def alert_level(self) -> AlertLevel:
        return AlertLevel(self.level)

    @property
    def over_at(self) -> datetime | None:
        return self.ended_at or self.expire_at

    @property
    def languages(self) -> list[str]:
        """The languages with a text, in the order of the site's languages."""
        written = {block.block_type for block in self.texts}
        return [code for code, _name in settings.LANGUAGES if code in written]

    @property
    def missing_languages(self) -> list[str]:
        return [str(name) for code, name in settings.LANGUAGES if code not in self.languages]

    def language_for(self, language: str) -> str:
        """Return the language shown to a reader of ``language``: the same, else the first with a text."""
        written = self.languages
        return language if language in written or not written else written[0]

    def texts_in(self, language: str = ""):
        """Return the text for a reader of ``language``, else of the main one; None if the alert has no text."""
        wanted = self.language_for(language or settings.LANGUAGE_CODE)
        return next((block.value for block in self.texts if block.block_type == wanted), None)

    def display(self, language: str, request) -> AlertDisplay:
        """Return what a reader of ``language`` sees of the alert."""
        words, written = self.texts_in(language) or {}, self.language_for(language)
        return AlertDisplay(
            key=str(self.key),
            level=self.alert_level,
            title=words.get("title", ""),
            text=words.get("text", ""),
            details=_source(words),
            language=written if written != language else "",
            url=self._link(words, language, request),
            link_text=words.get("link_text", ""),
            version=f"{self.last_published_at.timestamp():.0f}" if self.last_published_at else "",
            began=self.began_at,
            until=self.expire_at if self.live else self.over_at,
            sections=frozenset(self.section_keys),
        )

    def _link(self, words, language: str, request) -> str:
        """Return the address of the banner's link: a page, an external address, or the details; "" without any."""
        path = getattr(self, "page_path", None)
        if path and (found := Page(pk=self.page_id, url_path=path).get_url(request)):
            return found if self.page_language == language else url_for_reader(found, language)
        if self.url:
            return self.url
        return f"{reverse('home:alerts')}#a-{self.key}" if _source(words) else ""

    def sms_text(self, language: str) -> str:
        """Return the SMS: the editor's text, else level, title and text, framed by ``phone_text.as_sms``.

        Everything is in the language of the text, not in that of the editor who sends it.
        """
        words = self.texts_in(language)
        if not words:
            return ""
        with translation.override(self.language_for(language)):
            text = " ".join(filter(None, [words["title"], words["text"]]))
            level = self.get_level_display()
            return phone_text.as_sms(
                words["sms"] or gettext("{level}: {words}").format(level=level, words=text)
            )

    def all_clear_text(self, language: str) -> str:
        """Return the SMS that an editor may send when the alert is over; "" if the alert has no text."""
        words = self.texts_in(language)
        if not words:
            return ""
        with translation.override(self.language_for(language)):
            return phone_text.as_sms(
                gettext("All clear: {title}").format(title=strip_trailing_comma(words["title"]))
            )

    @property
    def preview_modes(self):
        return [(code, name) for code, name in settings.LANGUAGES if code in self.languages] or [("", "")]

    def get_preview_template(self, request, mode_name):
        return "home/alerts/preview.html"

    def get_preview_context(self, request, mode_name):
        return {"alert": self.display(mode_name or settings.LANGUAGE_CODE, request), "full": True}


def _source(words) -> str:
    return getattr(words.get("details"), "source", "").strip()
