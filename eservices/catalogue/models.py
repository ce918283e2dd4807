"""Pages of the online counter."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.fields import RichTextField, StreamField
from wagtail.models import TranslatableMixin
from wagtail.search import index
from wagtail.snippets.models import register_snippet
from wagtail_localize.fields import SynchronizedField

from eservices.cases.models import Team
from eservices.formbuilder.blocks import FeeBlock, fill_keys, keys_by_id, step_block
from eservices.formbuilder.linter import Fault, errors
from eservices.formbuilder.logic.visibility import visible_steps
from eservices.formbuilder.models import Form, FormVersion
from home.blocks import TEXT_FEATURES
from home.models import BasePage, Contact
from home.models.base import stream_words
from home.search import find

from . import listing
from .blocks import NextStepBlock, QuestionBlock, stage_blocks
from .fields import LiveStreamField

SECONDS_PER_QUESTION = 12


@register_snippet
class LifeSituation(TranslatableMixin, models.Model):
    """Why people come: "I am moving". Services are listed under it. The slug is the same in all languages."""

    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(_("short name"), max_length=60)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("order")]
    override_translatable_fields = [SynchronizedField("slug")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("life situation")
        verbose_name_plural = _("life situations")
        ordering = ["order", "name"]
        constraints = [models.UniqueConstraint(fields=["locale", "slug"], name="one_life_situation_per_slug")]

    def __str__(self) -> str:
        return self.name


class ServiceIndexPage(BasePage):
    """The online counter: all services, by life situation, with a search."""

    template = "catalogue/service_index_page.html"
    subpage_types = ["eservices_catalogue.ServicePage"]

    class Meta:
        verbose_name = _("online counter")
        verbose_name_plural = _("online counters")

    def get_context(self, request, *args, **kwargs):
        query = request.GET.get("q", "")[:100].strip()
        services = ServicePage.objects.child_of(self).live().public()
        return super().get_context(request, *args, **kwargs) | {
            "query": query,
            "hits": find(query, self.locale.language_code).of("service") if query else [],
            "situations": listing.by_situation(services, self.locale_id),
        }


class ServicePageManager(BasePage._default_manager.__class__):
    def source_of(self, translation_key):
        """The page that holds the form: the first of its translations; the others hold texts only."""
        return self.filter(translation_key=translation_key).order_by("pk").first()


def teams() -> list[tuple[str, str]]:
    return list(Team.objects.values_list("key", "name"))


class TeamSelect(forms.Select):
    """A choice among the teams there are now; a key without a team stays visible."""

    def optgroups(self, name, value, attrs=None):
        given = [(key, key) for key in value if key and key not in dict(teams())]
        self.choices = [("", "—"), *teams(), *given]
        return super().optgroups(name, value, attrs)


class ServicePage(BasePage):
    """One thing the commune does for people: what it is, what it asks, and what happens then.

    One page, the source, holds the form; its translations hold the same blocks with other texts. Publishing
    any of them freezes what is live into a form version: ``actions.publish_form``.
    """

    search_kind = "service"
    template = "catalogue/service_page.html"
    parent_page_types = ["eservices_catalogue.ServiceIndexPage"]
    subpage_types = []

    situations = ParentalManyToManyField(
        LifeSituation, verbose_name=_("life situations"), blank=True, related_name="services"
    )
    button = models.CharField(
        _("words of the button"), max_length=60, blank=True, help_text=_("“Start” if empty.")
    )
    who = models.CharField(_("for whom"), max_length=40, blank=True)
    who_note = models.CharField(_("more on this"), max_length=80, blank=True)
    price = models.CharField(
        _("price"), max_length=40, blank=True, help_text=_("From the fees of the form if empty.")
    )
    price_note = models.CharField(_("more on this"), max_length=80, blank=True)
    time = models.CharField(
        _("how long it takes"),
        max_length=40,
        blank=True,
        help_text=_("From the working days below if empty."),
    )
    time_note = models.CharField(_("more on this"), max_length=80, blank=True)
    papers = models.CharField(_("papers needed"), max_length=40, blank=True)
    papers_note = models.CharField(_("more on this"), max_length=80, blank=True)
    next_steps = StreamField(
        [("step", NextStepBlock())], blank=True, default=list, verbose_name=_("what happens next")
    )
    good_to_know = StreamField(
        [("question", QuestionBlock())], blank=True, default=list, verbose_name=_("good to know")
    )
    without_computer = RichTextField(_("without a computer"), blank=True, features=TEXT_FEATURES)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("who helps"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    team = models.CharField(_("team"), max_length=50, blank=True, help_text=_("Who treats the requests."))
    days = models.PositiveSmallIntegerField(_("working days until the answer"), default=5)
    applicant_name = models.CharField(
        _("answers that are the applicant’s name"),
        max_length=200,
        blank=True,
        help_text=_("Keys of questions, separated by commas. Found by themselves if empty."),
    )
    applicant_email = models.CharField(_("answer that is the e-mail address"), max_length=60, blank=True)
    applicant_phone = models.CharField(_("answer that is the telephone"), max_length=60, blank=True)
    form = LiveStreamField([("step", step_block())], blank=True, default=list, verbose_name=_("form"))
    fees = LiveStreamField([("fee", FeeBlock())], blank=True, default=list, verbose_name=_("fees"))
    stages = LiveStreamField(stage_blocks(), blank=True, default=list, verbose_name=_("stages"))

    objects = ServicePageManager()

    # What is no text stands on the source alone, or follows it.
    override_translatable_fields = [
        SynchronizedField(name, overridable=False)
        for name in ("team", "days", "applicant_name", "applicant_email", "applicant_phone", "contact")
    ]

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("button"),
        FieldPanel("situations", widget=forms.CheckboxSelectMultiple),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel(name), FieldPanel(f"{name}_note")])
                for name in ("who", "price", "time", "papers")
            ],
            _("In one glance"),
        ),
        FieldPanel("next_steps"),
        FieldPanel("good_to_know"),
        MultiFieldPanel([FieldPanel("without_computer"), FieldPanel("contact")], _("Without a computer")),
    ]
    form_panels = [FieldPanel("form"), FieldPanel("fees")]
    process_panels = [
        FieldRowPanel([FieldPanel("team", widget=TeamSelect), FieldPanel("days")]),
        FieldPanel("stages"),
        MultiFieldPanel(
            [FieldPanel("applicant_name"), FieldPanel("applicant_email"), FieldPanel("applicant_phone")],
            _("Who applies"),
        ),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading=_("Page")),
            ObjectList(form_panels, heading=_("Form")),
            ObjectList(process_panels, heading=_("Process")),
            ObjectList(BasePage.promote_panels, heading=_("Promote")),
            ObjectList(BasePage.settings_panels, heading=_("Settings")),
        ]
    )
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("who"),
        index.SearchField("good_to_know"),
        index.SearchField("without_computer"),
    ]

    class Meta:
        verbose_name = _("online service")
        verbose_name_plural = _("online services")

    # -- saving ----------------------------------------------------------------------------------------------
    def save(self, *args, **kwargs):
        self.fill_keys()
        if self.live and not kwargs.get("update_fields") and self.is_source:
            self.refuse_faults()
        return super().save(*args, **kwargs)

    def save_revision(self, *args, **kwargs):
        self.fill_keys()
        return super().save_revision(*args, **kwargs)

    def fill_keys(self) -> None:
        """Gives what has no key yet the one that its title makes, or that it was given before."""
        earlier = self.get_latest_revision_as_object() if self.pk and self.latest_revision_id else None
        fill_keys(self._streams, keys_by_id(earlier._streams) if earlier else None)

    def refuse_faults(self) -> None:
        """The last line: a service that would fail a resident is not saved as published."""
        if faults := self.faults():
            raise ValidationError([str(fault) for fault in faults])

    def faults(self) -> list[Fault]:
        """What forbids publication of this page as it stands."""
        from .compile import definition_of

        return errors(definition_of(self))

    @property
    def _streams(self) -> dict:
        return {"step": self.form, "fee": self.fees, "stage": self.stages}

    # -- source and form -------------------------------------------------------------------------------------
    @cached_property
    def source(self) -> "ServicePage":
        """The page that holds the form of this service."""
        if not self.pk:
            return self
        first = type(self).objects.source_of(self.translation_key)
        return self if first is None or first.pk == self.pk else first

    @property
    def is_source(self) -> bool:
        return self.source is self

    @cached_property
    def online_form(self) -> Form | None:
        return Form.objects.filter(key=self.translation_key).first()

    @cached_property
    def version(self) -> FormVersion | None:
        """The form in force; None before the first publication and after withdrawal."""
        return self.online_form.current if self.online_form else None

    # -- what the page shows ---------------------------------------------------------------------------------
    def get_context(self, request, *args, **kwargs):
        return super().get_context(request, *args, **kwargs) | {
            "start_url": self.start_url,
            "effort": self.effort,
        }

    @property
    def start_url(self) -> str:
        """Where the form begins; empty while it is not offered."""
        return reverse("submissions:start", args=[self.online_form.slug]) if self.version else ""

    @property
    def effort(self) -> dict | None:
        """How many steps and minutes a plain request takes, the review included."""
        if self.version is None:
            return None
        today = timezone.localdate()
        steps = visible_steps(self.version.definition, {}, today)
        questions = sum(1 for step in steps for field in step.fields if field.condition is None)
        return {
            "steps": len(steps) + 1,
            "minutes": max(1, round(questions * SECONDS_PER_QUESTION / 60 + 0.5)),
        }

    @property
    def fixed_fee(self) -> int | None:
        """What everybody pays, in minor units; 0 where it is free, None where it depends."""
        if self.version is None:
            return None
        fees = self.version.definition.fees
        if any(fee.condition or fee.quantity for fee in fees):
            return None
        return sum(fee.amount for fee in fees)

    def search_text(self) -> str:
        language = get_language()
        words = [
            self.lead,
            self.who,
            self.papers,
            *stream_words(self.next_steps),
            *stream_words(self.good_to_know),
        ]
        if self.version is not None:
            definition = self.version.definition
            words += [definition.text(f"step.{step.key}.title", language) for step in definition.steps]
        return " ".join(filter(None, words))
