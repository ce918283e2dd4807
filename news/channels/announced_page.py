"""Base class of pages that are announced by newsletter and on channels."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import HelpPanel, MultiFieldPanel

from home.models.base import PicturePage
from newsletter.audience import subscribers_for
from newsletter.models import Topic
from newsletter.models.topics_panel import TopicsPanel

from .editor import ChannelsForm, ChannelsPanel


class AnnouncedPage(PicturePage):
    """A page that is announced to the subscribers of its topics and on the channels that its editor ticks."""

    topics = ParentalManyToManyField(
        Topic,
        verbose_name=_("newsletter topics"),
        blank=True,
        related_name="+",
        help_text=_("Subscribers of these topics are notified."),
    )

    base_form_class = ChannelsForm
    outgoing_panels = [
        MultiFieldPanel(
            [TopicsPanel(), HelpPanel(template="news/channels/reach_panel.html")], heading=_("Newsletter")
        ),
        ChannelsPanel(heading=_("Publication channels")),
    ]

    class Meta:
        abstract = True

    @property
    def headline(self) -> str:
        """The title for announcements."""
        return self.title

    @property
    def occasion(self) -> str:
        """Time and place of an event; "" for other pages."""
        return ""

    @property
    def called_off(self) -> bool:
        """True if the event is cancelled."""
        return False

    @property
    def is_past(self) -> bool:
        """True if the event is over."""
        return False

    def matched_topics(self) -> list[Topic]:
        """Return the topics of the page. A translation without topics has those of its other languages."""
        page, through = self._meta.model_name, type(self).topics.through
        chosen = through.objects.filter(**{f"{page}__translation_key": self.translation_key})
        own = Exists(chosen.filter(topic=OuterRef("pk"), **{page: self.pk}))
        topics = list(Topic.objects.filter(pk__in=chosen.values("topic")).annotate(own=own))
        return [topic for topic in topics if topic.own] or topics

    def reach(self) -> int:
        """Return the number of confirmed subscribers of its topics, in its language."""
        if self.pk is None:
            return 0
        return subscribers_for(self.matched_topics(), self.locale.language_code).count()
