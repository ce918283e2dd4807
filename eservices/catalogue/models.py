"""Models of the online services: index page, service page, life situations."""

import json
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, PageManager, Revision
from wagtail.search import index
from wagtail.snippets.models import register_snippet
from wagtail_localize.fields import SynchronizedField

from eservices.bookings.public.services import BookingCosts, booking_costs, has_rates, rooms_of_service
from eservices.cases.logic.retention_rules import Disposition
from eservices.cases.models import LegalRemedies, LetterTemplate, Team
from eservices.cases.workflow.stage_types import stages
from eservices.formbuilder.blocks import FeeBlock, QuestionWidget, fill_keys, keys_by_id, step_block
from eservices.formbuilder.linter import DefinitionFault
from eservices.formbuilder.logic.visibility import min_and_max_steps, visible_steps
from eservices.formbuilder.models import Form, FormVersion
from eservices.formbuilder.price_list import with_prices
from eservices.formbuilder.request_limits import (
    LimitRefusal,
    RequestContext,
    first_refusal,
    limit_announcements,
    limits_block,
    needs_sign_in,
)
from eservices.formbuilder.schema.definitions import MAX_RETENTION_MONTHS
from eservices.reports import access as reports
from eservices.submissions.prefill.values import is_filled_by_sign_in
from home.blocks.base import TEXT_FEATURES
from home.caching.site_version import cached_per_version
from home.fields import LiveStreamField
from home.localization.slugs import NumberedSlugForm
from home.models import BasePage, Contact
from home.models.base import BasePageQuerySet, stream_passages
from home.models.categories import Category
from home.models.pages import untranslated_children
from home.search.index import find_entries

from . import service_lists
from .blocks import NextStepBlock, QuestionBlock, stage_blocks
from .panels import OutlinePanel

SECONDS_PER_QUESTION = 12
BY_ITSELF = _("Found by itself")


@register_snippet
class LifeSituation(Category):
    """An occasion to use services, such as "I am moving". Services are grouped by life situation."""

    slug = models.SlugField(_("short name"), max_length=60)

    class Meta(Category.Meta):
        verbose_name = _("life situation")
        verbose_name_plural = _("life situations")
        constraints = [models.UniqueConstraint(fields=["locale", "slug"], name="one_life_situation_per_slug")]


class ServiceIndexQuerySet(BasePageQuerySet):
    def with_display_relations(self):
        return super().with_display_relations().annotate(takes_reports=reports.has_categories_expression())


class ServiceIndexPage(BasePage):
    """The page with all online services, by life situation, with a search."""

    menu_icon = "idcard"
    when_lost = 1
    page_description = _("The list of your online services. You add each service below it.")
    objects = PageManager.from_queryset(ServiceIndexQuerySet)()

    template = "catalogue/service_index_page.html"
    subpage_types = ["eservices_catalogue.ServicePage"]

    class Meta:
        verbose_name = _("online counter")
        verbose_name_plural = _("online counters")

    def get_context(self, request, *args, **kwargs):
        query = request.GET.get("q", "")[:100].strip()
        situations = service_lists.services_by_situation(ServicePage.objects.child_of(self).open_to_all())
        if not query:  # the results come first then
            service_lists.add_facts(f"{self.pk}", (one for group in situations for one in group.services))
        return super().get_context(request, *args, **kwargs) | {
            "query": query,
            "hits": find_entries(query, self.locale.language_code).of("service") if query else [],
            "situations": situations,
            "untranslated": untranslated_children(self, request),
        }

    @cached_property
    def takes_reports(self) -> bool:
        """True if the page links to problem reports. Querysets annotate it; other instances run a query."""
        return reports.has_categories()


class ServicePageQuerySet(BasePageQuerySet):
    def with_situations(self) -> Self:
        """Return each service once per life situation, in their order, and services without one once."""
        same = {"translation_key": OuterRef("situations__translation_key"), "locale": OuterRef("locale")}
        named = Subquery(LifeSituation.objects.filter(**same).values("name")[:1])
        return (
            self.defer_streamfields()
            .annotate(
                situation=F("situations__translation_key"),
                situation_name=Coalesce(named, F("situations__name")),
            )
            .order_by("situations__order", "situation_name", "title")
        )


class ServicePageManager(PageManager.from_queryset(ServicePageQuerySet)):
    def source_of(self, translation_key: UUID | str) -> "ServicePage | None":
        """Return the page that holds the form: the first one created. Its translations hold only texts."""
        return self.filter(translation_key=translation_key).order_by("pk").first()


def team_choices() -> list[tuple[str, str]]:
    return list(Team.objects.values_list("key", "name"))


class FaultyService(ValidationError):
    """A service with errors cannot be published."""

    def __init__(self, page: "ServicePage", faults: list[DefinitionFault]):
        super().__init__([str(fault) for fault in faults])
        self.page = page


class KeySelect(forms.Select):
    """A select widget for keys of existing objects, such as teams. An unknown key stays selectable."""

    def __init__(self, offered, attrs=None, empty="—"):
        super().__init__(attrs)
        self.offered, self.empty = offered, empty

    def optgroups(self, name, value, attrs=None):
        found = list(self.offered())
        given = [(key, key) for key in value if key and key not in dict(found)]
        self.choices = [("", self.empty), *found, *given]
        return super().optgroups(name, value, attrs)


class ServicePageForm(NumberedSlugForm):
    """The edit form of a service page, with life situations in the page's language."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # The form's outline is edited separately and never submitted with the page.
        self.fields.pop("form", None)
        if situations := self.fields.get("situations"):
            situations.queryset = situations.queryset.filter(locale=self.instance.locale_id)


class ServicePage(BasePage):
    """A service of the commune: what it is, what it asks, and what happens then.

    One page, the source, holds the form; its translations hold the same blocks with other texts. Publishing any of
    them freezes the live content as a form version: ``actions.publish_form_version``.
    """

    needs_contact = True
    review_months = 6
    search_kind = "service"
    template = "catalogue/service_page.html"
    base_form_class = ServicePageForm
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
        _("price"), max_length=40, blank=True, help_text=_("If empty, calculated from the fees of the form.")
    )
    price_note = models.CharField(_("more on this"), max_length=80, blank=True)
    time = models.CharField(
        _("processing time"),
        max_length=40,
        blank=True,
        help_text=_("If empty, calculated from the working days below."),
    )
    time_note = models.CharField(_("more on this"), max_length=80, blank=True)
    papers = models.CharField(_("papers needed"), max_length=40, blank=True)
    papers_note = models.CharField(_("more on this"), max_length=80, blank=True)
    next_steps = StreamField(
        [("step", NextStepBlock())], blank=True, default=list, verbose_name=_("next steps")
    )
    good_to_know = StreamField(
        [("question", QuestionBlock())], blank=True, default=list, verbose_name=_("good to know")
    )
    without_computer = RichTextField(_("without a computer"), blank=True, features=TEXT_FEATURES)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("help"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    team = models.CharField(
        _("team"), max_length=50, blank=True, help_text=_("Team that treats the requests.")
    )
    days = models.PositiveSmallIntegerField(_("working days until the answer"), default=5)
    decide_together = models.BooleanField(
        _("may be decided several at once"),
        default=False,
        help_text=_("Agents can accept or refuse several of its cases at once, after seeing the list."),
    )
    applicant_name = models.CharField(
        _("answers that are the applicant’s name"),
        max_length=200,
        blank=True,
        help_text=_("Keys of questions, separated by commas. If empty, they are found automatically."),
    )
    applicant_email = models.CharField(_("answer that is the e-mail address"), max_length=60, blank=True)
    applicant_phone = models.CharField(_("answer that is the telephone"), max_length=60, blank=True)
    applicant_address = models.CharField(_("answer that is the postal address"), max_length=60, blank=True)
    applicant_consent = models.CharField(
        _("answer that consents to decisions by e-mail"), max_length=60, blank=True
    )
    letter_receipt = models.SlugField(_("when the request has arrived"), max_length=60, blank=True)
    letter_accepted = models.SlugField(_("when it is accepted"), max_length=60, blank=True)
    letter_refused = models.SlugField(_("when it is refused"), max_length=60, blank=True)
    remedies = models.SlugField(
        _("legal remedies"),
        max_length=60,
        blank=True,
        help_text=_("Decisions are then letters with legal remedies, with the day of their notification."),
    )
    kept_months = models.PositiveSmallIntegerField(
        _("retention of a closed case in months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_RETENTION_MONTHS)],
        help_text=_("After this time, the case is proposed for approval. If empty, it is kept for ever."),
    )
    disposition = models.CharField(
        _("action after this time"), max_length=10, choices=Disposition, default=Disposition.ELIMINATE
    )
    erased_on_request = models.BooleanField(
        _("erased earlier if the applicant asks"),
        default=False,
        help_text=_("Only if no law requires closed requests of this type to be kept."),
    )
    form = LiveStreamField([("step", step_block())], blank=True, default=list, verbose_name=_("form"))
    fees = LiveStreamField(
        [("fee", FeeBlock())], blank=True, default=list, verbose_name=_("fees"), collapsed=True
    )
    stages = LiveStreamField(stage_blocks(), blank=True, default=list, verbose_name=_("stages"))
    limits = LiveStreamField(limits_block(), blank=True, default=list, verbose_name=_("limits"))

    objects = ServicePageManager()

    # Settings that are not texts are edited on the source and copied to translations.
    override_translatable_fields = [
        SynchronizedField(name, overridable=False)
        for name in (
            *("team", "days", "decide_together", "kept_months", "disposition", "erased_on_request"),
            *("applicant_name", "applicant_email", "applicant_phone", "contact"),
            *("applicant_address", "applicant_consent", "remedies"),
            *("letter_receipt", "letter_accepted", "letter_refused"),
        )
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
    form_panels = [OutlinePanel("form"), FieldPanel("fees")]
    process_panels = [
        FieldRowPanel([FieldPanel("team", widget=KeySelect(team_choices)), FieldPanel("days")]),
        FieldPanel("stages"),
        FieldPanel("decide_together"),
        FieldPanel("limits"),
        MultiFieldPanel(
            [
                FieldPanel(
                    "applicant_name",
                    widget=QuestionWidget(compares="text", several=True, empty=BY_ITSELF),
                    help_text=_("In the order in which a letter names the person."),
                ),
                FieldPanel("applicant_email", widget=QuestionWidget(types="email", empty=BY_ITSELF)),
                FieldPanel("applicant_phone", widget=QuestionWidget(types="phone", empty=BY_ITSELF)),
                FieldPanel("applicant_address", widget=QuestionWidget(types="address", empty=BY_ITSELF)),
            ],
            _("Person applying"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(name, widget=KeySelect(LetterTemplate.objects.offered, empty=_("our own")))
                for name in ("letter_receipt", "letter_accepted", "letter_refused")
            ],
            _("Letters"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("remedies", widget=KeySelect(LegalRemedies.objects.offered, empty=_("none"))),
                FieldPanel("applicant_consent", widget=QuestionWidget(types="consent")),
            ],
            _("Decisions that may be appealed"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("kept_months"), FieldPanel("disposition")]),
                FieldPanel("erased_on_request"),
            ],
            _("Retention of requests"),
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
    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_keys()
        if self.live and not kwargs.get("update_fields") and self.is_source:
            self.refuse_faults()
        return super().save(*args, **kwargs)

    @transaction.atomic
    def save_revision(self, *args: Any, **kwargs: Any) -> Revision:
        here = (
            Page.objects.select_for_update(of=("self",))
            .select_related("latest_revision")
            .filter(pk=self.pk)
            .first()
        )
        newest = here.latest_revision.content if here and here.latest_revision else None
        is_older = here and here.latest_revision_created_at != self.latest_revision_created_at
        if newest and is_older and self.form is self.loaded_form and not kwargs.get("previous_revision"):
            self.form = newest["form"]
        self.fill_keys(newest)
        return super().save_revision(*args, **kwargs)

    # A step that was saved after this page was loaded is preserved, unless this page got another form: Wagtail's
    # editor reads the latest draft, and saves what it read a moment later.
    loaded_form = None

    @classmethod
    def from_db(cls, *args, **kwargs):
        page = super().from_db(*args, **kwargs)
        page.loaded_form = page.__dict__.get("form")
        return page

    @classmethod
    def from_serializable_data(cls, *args, **kwargs):
        page = super().from_serializable_data(*args, **kwargs)
        if page is not None:
            page.loaded_form = page.form
        return page

    def fill_keys(self, newest: dict | None = None) -> None:
        """Fill in missing keys: the key stored before under the block's id, else one made from the title."""
        if newest is None and self.latest_revision_id:
            newest = self.latest_revision.content
        stored = [json.loads(newest[name]) for name in ("form", "fees", "stages")] if newest else []
        fill_keys(self._streams, keys_by_id(*stored))

    def refuse_faults(self) -> None:
        """Raise FaultyService if a live service has errors. This is the last safeguard before saving."""
        if faults := self.faults():
            raise FaultyService(self, faults)

    def faults(self) -> list[DefinitionFault]:
        """Return the problems that prevent publication of this page."""
        from .definition.compiler import compile_definition
        from .definition.linter import publication_errors

        return publication_errors(compile_definition(self))

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
        return self.version.form if self.version else Form.objects.filter(key=self.translation_key).first()

    @cached_property
    def version(self) -> FormVersion | None:
        """The published form version; None before the first publication and after withdrawal."""
        return FormVersion.objects.in_force(form=self.translation_key)

    # -- what the page shows ---------------------------------------------------------------------------------
    def get_context(self, request, *args, **kwargs):
        return super().get_context(request, *args, **kwargs) | {
            "closed": self.closed,
            "told": self.limit_sentences,
            "effort": self.effort,
            "needs_sign_in": needs_sign_in(self.limits_in_force),
            "sign_in_fills": self.sign_in_fills,
            "booking_costs": self.booking_costs.rows_with_terms(self.locale.language_code)
            if self.booking_costs
            else [],
            "rooms": rooms_of_service(self.version.definition, self.locale.language_code)
            if self.version
            else [],
        }

    @cached_property
    def closed(self) -> LimitRefusal | None:
        """The reason why nobody can apply now; None if the service is open."""
        asking = RequestContext(self.online_form, timezone.now())
        return first_refusal(self.limits_in_force, asking, whoever=True)

    @property
    def limit_sentences(self) -> list[str]:
        """Announcements of the request limits, shown before an applicant starts; none if the service is closed."""
        if self.closed:
            return []
        return limit_announcements(self.limits_in_force, self.online_form, timezone.now())

    @property
    def limits_in_force(self) -> dict[str, dict]:
        return self.version.definition.settings.get("limits", {}) if self.version else {}

    @property
    def sign_in_fills(self) -> bool:
        """True if signing in may fill in answers. Cached, because the page is rendered once a minute."""
        if self.version is None:
            return False
        definition = self.version.definition
        return cached_per_version(
            f"sign-in-fills-{self.version.pk}",
            lambda: any(is_filled_by_sign_in(field) for step in definition.steps for field in step.fields),
        )

    @property
    def promised_days(self) -> int:
        """Working days until the answer: of the published form version, else of the source page."""
        return self.version.definition.settings["days"] if self.version else self.source.days

    @property
    def answers_at_once(self) -> bool:
        """True if no stage of the published process needs a person or takes time, except to pay."""
        kinds = [stages.get(one.type) for one in self.version.definition.stages] if self.version else []
        return bool(kinds) and all(kind is not None and (kind.at_once or kind.collects) for kind in kinds)

    @property
    def effort(self) -> dict | None:
        """Steps and minutes of a minimal request, with the review; ``most``: its maximum of steps.

        None if no form is published.
        """
        if self.version is None:
            return None
        definition, today = self.version.definition, timezone.localdate()
        least, most = min_and_max_steps(definition, today)
        steps = visible_steps(definition, {}, today)
        questions = sum(1 for step in steps for field in step.fields if field.condition is None)
        return {
            "steps": least + 1,
            "most": most + 1,
            "minutes": max(1, round(questions * SECONDS_PER_QUESTION / 60 + 0.5)),
        }

    @cached_property
    def booking_costs(self) -> BookingCosts | None:
        """Costs of the service's bookings; None if they cost nothing."""
        if self.version is None:
            return None
        definition, today = self.version.definition, timezone.localdate()
        return (
            cached_per_version(
                f"booking-costs-{self.version.pk}-{today}",
                lambda: booking_costs(definition, today) or False,
            )
            or None
        )

    @property
    def fixed_fee(self) -> int | None:
        """The fee for everyone, in minor units; 0 if it is free, None if it depends on answers or is unknown."""
        if self.version is None:
            return None
        definition = self.version.definition
        if self.booking_costs or has_rates(definition):
            return None
        fees = with_prices(definition, timezone.localdate()).fees
        if any(fee.condition or fee.quantity or fee.exempt or not fee.has_price for fee in fees):
            return None
        return sum(fee.amount for fee in fees)

    def search_text(self) -> str:
        language = get_language()
        words = [
            self.lead,
            self.who,
            self.papers,
            *stream_passages(self.next_steps),
            *stream_passages(self.good_to_know),
        ]
        if self.version is not None:
            definition = self.version.definition
            words += [definition.text(f"step.{step.key}.title", language) for step in definition.steps]
        return "\n".join(filter(None, words))


class TranslationUpdateQuerySet(models.QuerySet["TranslationUpdate"]):
    def due(self, now: datetime) -> Self:
        return self.filter(due_at__lte=now)


class TranslationUpdate(models.Model):
    """A pending update of a service's translations. The row is deleted when it is done.

    ``definition``: of an import with texts in other languages. Without ``due_at`` they wait until the source is
    published.
    """

    page = models.OneToOneField(
        ServicePage, on_delete=models.CASCADE, primary_key=True, related_name="translation_update"
    )
    definition = models.JSONField(_("definition"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    objects = TranslationUpdateQuerySet.as_manager()

    class Meta:
        verbose_name = _("update of translations")
        verbose_name_plural = _("updates of translations")

    def __str__(self) -> str:
        return str(self.page_id)
