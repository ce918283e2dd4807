"""Templates of documents, which editors maintain."""

from collections.abc import Iterable, Iterator

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import PreviewableMixin, RevisionMixin, TranslatableMixin
from wagtail_localize.fields import SynchronizedField

from eservices.cases.models import OwnedByTeam
from eservices.cases.workflow.stage_results import results_of_definition
from eservices.formbuilder import placeholders
from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.logic import conditions
from eservices.formbuilder.models import Form, FormVersion

from .. import rich_text
from ..blocks import DocumentBodyBlock
from ..placeholders import GIVEN, OWN, REGISTER, declared_in_register_document, register_in_declared_document


class DocumentTemplate(OwnedByTeam, PreviewableMixin, RevisionMixin, TranslatableMixin, models.Model):
    """The text of one type of document in one language.

    Changes apply immediately: each document records the revision it was made from.
    """

    key = models.SlugField(_("key"), max_length=60)
    prefix = models.CharField(
        _("letters before the number"),
        max_length=8,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]*\Z", _("Capital letters only."))],
        help_text=_("For example AD in AD-2026-00412. If empty, the initials of the key."),
    )
    title = models.CharField(_("title"), max_length=120)
    law = models.CharField(_("legal basis"), max_length=255, blank=True)
    body = StreamField(DocumentBodyBlock(), verbose_name=_("text"))
    signatory = models.CharField(_("signed by"), max_length=120, blank=True)
    signatory_role = models.CharField(_("as"), max_length=120, blank=True, help_text=_("Office or function."))
    months = models.PositiveSmallIntegerField(
        _("valid for so many months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text=_("Empty: for ever."),
    )
    tells_register = models.BooleanField(
        _("contains data from the register"),
        default=False,
        help_text=_(
            "The document then contains only data of people from the register, never entered data. "
            "It is released automatically only to a person with a verified identity. Otherwise an "
            "agent decides, or it is sent by post to the registered address."
        ),
    )

    panels = [
        FieldPanel("title"),
        MultiFieldPanel([FieldPanel("key"), FieldPanel("prefix")], heading=_("Key and number")),
        FieldPanel("team"),
        FieldPanel("law"),
        FieldPanel("body"),
        MultiFieldPanel([FieldPanel("signatory"), FieldPanel("signatory_role")], heading=_("Signature")),
        MultiFieldPanel(
            [FieldPanel("months"), FieldPanel("tells_register")], heading=_("Validity and release")
        ),
    ]
    override_translatable_fields = [
        SynchronizedField("key", overridable=False),
        SynchronizedField("team", overridable=False),
        *(SynchronizedField(name) for name in ("prefix", "signatory", "months", "tells_register")),
    ]
    revisions = GenericRelation("wagtailcore.Revision", related_query_name="document_template")

    class Meta:
        verbose_name = _("document template")
        verbose_name_plural = _("document templates")
        unique_together = [("translation_key", "locale")]  # Wagtail's system check requires exactly this form
        constraints = [models.UniqueConstraint(fields=["key", "locale"], name="one_template_per_language")]

    def __str__(self) -> str:
        return self.title

    @property
    def letters(self) -> str:
        """The prefix of its document numbers."""
        return self.prefix or "".join(word[0] for word in self.key.split("-") if word).upper()[:8]

    @property
    def preview_modes(self):
        return [("", _("Use placeholders")), ("case", _("For the latest case that you may read"))]

    def serve_preview(self, request, mode_name):
        from ..template_preview import (
            preview_response,  # imported here, because it imports the document models
        )

        return preview_response(request, self, on_case=mode_name == "case")

    def clean(self):
        """Refuse placeholders that no service with this document fills, and mixtures of register and declared data."""
        super().clean()
        if found := self.problems(asked_by_services(self.key)):
            raise ValidationError(found)

    def problems(self, asked: set[str] | None) -> dict[str, list[str]]:
        """Return the problems of the texts, by field; ``asked``: keys that a service knows, None if unknown."""
        found = {
            "law": [
                *placeholders.placeholder_errors(self.law, asked, GIVEN),
                *self._mixed(placeholders.placeholder_keys(self.law)),
            ],
            "body": [*self._faults(asked), *self._mixtures()],
        }
        return {name: texts for name, texts in found.items() if texts}

    def _faults(self, asked: set[str] | None) -> Iterator[str]:
        for block in self.body:
            for text in texts_of(block):
                yield from placeholders.placeholder_errors(text, asked, GIVEN)
            named = [*block.value.get("keys", []), *conditions.condition_fields(block.value["condition"])]
            if asked is not None:
                known = asked | GIVEN.keys()
                yield from (
                    placeholders.unknown_placeholder_error(key, GIVEN) for key in named if key not in known
                )

    def _mixtures(self) -> Iterator[str]:
        """Yield a problem for each mixture of register and declared data, block by block."""
        for block in self.body:
            if block.block_type == "people" and not self.tells_register:
                yield register_in_declared_document(str(block.block.label))
            yield from self._mixed(
                key for text in texts_of(block) for key in placeholders.placeholder_keys(text)
            )
            yield from (self._undeclared(key) for key in block.value.get("keys", []) if key in REGISTER)

    def _mixed(self, keys: Iterable[str]) -> Iterator[str]:
        for key in keys:
            if self.tells_register and key not in REGISTER and key not in OWN:
                yield declared_in_register_document(key)
            elif not self.tells_register and key in REGISTER:
                yield register_in_declared_document(key)

    def _undeclared(self, key: str) -> str:
        return _("“%(key)s” is not a declared answer. Choose questions of the form.") % {"key": key}


def texts_of(block) -> Iterator[str]:
    """Yield each run of text of a template block."""
    return rich_text.text_runs(getattr(block.value.get("text"), "source", ""))


def issuing_forms(template_key: str) -> list[Form]:
    """Return the offered services that issue this document."""
    offered = Form.objects.filter(offered=True, versions__kind=FormVersion.Kind.PUBLISHED).distinct()
    return [
        form
        for form in offered
        if any(stage.settings.get("template") == template_key for stage in form.current.definition.stages)
    ]


def asked_by_services(template_key: str) -> set[str] | None:
    """Return the keys that all services issuing this document ask or store; None if there is no such service."""
    asked = [known_by_service(form.current.definition) for form in issuing_forms(template_key)]
    return set.intersection(*asked) if asked else None


def known_by_service(definition: FormDefinition) -> set[str]:
    """Return the keys of the questions of a service and of the results of its stages."""
    return {
        *definition.fields,
        *(one.key for one in results_of_definition(definition, definition.source_language)),
    }
