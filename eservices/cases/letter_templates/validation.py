"""Placeholders that a letter template may use, from the questions of the services that send it."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError

from eservices.deliveries.paragraphs import paragraphs_to_text
from eservices.formbuilder import placeholders
from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.models import Form, FormVersion

from ..logic.rich_text import paragraphs_from_html
from ..models import LetterTemplate
from ..texts.letter_rendering import GIVEN
from ..workflow.stage_results import results_of_definition


def check_placeholders(letter: LetterTemplate) -> None:
    """Raise ValidationError, by field, if a text has placeholders that the services sending the letter do not have."""
    asked = placeholders_of_services(letter.key)
    texts = {"subject": letter.subject, "text": paragraphs_to_text(paragraphs_from_html(letter.text))}
    errors = {name: placeholders.placeholder_errors(text, asked, GIVEN) for name, text in texts.items()}
    if found := {name: messages for name, messages in errors.items() if messages}:
        raise ValidationError(found)


def placeholders_of_services(key: str) -> set[str]:
    """Return the placeholders that all services sending this template have; if none does, those of any service.

    A placeholder without a value in a case is left for the agent to fill in.
    """
    definitions = list(published_definitions())
    senders = [one for one in definitions if key and key in templates_sent_by(one)]
    if senders:
        return set.intersection(*(set(available_placeholders(one)) for one in senders))
    return set().union(*map(available_placeholders, definitions))


def published_definitions() -> Iterator[FormDefinition]:
    """Yield the newest published definition of each offered service."""
    offered = Form.objects.filter(offered=True, versions__kind=FormVersion.Kind.PUBLISHED)
    for form in offered.distinct():
        yield form.current.definition


def available_placeholders(definition: FormDefinition, language: str = "") -> dict[str, str]:
    """Return the placeholders of a service with their labels: its questions and the results of its stages."""
    asked = {
        key: definition.text(f"field.{key}.label", language) or key
        for key, field in definition.fields.items()
        if not field.secret
    }
    return asked | {one.key: one.label for one in results_of_definition(definition, language)}


def templates_sent_by(definition: FormDefinition) -> set[str]:
    """Return the keys of the letter templates that a service sends: those of its page and of its stages."""
    named = set(definition.settings.get("letters", {}).values())
    return named | {stage.settings["letter"] for stage in definition.stages if stage.settings.get("letter")}
