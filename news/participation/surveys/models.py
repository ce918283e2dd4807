"""Models of surveys: pages, and answers that are not linked to who gave them."""

import uuid
from datetime import date, datetime, timedelta
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import PageManager
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from home.blocks.content import ContentBlocks
from home.fields import LiveStreamField
from home.models import BasePage
from home.models.base import BasePageQuerySet

from ..periods import ParticipationPeriod
from .results import SCALE, SurveyQuestion, count_results

ANSWER_RETENTION = timedelta(days=3 * 365)
PARTICIPATION_RETENTION = timedelta(days=365)


class SurveyQuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=200)
    required = blocks.BooleanBlock(required=False, default=False, label=_("An answer is needed"))


class SurveyChoiceBlock(SurveyQuestionBlock):
    options = blocks.ListBlock(blocks.CharBlock(max_length=120), label=_("Choices"), min_num=2, max_num=12)


class SurveyScaleBlock(SurveyQuestionBlock):
    low = blocks.CharBlock(label=_("Meaning of 1"), max_length=40, default="")
    high = blocks.CharBlock(label=_("Meaning of 5"), max_length=40, default="")


class SurveyBlocks(blocks.StreamBlock):
    single = SurveyChoiceBlock(label=_("One choice from several"), icon="radio-full")
    multiple = SurveyChoiceBlock(label=_("Several of several"), icon="list-ul")
    scale = SurveyScaleBlock(label=_("Scale from 1 to 5"), icon="order")
    text = SurveyQuestionBlock(label=_("Free text"), icon="pilcrow")


class SurveyPage(ParticipationPeriod, BasePage):
    """A few questions, within a period."""

    page_description = _("A few multiple-choice questions. You see the number of answers for each choice.")

    class Results(models.TextChoices):
        AT_ONCE = "at_once", _("at once")
        AFTER = "after", _("after the end")
        NEVER = "never", _("never")

    parent_page_types = ["news_participation.ConsultationIndexPage"]
    subpage_types = []
    template = "news/participation/surveys/page.html"

    once = models.BooleanField(
        _("one answer per person"),
        default=False,
        help_text=_(
            "Proven by a link sent by e-mail or by the personal space. The answers stay anonymous in "
            "any case. Without this, people can answer several times."
        ),
    )
    results = models.CharField(_("results are public"), max_length=7, choices=Results, default=Results.AFTER)
    body = LiveStreamField(ContentBlocks(), verbose_name=_("text"), blank=True)
    questions = StreamField(
        SurveyBlocks(),
        verbose_name=_("questions"),
        help_text=_("After the first answer, only change the wording. Each answer belongs to its choice."),
    )

    objects = PageManager.from_queryset(BasePageQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel(
            [
                FieldPanel("opens_on"),
                FieldPanel(
                    "closes_on", help_text=_("Required unless the results are shown immediately or never.")
                ),
            ],
            heading=_("When"),
        ),
        FieldPanel("body"),
        FieldPanel("questions"),
        MultiFieldPanel([FieldPanel("once"), FieldPanel("results")], heading=_("Answers and results")),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]
    override_translatable_fields = [
        SynchronizedField(name, overridable=False) for name in ("opens_on", "closes_on", "once", "results")
    ]

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")

    def clean(self):
        super().clean()
        if self.results == self.Results.AFTER and self.closes_on is None:
            raise ValidationError({"closes_on": _("Enter an end date. The results are shown after it.")})

    @property
    def results_wait_for(self) -> date | None:
        """The day after which results shown at the end are final: published results never change."""
        return self.settles_on if self.once else self.closes_on

    @property
    def shows_results(self) -> bool:
        if self.results == self.Results.AFTER:
            return self.over and timezone.localdate() > self.results_wait_for
        return self.results == self.Results.AT_ONCE

    def question_definitions(self) -> list[SurveyQuestion]:
        return [_question(block) for block in self.questions]

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        if not self.shows_results:
            return context
        said = SurveyAnswer.objects.answers_to(self)
        return context | {"counted": count_results(self.question_definitions(), said), "answers": len(said)}


def _question(block) -> SurveyQuestion:
    return SurveyQuestion(block.id, block.block_type, block.value["question"], _options(block))


def _options(block) -> tuple[tuple[str, str], ...]:
    if block.block_type in ("single", "multiple"):
        return tuple((one.id, one.value) for one in block.value["options"].bound_blocks)
    if block.block_type == "scale":
        ends = {SCALE[0]: block.value["low"], SCALE[-1]: block.value["high"]}
        return tuple((str(n), f"{n} – {ends[n]}" if ends.get(n) else str(n)) for n in SCALE)
    return ()


class SurveyAnswerQuerySet(models.QuerySet["SurveyAnswer"]):
    def for_survey(self, page: SurveyPage) -> Self:
        return self.filter(survey=page.translation_key)

    def answers_to(self, page: SurveyPage) -> list[dict]:
        return list(self.for_survey(page).values_list("said", flat=True))

    def outlived(self, now: datetime) -> Self:
        return self.filter(day__lt=timezone.localdate(now) - ANSWER_RETENTION)


class SurveyAnswer(models.Model):
    """An answer to a survey. Its key is random and its time only a day, so that no order reveals who gave it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.UUIDField(_("survey"), db_index=True)  # translation key of the page
    day = models.DateField(_("day"), default=timezone.localdate)
    said = models.JSONField(_("answers"), default=dict)

    objects = SurveyAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a survey")
        verbose_name_plural = _("answers to surveys")

    def __str__(self) -> str:
        return f"{self.survey}, {self.day}"


class SurveyParticipation(models.Model):
    """The record that a person answered a survey, by a hash that differs in every survey.

    It has no link to the answers.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.UUIDField(_("survey"))
    who = models.CharField(max_length=64)
    day = models.DateField(_("day"), default=timezone.localdate, db_index=True)

    class Meta:
        verbose_name = _("part taken in a survey")
        verbose_name_plural = _("parts taken in surveys")
        constraints = [models.UniqueConstraint(fields=["survey", "who"], name="one_answer_per_person")]

    def __str__(self) -> str:
        return f"{self.survey}, {self.day}"
