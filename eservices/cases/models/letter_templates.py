"""Letter templates, and legal remedies for decisions."""

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import PreviewableMixin, TranslatableMixin
from wagtail_localize.fields import SynchronizedField

from eservices.deliveries.paragraphs import paragraphs_to_text
from eservices.formbuilder import placeholders

from ..logic.appeal_terms import DAYS, MONTHS
from ..logic.rich_text import FEATURES, paragraphs_from_html
from ..signals import letter_template_cleaned
from .teams import Team


class OwnedByTeam(models.Model):
    """A text that a team owns, in all its languages. Without a team it is shared, and administrators edit it."""

    team = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("team"),
        related_name="+",
        help_text=_(
            "The leads of this team edit it. If empty, every team uses it, and only administrators edit it."
        ),
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row, and copy its team to the other languages of its key."""
        super().save(*args, **kwargs)
        others = type(self)._default_manager.filter(key=self.key).exclude(pk=self.pk)
        others.exclude(team=self.team).update(team=self.team)


class KeyedQuerySet[M: TranslatableMixin](models.QuerySet[M]):
    """Texts with a key, one row per language."""

    def best_translation(self, key: str, language: str) -> M | None:
        """Return the text ``key`` in ``language``, else in the commune's first language, else in any; else None."""
        found = {one.locale.language_code: one for one in self._with_key(key)}
        return found.get(language) or next(iter(found.values()), None)

    def _with_key(self, key: str):
        return self.filter(key=key).select_related("locale").order_by("locale_id") if key else []

    def used_by(self, team: Team) -> Self:
        """Filter texts that ``team`` owns, and shared ones."""
        return self.filter(models.Q(team=None) | models.Q(team=team))

    def offered(self):
        """Return key and name of each text, once."""
        rows = self.order_by("-locale_id").values_list("key", "name")
        return sorted({key: (key, name) for key, name in rows}.values(), key=lambda row: row[1].casefold())


class LetterTemplate(OwnedByTeam, PreviewableMixin, TranslatableMixin, models.Model):
    """A text for messages to applicants, one per language.

    It is sent unchanged, or an agent starts from it. Identified by its key.
    """

    key = models.SlugField(_("key"), max_length=60, help_text=_("Services refer to the letter by this key."))
    name = models.CharField(
        _("name"), max_length=120, help_text=_("Name by which agents and editors know it.")
    )
    subject = models.CharField(_("subject"), max_length=150)
    text = RichTextField(
        _("text"), features=FEATURES, help_text=_("{name} is replaced by the answer to the question “name”.")
    )
    for_agents = models.BooleanField(
        _("agents may choose it"),
        default=False,
        help_text=_(
            "Used when agents write to an applicant or ask a question. They can change the text "
            "before sending it."
        ),
    )

    objects = KeyedQuerySet.as_manager()

    # A translation with another key would never be sent.
    override_translatable_fields = [
        SynchronizedField("key", overridable=False),
        SynchronizedField("team", overridable=False),
        SynchronizedField("for_agents"),
    ]

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["name"]
        unique_together = [("translation_key", "locale")]  # Wagtail's check requires this form
        constraints = [models.UniqueConstraint(fields=["key", "locale"], name="one_letter_per_language")]

    def __str__(self) -> str:
        return self.name

    def clean(self):
        """Raise ValidationError if a placeholder cannot be filled by the cases to which the letter may go."""
        super().clean()
        letter_template_cleaned.send(sender=LetterTemplate, letter=self)

    def make_preview_request(self, original_request=None, preview_mode=None, extra_request_attrs=None):
        """Serve the editor's own request, with the letter on a real case, which the view of the preview adds.

        The request that Wagtail builds would lose the language of the editor.
        """
        return TemplateResponse(original_request, "cases/letter_templates/preview.html", extra_request_attrs)


class TermUnit(models.TextChoices):
    """The unit in which an appeal term is counted."""

    DAYS = DAYS, _("days")
    MONTHS = MONTHS, _("months")


class LegalRemedies(OwnedByTeam, TranslatableMixin, models.Model):
    """The legal remedies against a decision: authority and term. One row per language."""

    key = models.SlugField(
        _("key"), max_length=60, help_text=_("Services refer to the remedies by this key.")
    )
    name = models.CharField(_("name"), max_length=120)
    authority = models.CharField(_("authority"), max_length=255, help_text=_("Include the address."))
    days = models.PositiveSmallIntegerField(
        _("time to appeal"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_("The time begins on the day after the notification and ends on a working day."),
    )
    unit = models.CharField(_("counted in"), max_length=6, choices=TermUnit, default=TermUnit.DAYS)
    recess = models.BooleanField(
        _("the recess suspends it"),
        default=True,
        help_text=_(
            "The days of the recess of the canton or country do not count. Untick it where the law excludes this: "
            "public procurement, interim measures, or an appeal to an authority that has no recess."
        ),
    )
    text = RichTextField(
        _("text"),
        features=FEATURES,
        help_text=_(
            "{authority} is replaced by the authority above, {term} by the time to appeal, for "
            "example “30 days”."
        ),
    )

    objects = KeyedQuerySet.as_manager()

    panels = [
        FieldPanel(name) for name in ("name", "key", "team", "authority", "days", "unit", "recess", "text")
    ]
    override_translatable_fields = [
        SynchronizedField("key", overridable=False),
        SynchronizedField("team", overridable=False),
        *(SynchronizedField(name) for name in ("days", "unit", "recess")),
    ]

    class Meta:
        verbose_name = _("legal remedies")
        verbose_name_plural = _("legal remedies")
        ordering = ["name"]
        unique_together = [("translation_key", "locale")]  # Wagtail's check requires this form
        constraints = [models.UniqueConstraint(fields=["key", "locale"], name="one_remedies_per_language")]

    def __str__(self) -> str:
        return self.name

    def clean(self):
        """Raise ValidationError if the text contains unknown placeholders, or ``{days}`` for a term in months."""
        super().clean()
        text = paragraphs_to_text(paragraphs_from_html(self.text))
        faults = placeholders.placeholder_errors(text, (), ("authority", "days", "term"))
        if self.unit == TermUnit.MONTHS:
            faults += self._months_called_days(text)
        if faults:
            raise ValidationError({"text": faults})

    def _months_called_days(self, text: str) -> list[str]:
        """Return an error for each language whose text contains ``{days}``: the unit applies to all languages."""
        others = type(self).objects.filter(key=self.key).exclude(pk=self.pk).select_related("locale")
        texts = [
            (self.locale, text),
            *((one.locale, paragraphs_to_text(paragraphs_from_html(one.text))) for one in others),
        ]
        message = _(
            "The time is counted in months: write {{term}} instead of {{days}} in the text ({language})."
        )
        return [
            message.format(language=locale.get_display_name())
            for locale, one in texts
            if "days" in placeholders.placeholder_keys(one)
        ]
