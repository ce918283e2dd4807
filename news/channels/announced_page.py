"""What the commune tells and what happens: news by category, and an agenda."""

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
    """A page that readers of its topics hear of, and that goes out on the channels its editor ticks."""

    topics = ParentalManyToManyField(
        Topic,
        verbose_name=_("newsletter topics"),
        blank=True,
        related_name="+",
        help_text=_("Subscribers of these topics hear of it."),
    )

    base_form_class = ChannelsForm
    outgoing_panels = [
        MultiFieldPanel(
            [TopicsPanel(), HelpPanel(template="news/channels/reach_panel.html")], heading=_("Newsletter")
        ),
        ChannelsPanel(heading=_("Where it goes out")),
    ]

    class Meta:
        abstract = True

    @property
    def headline(self) -> str:
        """Its title, as it is told elsewhere."""
        return self.title

    @property
    def occasion(self) -> str:
        """When and where, of what happens."""
        return ""

    @property
    def called_off(self) -> bool:
        """Whether it would have happened, and does not."""
        return False

    @property
    def is_past(self) -> bool:
        """Whether what happens is over."""
        return False

    def matched_topics(self) -> list[Topic]:
        """Its topics; a translation without any of its own has those of the other languages."""
        page, through = self._meta.model_name, type(self).topics.through
        chosen = through.objects.filter(**{f"{page}__translation_key": self.translation_key})
        own = Exists(chosen.filter(topic=OuterRef("pk"), **{page: self.pk}))
        topics = list(Topic.objects.filter(pk__in=chosen.values("topic")).annotate(own=own))
        return [topic for topic in topics if topic.own] or topics

    def reach(self) -> int:
        """How many confirmed subscribers its topics reach in its language."""
        if self.pk is None:
            return 0
        return subscribers_for(self.matched_topics(), self.locale.language_code).count()
