"""Channel posts: one page on one channel, from the editor's tick to its state on the network."""

from collections.abc import Iterable
from datetime import datetime, time
from decimal import Decimal
from typing import NamedTuple, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.models import Page

from eservices.deliveries.models import Delivery, DeliveryQuerySet
from home.scheduling import quiet_hours

from ..states import CHOOSABLE, PostState


@register_setting(icon="site")
class ChannelSettings(BaseGenericSetting):
    """Settings of the channels: price of an SMS and quiet hours."""

    sms_price = models.DecimalField(
        _("price of one SMS"),
        max_digits=6,
        decimal_places=3,
        default=Decimal("0.08"),
        help_text=_(
            "Amount in the commune’s currency, as the gateway charges it. Editors see the cost of a page."
        ),
    )
    quiet_from = models.TimeField(_("quiet from"), default=time(20))
    quiet_until = models.TimeField(
        _("quiet until"),
        default=time(8),
        help_text=_(
            "Between these times no SMS and no notifications are sent, except alerts. If both times "
            "are the same, there are no quiet hours."
        ),
    )

    panels = [
        FieldPanel("sms_price"),
        FieldRowPanel([FieldPanel("quiet_from"), FieldPanel("quiet_until")], heading=_("Quiet hours")),
    ]

    class Meta:
        verbose_name = _("Channels")

    def earliest_send_time(self, now: datetime) -> datetime:
        """Return ``now``, or the end of the quiet hours."""
        return quiet_hours.earliest_send_time(timezone.localtime(now), self.quiet_from, self.quiet_until)


class MessageCount(NamedTuple):
    """The number of messages of a post in one state."""

    state: Delivery.State
    number: int
    due: datetime | None  # time of the first message if they wait for it, else None


class ChannelPostQuerySet(models.QuerySet["ChannelPost"]):
    def of(self, page: Page) -> Self:
        return self.filter(page_id=page.pk)

    def forgotten(self, messages: Iterable[str]) -> Self:
        """Filter posts that did not follow the last publication of their page, whose signal was lost.

        Either they were ticked before it and not sent. Or they belong to the channels ``messages``, which write to
        people, and were sent before it, so that waiting messages may still have the old text.
        """
        unsent = Q(state=PostState.PLANNED, page__last_published_at__gt=models.F("planned_at"))
        followed = Coalesce("edited_at", "out_at")
        outdated = Q(state=PostState.OUT, channel__in=messages, page__last_published_at__gt=followed)
        return self.filter(unsent | outdated, page__live=True)


class ChannelPost(models.Model):
    """A page on a channel. Unique for both, so that nothing is posted twice."""

    page = models.ForeignKey(
        "wagtailcore.Page", models.SET_NULL, verbose_name=_("page"), null=True, related_name="channel_posts"
    )
    title = models.CharField(_("title"), max_length=255)
    channel = models.CharField(_("channel"), max_length=20)
    text = models.TextField(_("own text"), blank=True, help_text=_("If empty, title and lead of the page."))
    state = models.CharField(_("state"), max_length=10, choices=PostState, default=PostState.PLANNED)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    planned_at = models.DateTimeField(_("ticked"), default=timezone.now)
    remote_id = models.CharField(max_length=255, blank=True, help_text=_("Name given by the channel."))
    url = models.CharField(_("address"), max_length=500, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text=_("Hash of the published content."))
    fault = models.TextField(_("last fault"), blank=True)
    out_at = models.DateTimeField(_("out since"), null=True, blank=True)
    edited_at = models.DateTimeField(_("changed there"), null=True, blank=True)

    deliveries: list[Delivery]  # set by ``access.posts_of_page``

    objects = ChannelPostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["page", "channel"], name="one_post_per_channel")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.title}"

    @property
    def subject(self) -> str:
        """The subject of its deliveries in the outbox."""
        return f"post:{self.pk}"

    @property
    def messages(self) -> DeliveryQuerySet:
        """The deliveries to people, if the channel writes to them."""
        keys = [key.hex for key in Delivery.objects.for_subject(self.subject).values_list("pk", flat=True)]
        subjects = [f"{kind}:{key}" for kind in ("news-sms", "news-push") for key in keys]
        return Delivery.objects.filter(subject__in=subjects)

    @property
    def message_counts(self) -> list["MessageCount"]:
        """The numbers of messages, by state."""
        counted = self.messages.order_by("state").values_list("state").annotate(Count("pk"), Min("due_at"))
        waiting, now = Delivery.State.PENDING, timezone.now()
        return [
            MessageCount(Delivery.State(state), number, due if state == waiting and due > now else None)
            for state, number, due in counted
        ]

    @property
    def waiting_texts(self) -> list[str]:
        """The texts of the messages that are not sent yet, one for each language."""
        return sorted(set(self.messages.open().values_list("payload__text", flat=True)))

    @property
    def may_choose(self) -> bool:
        return self.state in CHOOSABLE

    @property
    def is_selected(self) -> bool:
        """True if the post is published with the page, now or in the past. False once it is withdrawn."""
        return self.state != PostState.WITHDRAWN
