"""Import of services: a definition becomes the blocks of a page, as if an editor had entered them.

Existing blocks keep their ids, and new ones get ids derived from service and path, so that translations are
preserved. Other languages are updated later from a ``TranslationUpdate`` row: see ``translation_sync``.
"""

import uuid
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.models import Locale

from eservices.cases.logic.retention_rules import Disposition
from eservices.cases.stages import stages
from eservices.formbuilder.blocks import fees_value, steps_value
from eservices.formbuilder.linter import ABSENT, ERROR, WARNING, DefinitionFault
from eservices.formbuilder.schema.shapes import printable_name

from ..models import LifeSituation, ServiceIndexPage, ServicePage
from .compiler import stage_texts
from .linter import lint_service
from .schema import LISTS, RICH, TEXTS, list_block

NAMESPACE = uuid.UUID("8d6cf1d2-55f0-4a3c-9d0c-1f5d4f0a7b61")

type Identify = Callable[[str], str]  # path of a block → its id


def import_faults(content, index: ServiceIndexPage | None) -> list[DefinitionFault]:
    """Return all problems of a definition to import under ``index``; without it, of the definition alone."""
    faults = lint_service(content)
    if isinstance(content, dict):
        faults += _place(content, index)
    return faults


def blocking_faults(judged: list[DefinitionFault], *, publish: bool) -> list[DefinitionFault]:
    """Return the problems that prevent an import. A draft may refer to what this commune does not have."""
    levels = (ERROR, ABSENT) if publish else (ERROR,)
    return [fault for fault in judged if fault.level in levels]


def import_refusals(content, index: ServiceIndexPage | None, *, publish: bool) -> list[DefinitionFault]:
    """Return the problems that prevent importing a definition."""
    return blocking_faults(import_faults(content, index), publish=publish)


def _place(content: dict, index: ServiceIndexPage | None) -> list[DefinitionFault]:
    language, slug = content.get("language"), content.get("slug")
    if not slug:
        return [DefinitionFault(ERROR, "slug", _("The page’s name in addresses is missing."))]
    if index is None:
        return []
    if language != index.locale.language_code:
        message = _("The online counter is in “%(language)s”.") % {"language": index.locale.language_code}
        return [DefinitionFault(ERROR, "language", message)]
    page = existing_service(index, slug)
    if page is not None and not page.is_source:
        return [
            DefinitionFault(ERROR, "slug", _("This address belongs to the translation of another service."))
        ]
    return _nowhere(content, index)


def _nowhere(content: dict, index: ServiceIndexPage) -> list[DefinitionFault]:
    """Return warnings about languages that the service index does not have."""
    pages = index.get_translations(inclusive=True)
    known = set(pages.values_list("locale__language_code", flat=True))
    texts = content.get("texts")
    message = _("The online counter is not in this language: these texts are left out.")
    return [
        DefinitionFault(WARNING, f"texts.{printable_name(language)}", message)
        for language in (texts if isinstance(texts, dict) else ())
        if language not in known
    ]


def existing_service(index: ServiceIndexPage, slug: str) -> ServicePage | None:
    """Return the service with this slug, which an import updates; None if there is none."""
    return ServicePage.objects.child_of(index).filter(slug=slug).first() if isinstance(slug, str) else None


def write_service(index: ServiceIndexPage, content: dict, *, publish: bool, user=None) -> ServicePage:
    """Create or update the service of a definition under ``index``: published, or as a draft.

    Raise ValidationError with all problems at once. Texts in other languages are left to the caller.
    """
    if faults := import_refusals(content, index, publish=publish):
        raise ValidationError([str(fault) for fault in faults])
    page = existing_service(index, content["slug"])
    new = page is None
    page = ServicePage(locale=index.locale, live=False) if new else page.get_latest_revision_as_object()
    write_language(page, content, content["language"], block_ids_by_path(page, content))
    if new:
        index.add_child(instance=page)
    if "page" in content:
        page.situations.set(life_situations_of(content, index.locale))
    revision = page.save_revision(user=user, log_action=True, clean=True)
    if publish:
        revision.publish(user=user)
    return ServicePage.objects.get(pk=page.pk)


def life_situations_of(content: dict, locale: Locale) -> QuerySet[LifeSituation]:
    """Return the life situations of a definition that exist in this language."""
    listed = content.get("page", {}).get("situations", [])
    return LifeSituation.objects.filter(locale=locale, slug__in=listed)


def write_language(page: ServicePage, content: dict, language: str, identify: Identify) -> None:
    """Write the definition's content in one language into a page; texts it lacks become empty."""
    texts = content["texts"].get(language, {})
    if language == content["language"]:
        texts = _said_in_stages(content) | texts

    def text(path: str) -> str:
        return texts.get(path, "")

    page.title, page.slug = text("title"), content["slug"]
    settings = content.get("settings", {})
    _set(page, settings)
    _stream(page, "form", steps_value(content["steps"], text, identify))
    _stream(page, "fees", fees_value(content.get("fees", []), text, identify))
    _stream(page, "stages", stages_value(content.get("stages", []), text, identify))
    limits = settings.get("limits", {}).items()
    entries = [{"type": key, "value": one, "id": identify(f"limit.{key}")} for key, one in limits]
    _stream(page, "limits", entries)
    if "page" in content:
        _say(page, content["page"].get("texts", {}).get(language, {}), identify)


def _set(page: ServicePage, settings: dict) -> None:
    """Set the settings common to all languages: team, days, applicant, letters, retention."""
    page.team, page.days = settings.get("team", ""), settings.get("days", 5)
    page.decide_together = settings.get("decide_together", False)
    applicant = settings.get("applicant", {})
    page.applicant_name = ", ".join(applicant.get("name", []))
    for name in ("email", "phone", "address", "consent"):
        setattr(page, f"applicant_{name}", applicant.get(name, ""))
    letters = settings.get("letters", {})
    for name in ("receipt", "accepted", "refused"):
        setattr(page, f"letter_{name}", letters.get(name, ""))
    page.remedies = settings.get("remedies", "")
    retention = settings.get("retention", {})
    page.kept_months = retention.get("months")
    page.disposition = retention.get("disposition", Disposition.ELIMINATE)
    page.erased_on_request = retention.get("on_request", False)


def _said_in_stages(content: dict) -> dict[str, str]:
    """Return the texts that are in the settings of stages, by path."""
    return {
        f"stage.{stage['key']}.{name}": value
        for stage in content.get("stages", [])
        for name, value in stage.get("settings", {}).items()
        if name in stage_texts(stages[stage["type"]]().settings_block())
    }


def _say(page: ServicePage, said: dict, identify: Identify) -> None:
    """Set the texts of the page besides its form."""
    for name in (*TEXTS, *RICH):
        setattr(page, name, said.get(name, ""))
    for name in LISTS:
        kind, block = list_block(name)
        entries = enumerate(said.get(name, []))
        _stream(
            page,
            name,
            [
                {
                    "type": kind,
                    "value": dict.fromkeys(block.child_blocks, "") | entry,
                    "id": identify(f"{name}.{number}"),
                }
                for number, entry in entries
            ],
        )


def stages_value(content: list[dict], text: Callable[[str], str], identify: Identify) -> list[dict]:
    """Return the stages of a definition as the raw value of a StreamField."""
    found = []
    for one in content:
        key, stage = one["key"], stages[one["type"]]()
        settings = stage.upgrade(one.get("settings", {}))
        said = {name: text(f"stage.{key}.{name}") for name in stage_texts(stage.settings_block())}
        settings = {name: value for name, value in settings.items() if name != "format"}
        stored = {
            name: _stored(block, settings[name], f"stage.{key}.{name}", identify)
            for name, block in stage.settings_block().child_blocks.items()
            if name in settings
        }
        value = {
            "key": key,
            "label": text(f"stage.{key}"),
            "condition": one.get("condition"),
            "settings": stored | said,
        }
        found.append({"type": one["type"], "value": value, "id": identify(f"stage.{key}")})
    return found


def _stored(block: blocks.Block, setting, path: str, identify: Identify):
    """Return a setting as its block stores it: list entries have an id each."""
    match block:
        case blocks.ListBlock():
            return [
                _entry(block.child_block, "item", one, f"{path}.{n}", identify)
                for n, one in enumerate(setting)
            ]
        case blocks.StreamBlock():
            return [
                _entry(block.child_blocks[one["type"]], one["type"], one, f"{path}.{one['key']}", identify)
                for one in setting
            ]
    return setting


def _entry(block: blocks.StructBlock, kind: str, content: dict, path: str, identify: Identify) -> dict:
    """Return a list entry as its block stores it; omitted booleans are False."""
    off = {name: False for name, one in block.child_blocks.items() if isinstance(one, blocks.BooleanBlock)}
    value = off | {name: one for name, one in content.items() if name in block.child_blocks}
    return {"type": kind, "value": value, "id": identify(path)}


def block_ids_by_path(page: ServicePage, content: dict) -> Identify:
    """Return a function from paths to block ids: those of existing blocks, and deterministic ones for new blocks."""
    known = existing_block_ids(page)

    def identify(path: str) -> str:
        return known.get(path) or str(uuid.uuid5(NAMESPACE, f"{content['slug']}/{path}"))

    return identify


def existing_block_ids(page: ServicePage) -> dict[str, str]:
    """Return the ids of a page's blocks by path, such as ``field.KEY``, ``option.KEY.VALUE``, ``next_steps.0``."""
    found: dict[str, str] = {}
    for word, name in (("step", "form"), ("fee", "fees"), ("stage", "stages")):
        for child in getattr(page, name):
            found |= _ids(child, word)
    found |= {f"limit.{child.block_type}": child.id for child in page.limits}
    for name in LISTS:
        found |= {f"{name}.{number}": child.id for number, child in enumerate(getattr(page, name))}
    return {path: identity for path, identity in found.items() if identity}


def _ids(child, word: str) -> dict[str, str]:
    value, found = child.value, {f"{word}.{child.value['key']}": child.id}
    for option in value.get("options") or ():
        found[f"option.{value['key']}.{option.value['value']}"] = option.id
    for inside, word_inside in (("fields", "field"), ("checks", "check")):
        for one in value.get(inside) or ():
            found |= _ids(one, word_inside)
    return found


def _stream(page: ServicePage, name: str, raw: list[dict]) -> None:
    setattr(page, name, page._meta.get_field(name).stream_block.to_python(raw))
