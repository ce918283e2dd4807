"""Campaigns, which are drafted, approved and sent once, and automatic digests."""

from datetime import datetime, time, timedelta
from typing import Any, Self

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)
from wagtail_localize.fields import SynchronizedField

from home.fields import LiveStreamField
from home.validators import validate_no_control

from ..blocks import CampaignBlocks
from .subscribers import Topic
from .topics_panel import TopicsPanel

LATE_AFTER = timedelta(minutes=5)  # delay of a digest after which staff are alerted


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def of(self, key) -> Self:
        """Filter the campaign in all its languages."""
        return self.filter(translation_key=key).select_related("locale")

    def with_mailing(self):
        """Annotate with the state and number of the mailing, for lists."""
        from .mailings import Mailing

        mailing = Mailing.objects.filter(campaign__translation_key=models.OuterRef("translation_key"))
        return self.annotate(
            mailing_state=models.Subquery(mailing.values("state")[:1]),
            mailing_number=models.Subquery(mailing.values("number")[:1]),
        )


class Campaign(
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    TranslatableMixin,
    ClusterableModel,
):
    """A newsletter in one language. Published means approved: the last published version is sent."""

    title = models.CharField(
        _("subject"),
        max_length=120,
        validators=[validate_no_control],
        help_text=_("The first text that readers see: the news, not “Newsletter of November”."),
    )
    summary = models.CharField(
        _("second line in the mailbox"),
        max_length=150,
        blank=True,
        help_text=_("Shown beside the subject before the letter is opened."),
    )
    lead = models.TextField(_("opening"), max_length=500, blank=True)
    body = LiveStreamField(CampaignBlocks(), verbose_name=_("content"), blank=True)
    topics = ParentalManyToManyField(
        Topic,
        verbose_name=_("for subscribers of"),
        blank=True,
        related_name="+",
        help_text=_("At least one of these topics. If none is ticked, all subscribers."),
    )
    personal = models.BooleanField(
        _("only news of the reader’s topics"),
        default=False,
        help_text=_("Leaves out chosen news on topics that the subscriber did not choose."),
    )
    digest = models.ForeignKey(
        "Digest", models.SET_NULL, null=True, blank=True, editable=False, related_name="campaigns"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    _revisions = GenericRelation("wagtailcore.Revision", related_query_name="campaign")
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="campaign",
        for_concrete_model=False,
    )

    objects = CampaignQuerySet.as_manager()

    panels = [
        FieldPanel("title"),
        FieldPanel("summary"),
        FieldPanel("lead"),
        FieldPanel("body"),
        MultiFieldPanel(
            [TopicsPanel(), FieldPanel("personal")],
            heading=_("Recipients"),
        ),
    ]
    override_translatable_fields = [SynchronizedField("personal"), SynchronizedField("topics")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def revisions(self):
        return self._revisions

    @cached_property
    def mailing(self):
        """The mailing of the campaign; None if it is not scheduled."""
        from .mailings import Mailing

        return Mailing.objects.filter(campaign__translation_key=self.translation_key).first()

    # -- Preview ---------------------------------------------------------------------------------------------
    @property
    def preview_modes(self):
        from ..letters import preview

        return preview.MODES

    def serve_preview(self, request, mode_name):
        from ..letters import preview

        return preview.preview_response(self, request, mode_name)


class DigestQuerySet(models.QuerySet["Digest"]):
    def in_force(self) -> Self:
        """Filter active digests, each in its original language, which leads its translations."""
        first = models.Min("pk")
        sources = self.model.objects.values("translation_key").annotate(first=first).values("first")
        return self.filter(active=True, pk__in=sources)

    def late(self, now: datetime) -> Self:
        """Filter digests that are overdue by more than ``LATE_AFTER``."""
        return self.in_force().filter(due_at__lte=now - LATE_AFTER)


class Digest(TranslatableMixin, models.Model):
    """An automatic newsletter of the pages published since the last one."""

    class Rhythm(models.TextChoices):
        DAILY = "daily", _("every day")
        WEEKLY = "weekly", _("every week")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    title = models.CharField(
        _("title"),
        max_length=120,
        validators=[validate_no_control],
        help_text=_("For example “The Thursday letter”."),
    )
    lead = models.TextField(_("opening"), max_length=500, blank=True)
    rhythm = models.CharField(_("goes out"), max_length=10, choices=Rhythm, default=Rhythm.WEEKLY)
    weekday = models.PositiveSmallIntegerField(
        _("on"), choices=Weekday, default=Weekday.THURSDAY, help_text=_("For a weekly letter.")
    )
    hour = models.TimeField(_("at"), default=time(7))
    topics = models.ManyToManyField(
        Topic,
        verbose_name=_("topics"),
        blank=True,
        related_name="+",
        help_text=_("Only news on these topics, for their subscribers. If none is ticked, all topics."),
    )
    active = models.BooleanField(_("in use"), default=True)
    since = models.DateTimeField(_("contains the news published since"), default=timezone.now, editable=False)
    due_at = models.DateTimeField(_("next letter"), null=True, editable=False, db_index=True)

    objects = DigestQuerySet.as_manager()

    panels = [
        FieldPanel("title"),
        FieldPanel("lead"),
        FieldRowPanel(
            [FieldPanel("rhythm"), FieldPanel("weekday"), FieldPanel("hour")], heading=_("Time of sending")
        ),
        TopicsPanel(),
        FieldPanel("active"),
    ]
    override_translatable_fields = [
        SynchronizedField(name) for name in ("rhythm", "weekday", "hour", "topics", "active")
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = pgettext_lazy("newsletter", "digest")
        verbose_name_plural = _("digests")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the next date by the rhythm."""
        from ..digest_schedule import next_digest_at

        now = timezone.localtime()
        self.due_at = next_digest_at(self.rhythm, self.weekday, self.hour, now) if self.active else None
        super().save(*args, **kwargs)
