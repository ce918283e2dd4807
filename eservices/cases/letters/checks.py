"""What a letter may say, by what the services that send it ask."""

from collections.abc import Iterator

from eservices.cases.models import Letter
from eservices.cases.stages.kept import all_kept
from eservices.deliveries.paper.paragraphs import plain
from eservices.formbuilder import placeholders
from eservices.formbuilder.definition import Definition
from eservices.formbuilder.models import Form, FormVersion

from .content import GIVEN
from .rich import paragraphs


def faults(letter: Letter) -> dict[str, list[str]]:
    """What is wrong with the letter's texts, by field."""
    asked = asked_by_services(letter.key)
    texts = {"subject": letter.subject, "text": plain(paragraphs(letter.text))}
    return {name: placeholders.faults(text, asked, GIVEN) for name, text in texts.items()}


def asked_by_services(key: str) -> set[str]:
    """What every service sending this letter by itself knows; if none does, what any service knows.

    What a case does not know is left open for the agent.
    """
    definitions = list(published())
    senders = [one for one in definitions if key and key in sent_by(one)]
    if senders:
        return set.intersection(*(set(quotable(one)) for one in senders))
    return set().union(*map(quotable, definitions))


def published() -> Iterator[Definition]:
    """The definition in force of each service on offer."""
    offered = Form.objects.filter(offered=True, versions__kind=FormVersion.Kind.PUBLISHED)
    for form in offered.distinct():
        yield form.current.definition


def quotable(definition: Definition, language: str = "") -> dict[str, str]:
    """What of a service may stand in a letter, by key: its questions, and what its stages leave, with their labels."""
    asked = {
        key: definition.text(f"field.{key}.label", language) or key
        for key, field in definition.fields.items()
        if not field.secret
    }
    return asked | {one.key: one.label for one in all_kept(definition, language)}


def sent_by(definition: Definition) -> set[str]:
    """The letters that a service sends by itself: those its page names, and those of its stages."""
    named = set(definition.settings.get("letters", {}).values())
    return named | {stage.settings["letter"] for stage in definition.stages if stage.settings.get("letter")}
