"""Models of consultations: pages, and contributions and votes, which all languages of a page share."""

from functools import reduce
from operator import or_
from typing import Self

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, PageManager
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from home.blocks.base import TEXT_FEATURES
from home.blocks.content import ContentBlocks
from home.fields import LiveStreamField
from home.localization.dates import date_format
from home.models import BasePage
from home.models.base import BasePageQuerySet

from ..moderation.models import ModeratedText, ModeratedTextQuerySet
from ..periods import ParticipationPeriod, running_first
from ..public_pages import public_page, unique_by_translation
from .states import ICONS, Status, takes_votes

ON_A_PAGE = 20
TITLE = 120


class ConsultationQuestionBlock(blocks.StructBlock):
    """A question of a consultation, answered with a text."""

    question = blocks.CharBlock(label=_("Question"), max_length=200)
    help = blocks.CharBlock(required=False, default="", label=_("A word of help"), max_length=300)

    class Meta:
        icon = "help"
        label = _("Question")


class ConsultationQuestionsBlock(blocks.StreamBlock):
    question = ConsultationQuestionBlock()

    class Meta:
        required = False


class ConsultationIndexPage(BasePage):
    """All idea boxes, consultations and surveys."""

    menu_icon = "pen"
    page_description = _("The list of consultations, idea boxes and surveys; you add each below it.")
    parent_page_types = ["home.HomePage", "home.SectionPage", "home.ContentPage"]
    subpage_types = ["news_participation.ConsultationPage", "news_participation.SurveyPage"]
    template = "news/participation/consultations/index_page.html"

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participation")

    def get_context(self, request, *args, **kwargs):
        found = consultations_of(self)
        context = {"consultations": found, "foreign": any(one.locale_id != self.locale_id for one in found)}
        return super().get_context(request, *args, **kwargs) | context


def consultations_of(index: Page) -> list:
    """Return the idea boxes, consultations and surveys of an index, running ones first, each in one language.

    They are below it in any language, because consultations concern all residents.
    """
    from ..surveys.models import SurveyPage

    indexes = ConsultationIndexPage.objects.filter(translation_key=index.translation_key)
    below = reduce(or_, (Page.objects.child_of_q(one) for one in indexes))
    found = []
    for kind in (ConsultationPage, SurveyPage):
        found += unique_by_translation(kind.objects.filter(below).open_to_all().defer_streamfields()).values()
    return running_first(found, timezone.localdate())


class ConsultationPage(ParticipationPeriod, BasePage):
    """An idea box, or questions of the commune to all residents, within a period."""

    page_description = _("People write their opinions or proposals. You answer, and others can vote.")

    class Kind(models.TextChoices):
        IDEAS = "ideas", _("idea box: people hand in ideas")
        QUESTIONS = "questions", _("consultation: people answer questions")

    parent_page_types = ["news_participation.ConsultationIndexPage"]
    subpage_types = []
    template = "news/participation/consultations/page.html"

    kind = models.CharField(_("kind"), max_length=9, choices=Kind, default=Kind.IDEAS)
    public = models.BooleanField(
        _("contributions are public"),
        default=True,
        help_text=_("Each contribution is read by the administration before it is published."),
    )
    votes = models.BooleanField(_("people may vote for contributions"), default=True)
    body = LiveStreamField(ContentBlocks(), verbose_name=_("text and documents"), blank=True)
    questions = StreamField(ConsultationQuestionsBlock(), verbose_name=_("questions"), blank=True)
    becomes = RichTextField(
        _("follow-up"),
        features=TEXT_FEATURES,
        blank=True,
        help_text=_("People who read and decide, and the date of the result."),
    )
    outcome = LiveStreamField(
        ContentBlocks(),
        verbose_name=_("result of the consultation"),
        blank=True,
        help_text=_("Shown after the end."),
    )

    objects = PageManager.from_queryset(BasePageQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [FieldPanel("kind"), FieldRowPanel([FieldPanel("opens_on"), FieldPanel("closes_on")])],
            heading=_("Topic and dates"),
        ),
        FieldPanel("body"),
        FieldPanel("questions"),
        MultiFieldPanel([FieldPanel("public"), FieldPanel("votes")], heading=_("Contributions")),
        FieldPanel("becomes"),
        FieldPanel("outcome"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body"), index.SearchField("becomes")]
    override_translatable_fields = [
        SynchronizedField("kind"),
        *(
            SynchronizedField(name, overridable=False)
            for name in ("opens_on", "closes_on", "public", "votes")
        ),
    ]

    class Meta:
        verbose_name = _("consultation or idea box")
        verbose_name_plural = _("consultations and idea boxes")

    def clean(self):
        super().clean()
        if self.kind == self.Kind.QUESTIONS and not self.questions:
            raise ValidationError({"questions": _("Ask at least one question.")})

    @property
    def asks_questions(self) -> bool:
        return self.kind == self.Kind.QUESTIONS

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        return context | (self._contributions(request) if self.public else {})

    def _contributions(self, request) -> dict:
        status, order = request.GET.get("etat", ""), request.GET.get("tri", "")
        found = Contribution.objects.published().for_consultation(self).with_voices()
        shown = found.filter(status=status) if status in Status else found
        shown = shown.order_by("-voices", "-handed_in_at", "-pk") if order == "voix" else shown.newest_first()
        page_obj = Paginator(shown, ON_A_PAGE).get_page(request.GET.get("page"))
        chosen = {"etat": status if status in Status else "", "tri": order if order == "voix" else ""}
        return {
            "page_obj": page_obj,
            "statuses": Status.choices,
            "chosen": chosen,
            "parameters": "&".join(f"{key}={value}" for key, value in chosen.items() if value),
        }


class ContributionQuerySet(ModeratedTextQuerySet["Contribution"]):
    def waiting(self) -> Self:
        """Annotate ``place``, the title of the consultation, and ``public``, whether others can read it.

        Moderators see both.
        """
        page = ConsultationPage.objects.filter(translation_key=OuterRef("consultation")).order_by("pk")
        asked = {"place": Subquery(page.values("title")[:1]), "public": Subquery(page.values("public")[:1])}
        return super().waiting().annotate(**asked)

    def for_consultation(self, page: ConsultationPage) -> Self:
        return self.filter(consultation=page.translation_key)

    def with_voices(self) -> Self:
        return self.annotate(voices=Count("votes"))

    def newest_first(self) -> Self:
        return self.order_by("-handed_in_at", "-pk")


class Contribution(ModeratedText):
    """An idea, or the answers to the questions of a consultation."""

    kind = "contribution"

    consultation = models.UUIDField(_("consultation"), db_index=True)  # translation key of the page
    title = models.CharField(_("title"), max_length=TITLE, blank=True)
    answers = models.JSONField(_("answers"), default=list, blank=True)
    status = models.CharField(_("follow-up"), max_length=8, choices=Status, default=Status.RECEIVED)
    reply = models.TextField(_("answer of the commune"), max_length=4_000, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ["-handed_in_at", "-pk"]

    def __str__(self) -> str:
        return self.display_title

    @property
    def display_title(self) -> str:
        return self.title or gettext("Answers of {day}").format(
            day=date_format(timezone.localdate(self.handed_in_at))
        )

    @property
    def icon(self) -> str:
        return ICONS[Status(self.status)]

    def is_news_after(self, before: "Contribution") -> bool:
        """Return whether the author must be notified: the status changed, or the reply did and is not empty."""
        return self.status != before.status or bool(self.reply and self.reply != before.reply)

    @property
    def takes_votes(self) -> bool:
        return takes_votes(self.status)

    def get_absolute_url(self) -> str:
        return reverse("participation:contribution", args=[self.pk])

    @property
    def address(self) -> str:
        """The public address; "" if only the administration can read it."""
        page = public_page(ConsultationPage, self.consultation)
        return self.get_absolute_url() if page and page.public else ""


class Vote(models.Model):
    """A vote. ``who``: a hash of the person that differs in every consultation."""

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="votes")
    who = models.CharField(max_length=64)
    day = models.DateField(default=timezone.localdate)

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [models.UniqueConstraint(fields=["contribution", "who"], name="one_vote_per_person")]

    def __str__(self) -> str:
        return f"{self.contribution_id}, {self.day}"
