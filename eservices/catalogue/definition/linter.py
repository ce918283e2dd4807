"""Problems of a service definition, checked against the data of this commune."""

import json
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail import blocks
from wagtail.coreutils import get_content_languages
from wagtail_localize.strings import extract_strings

from eservices.bookings.public.services import costs_in, has_rates
from eservices.cases.logic.appeal_rules import rules_of
from eservices.cases.models import LegalRemedies, LetterTemplate, Team
from eservices.cases.models.appealable_decisions import place_of_commune
from eservices.cases.stages import StageResult, stages
from eservices.cases.texts.letter_rendering import GIVEN
from eservices.cases.workflow.stage_results import results_of_stage
from eservices.formbuilder import placeholders
from eservices.formbuilder.blocks import QuestionKeyBlock
from eservices.formbuilder.definition import FieldDefinition, FormDefinition, OptionDefinition
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.linter import ABSENT, ERROR, WARNING, DefinitionFault, lint_reading
from eservices.formbuilder.price_list import with_prices
from eservices.formbuilder.reference_tables import lookup
from eservices.formbuilder.schema.definitions import read_definition
from home.localization.number_format import format_amount

from ..blocks import stage_block
from ..models import LifeSituation
from .compiler import stage_texts
from .schema import LISTS, RICH, is_rich, list_block, whole_service_shape

_NUMBER = r"\d[\d\u00a0\u202f’']*(?:[.,](?:\d{2}|[–—-]+))?"
AMOUNT = re.compile(rf"(?:[A-Z]{{3}}|Fr\.|€)[\s\u00a0\u202f]*({_NUMBER})|({_NUMBER})[\s\u00a0\u202f]*€")


def lint_service(content) -> list[DefinitionFault]:
    """Return all problems of a definition: of the form, the stages and the texts of the page.

    References to what this commune does not have are *absent*: a draft may contain them.
    """
    found, reading = read_definition(content, whole_service_shape())
    faults = lint_reading(found, reading, values_known_by_stages)
    if isinstance(found, dict):
        faults += [*_team(found), *_letters(found), *_tables(found), *_fees(found), *_stages(found)]
        faults += [*_questions(found), *_page(found), *_announced(found), *_placeholders(found)]
    return faults


def summarize_untranslated(faults: Iterable[DefinitionFault]) -> list[DefinitionFault]:
    """Return the problems with missing translations counted in one line per language, lest they hide the others."""
    faults = list(faults)
    missing = Counter(fault.language for fault in faults if is_translation_fault(fault))
    rest = [fault for fault in faults if not is_translation_fault(fault)]
    return rest + [
        DefinitionFault(WARNING, "", missing_translations_text(code, n), code) for code, n in missing.items()
    ]


def is_translation_fault(fault: DefinitionFault) -> bool:
    """Return whether the problem is a missing translation."""
    return bool(fault.language) and fault.level == WARNING


def missing_translations_text(language: str, number: int) -> str:
    """Return the message that so many texts are not translated."""
    return ngettext(
        "%(number)s text is not translated into “%(language)s”.",
        "%(number)s texts are not translated into “%(language)s”.",
        number,
    ) % {"number": number, "language": get_content_languages().get(language, language)}


def publication_errors(content) -> list[DefinitionFault]:
    """Return the problems that prevent publication."""
    return [fault for fault in lint_service(content) if fault.level != WARNING]


def _team(content: dict) -> Iterator[DefinitionFault]:
    key = content.get("settings", {}).get("team")
    if key and not Team.objects.filter(key=key).exists():
        yield DefinitionFault(ABSENT, "settings.team", _("There is no team “%(key)s” here.") % {"key": key})


def _letters(content: dict) -> Iterator[DefinitionFault]:
    settings = content.get("settings", {})
    letters = dict(LetterTemplate.objects.offered())
    for moment, key in settings.get("letters", {}).items():
        if key not in letters:
            yield DefinitionFault(
                ABSENT, f"settings.letters.{moment}", _("There is no letter “%(key)s” here.") % {"key": key}
            )
    key = settings.get("remedies")
    if key and key not in dict(LegalRemedies.objects.offered()):
        yield DefinitionFault(
            ABSENT, "settings.remedies", _("There are no remedies “%(key)s” here.") % {"key": key}
        )
    if key and not rules_of(place_of_commune()).known:
        message = _("The rules for the time to appeal in %(place)s are not known. No recess is counted.")
        yield DefinitionFault(WARNING, "settings.remedies", message % {"place": place_of_commune()})


def _tables(content: dict) -> Iterator[DefinitionFault]:
    for step in content.get("steps", []):
        for field in step.get("fields", []):
            for one in (field, *field.get("fields", [])):
                if key := one.get("table"):
                    yield from _table(key, f"field.{one['key']}")


def _table(key: str, path: str) -> Iterator[DefinitionFault]:
    rows = lookup.table_rows(key)
    if rows is None:
        yield DefinitionFault(ABSENT, path, _("There is no table “%(key)s” here.") % {"key": key})
    elif not any(row.active for row in rows):
        yield DefinitionFault(ABSENT, path, _("The table “%(key)s” has no options.") % {"key": key})


def _fees(content: dict) -> Iterator[DefinitionFault]:
    definition = with_prices(FormDefinition({"steps": []} | content), timezone.localdate())
    for fee in definition.fees:
        if not fee.has_price:
            message = _("The fee schedule has no price for “%(key)s” today.") % {"key": fee.entry}
            yield DefinitionFault(ABSENT, f"fee.{fee.key}", message)


def _questions(content: dict) -> Iterator[DefinitionFault]:
    """Yield problems of questions that refer to what this commune does not have, or not now."""
    definition, today = _readable(content), timezone.localdate()
    for key, field in definition.fields.items():
        if field.type in field_types:
            for level, message in field_types[field.type].commune_problems(field, definition, today):
                yield DefinitionFault(level, f"field.{key}", message)


# -- Stages --------------------------------------------------------------------------------------------------
def _stages(content: dict) -> Iterator[DefinitionFault]:
    asked = {field["key"] for step in content.get("steps", []) for field in step.get("fields", [])}
    for stage in content.get("stages", []):
        kind = stages[stage["type"]]()
        yield from _references(
            kind.settings_block(), stage.get("settings", {}), f"stage.{stage['key']}", asked
        )
        yield from _said_twice(stage, content)
        for message in kind.faults(kind.upgrade(stage.get("settings", {}))):
            yield DefinitionFault(ERROR, f"stage.{stage['key']}", message)
        for message in kind.conflicts(stage["key"], _readable(content)):
            yield DefinitionFault(ERROR, f"stage.{stage['key']}", message)
        for message in kind.hints(stage["key"], _readable(content)):
            yield DefinitionFault(WARNING, f"stage.{stage['key']}", message)
    yield from _kept_twice(content)
    if content.get("fees") and not any(stages[stage["type"]].collects for stage in content.get("stages", [])):
        yield DefinitionFault(WARNING, "stages", _("There are fees, and no stage collects them."))
    yield from _words_of_stages(content)


def _placeholders(content: dict) -> Iterator[DefinitionFault]:
    """Yield unknown placeholders in messages of stages, and placeholders in texts that are shown unfilled."""
    definition = _readable(content)
    sent = {
        f"stage.{spec.key}.{name}": spec.key
        for spec in definition.stages
        for name in stages[spec.type].filled
    }
    asked = {key for key, field in definition.fields.items() if not field.secret}
    known = values_known_by_stages(content)
    own = {  # texts that are only in the settings of stages
        f"stage.{spec.key}.{name}": spec.settings[name]
        for spec in definition.stages
        for name in _places(spec.type)
        if spec.settings.get(name)
    }
    for language, texts in content.get("texts", {}).items():
        said = (own if language == definition.source_language else {}) | texts
        for path, text in said.items():
            if path in sent:
                for message in placeholders.placeholder_errors(text, asked | known[sent[path]].keys(), GIVEN):
                    yield DefinitionFault(ERROR, path, message, language)
            else:
                yield from _unreplaced(path, text, language)
    for language, said in content.get("page", {}).get("texts", {}).items():
        for name, text in said.items():
            yield from _unreplaced(f"page.{name}", json.dumps(text, ensure_ascii=False), language)


def _unreplaced(path: str, text: str, language: str) -> Iterator[DefinitionFault]:
    for key in placeholders.unreplaced(text):
        yield DefinitionFault(ERROR, path, placeholders.not_replaced(key), language)


def _words_of_stages(content: dict) -> Iterator[DefinitionFault]:
    """Yield texts that their stage does not use, and those longer than an editor could enter."""
    places = {stage["key"]: _places(stage["type"]) for stage in content.get("stages", [])}
    for language, texts in content.get("texts", {}).items():
        for path, text in texts.items():
            key, _dot, name = path.removeprefix("stage.").partition(".")
            if not path.startswith("stage.") or key not in places:
                continue
            if name not in places[key]:
                yield DefinitionFault(ERROR, path, _("The stage has no such text."), language)
            elif (most := places[key][name].field.max_length) and len(text) > most:
                message = _("This is too long: at most %(limit)s characters.") % {"limit": most}
                yield DefinitionFault(ERROR, path, message, language)


def _places(kind: str) -> dict[str, blocks.FieldBlock]:
    """Return the fields of a stage type that have texts; its label under ""."""
    block = stage_block(stages[kind]())
    settings = block.child_blocks["settings"]
    named = {name: settings.child_blocks[name] for name in stage_texts(settings)}
    return {"": block.child_blocks["label"]} | named


def _references(
    block: blocks.StructBlock, settings: dict, path: str, asked: Container[str]
) -> Iterator[DefinitionFault]:
    """Yield settings of a stage that refer to missing objects (documents, teams, …) or missing questions."""
    for name, value in settings.items():
        one = block.child_blocks.get(name)
        if isinstance(one, blocks.StructBlock) and isinstance(value, dict):
            yield from _references(one, value, path, asked)
        elif isinstance(one, blocks.ListBlock) and isinstance(value, list):
            for entry in value:
                yield from _references(one.child_block, entry, path, asked)
        elif isinstance(one, QuestionKeyBlock) and value and value not in asked:
            yield DefinitionFault(
                ERROR, path, _("The condition refers to “%(key)s”, which is not asked.") % {"key": value}
            )
        elif isinstance(one, blocks.ChoiceBlock) and value and value not in _choices(one):
            yield DefinitionFault(ABSENT, path, _("There is no “%(key)s” here.") % {"key": value})


def values_known_by_stages(content: dict) -> dict[str, dict[str, FieldDefinition]]:
    """Return the values that conditions of a stage can use, by the stage's key: results of earlier stages."""
    definition, known, found = _readable(content), {}, {}
    for spec in definition.stages:
        found[spec.key] = dict(known)
        known |= {
            one.key: _as_field(one) for one in results_of_stage(spec, definition, definition.source_language)
        }
    return found


def _readable(content: dict) -> FormDefinition:
    """Return an incomplete definition with its missing parts empty."""
    language = content.get("language", "")
    texts = {language: {}} | content.get("texts", {})
    return FormDefinition({"steps": []} | content | {"language": language, "texts": texts})


def _as_field(kept: StageResult) -> FieldDefinition:
    return FieldDefinition(
        kept.key, kept.type, options=tuple(OptionDefinition(value) for value, _label in kept.options)
    )


def _kept_twice(content: dict) -> Iterator[DefinitionFault]:
    """Yield results of stages whose key is also that of a question or of another stage's result."""
    definition = _readable(content)
    taken = set(definition.fields)
    for spec in definition.stages:
        for one in results_of_stage(spec, definition, definition.source_language):
            if one.key in taken:
                message = _("“%(key)s” is the key of a question or of another stage’s field.")
                yield DefinitionFault(ERROR, f"stage.{spec.key}", message % {"key": one.key})
            taken.add(one.key)


def _choices(block: blocks.ChoiceBlock) -> set[str]:
    return {str(value) for value, _label in block.field.choices}


def _said_twice(stage: dict, content: dict) -> Iterator[DefinitionFault]:
    """Yield texts of a stage that differ between its settings and the texts."""
    own = content.get("texts", {}).get(content.get("language"), {})
    for name, value in stage.get("settings", {}).items():
        path = f"stage.{stage['key']}.{name}"
        if own.get(path, value) != value:
            yield DefinitionFault(ERROR, path, _("The settings of the stage differ from this."))


# -- The page ------------------------------------------------------------------------------------------------
def _page(content: dict) -> Iterator[DefinitionFault]:
    page = content.get("page", {})
    listed = page.get("situations", [])
    known = set(LifeSituation.objects.filter(slug__in=listed).values_list("slug", flat=True))
    for slug in listed:
        if slug not in known:
            message = _("There is no life situation “%(key)s” here, so it is left out.") % {"key": slug}
            yield DefinitionFault(WARNING, "page.situations", message)
    texts, own = page.get("texts", {}), content.get("language")
    for language, said in texts.items():
        if language not in content.get("texts", {}):
            yield DefinitionFault(
                ERROR, f"page.texts.{language}", _("The form has no texts in this language.")
            )
        elif language != own:
            yield from _told_apart(texts.get(own, {}), said, language)


def _announced(content: dict) -> Iterator[DefinitionFault]:
    """Yield amounts on the page that the form never charges; nothing for services without fees."""
    definition, today = _readable(content), timezone.localdate()
    asked = {fee.amount for fee in with_prices(definition, today).fees if fee.has_price}
    costs = costs_in(definition, today)
    if not costs and has_rates(definition):  # no date up to the horizon can be booked, so the cost is unknown
        return
    for cost in costs:
        asked |= {cost.price, cost.deposit, cost.price + cost.deposit}
    if not asked:
        return
    told = content.get("page", {}).get("texts", {}).values()
    for name in ("price", "price_note"):
        announced = {amount for said in told for amount in amounts_in(said.get(name, ""))}
        for amount in sorted(announced - asked):
            message = _("The page shows %(amount)s, but the form never charges it.")
            yield DefinitionFault(WARNING, f"page.{name}", message % {"amount": format_amount(amount)})


def amounts_in(text: str) -> list[int]:
    """Return the amounts of money in a text, in minor units: “CHF 15.–”, “Fr. 1’200.50”, “12,50 €”."""
    found = []
    for before, after in AMOUNT.findall(text):
        whole, _point, cents = re.sub(r"[\s’']", "", before or after).replace(",", ".").partition(".")
        found.append(int(whole) * 100 + (int(cents) if cents.isdigit() else 0))
    return found


def _told_apart(own: dict, said: dict, language: str) -> Iterator[DefinitionFault]:
    """Yield texts of a translation that do not correspond to those in the source language."""
    for path, text, origin in _pairs(own, said):
        if text and not origin:
            yield DefinitionFault(
                ERROR, f"page.{path}", _("The form’s own language has no such text."), language
            )
        elif origin and not text:
            message = _("There is no translation into “%(language)s”.") % {"language": language}
            yield DefinitionFault(WARNING, f"page.{path}", message, language)
        elif origin and _is_rich(path) and extract_strings(text)[0] != extract_strings(origin)[0]:
            message = _("The paragraphs, lists and links are not those of the form’s own language.")
            yield DefinitionFault(ERROR, f"page.{path}", message, language)


def _pairs(own: dict, said: dict) -> Iterator[tuple[str, str, str]]:
    """Yield path, text and original of each text in either language."""
    for name in dict.fromkeys((*own, *said)):
        if name not in LISTS:
            yield name, said.get(name, ""), own.get(name, "")
            continue
        entries, origins = said.get(name, []), own.get(name, [])
        for number in range(max(len(entries), len(origins))):
            entry, origin = (some[number] if number < len(some) else {} for some in (entries, origins))
            for part in dict.fromkeys((*origin, *entry)):
                yield f"{name}.{number}.{part}", entry.get(part, ""), origin.get(part, "")


def _is_rich(path: str) -> bool:
    name, *rest = path.split(".")
    return name in RICH or (name in LISTS and is_rich(list_block(name)[1].child_blocks[rest[1]]))
