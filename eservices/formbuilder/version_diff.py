"""Differences between two versions of a form as text, for editors. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from difflib import SequenceMatcher

from django.conf import settings
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from .condition_text import condition_text
from .definition import FormDefinition
from .field_types import field_types

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
FORM, STEP, FIELD, OPTION, CHECK = "form", "step", "field", "option", "check"
FEE, STAGE, TEXT = "fee", "stage", "text"


@dataclass(frozen=True)
class Change:
    """A difference: ``verb`` is ADDED, REMOVED, CHANGED or MOVED, ``kind`` the type of element, with its ``title``.

    CHANGED has the ``aspect`` that changed, with its texts ``before`` and ``after``, "" if there was none; a text has
    its ``language``. MOVED has the old and the new place.
    """

    verb: str
    kind: str
    key: str
    title: str
    aspect: str = ""
    before: str = ""
    after: str = ""
    language: str = ""


def find_changes(old: FormDefinition, new: FormDefinition, language: str) -> list[Change]:
    """Return all differences, in the order of the form; [] if the versions are the same."""
    with override(language):
        return list(Comparison(old, new, language))


type Aspects = dict[str, tuple[object, str]]  # name → value, and the same as text
NOTHING = (None, "")


@dataclass(frozen=True)
class DefinitionPart:
    """An element of a form with a key; ``home`` is the element that contains it.

    ``aspects`` are compared by value and shown as text: a question that only has a new label does not change the
    conditions that use it.
    """

    kind: str
    key: str
    title: str
    home: str
    aspects: Aspects

    @property
    def path(self) -> str:
        return f"{self.kind}.{self.key}"


class Comparison:
    """A comparison of two definitions."""

    def __init__(self, old: FormDefinition, new: FormDefinition, language: str):
        self.texts = [definition.content["texts"] for definition in (old, new)]
        self.old = {thing.path: thing for thing in PartIndex(old, language)}
        self.new = {thing.path: thing for thing in PartIndex(new, language)}

    def __iter__(self) -> Iterator[Change]:
        moved = self._moved()
        for path, thing in self.new.items():
            if path not in self.old:
                yield self._change(ADDED, thing, after=self._title(self.new, thing.home))
                continue
            before = self.old[path]
            if path in moved:
                yield self._change(
                    MOVED,
                    thing,
                    before=self._title(self.old, before.home),
                    after=self._title(self.new, thing.home),
                )
            yield from self._aspects(before, thing)
        for path, thing in self.old.items():
            if path not in self.new:
                yield self._change(REMOVED, thing, before=self._title(self.old, thing.home))
        yield from self._texts()

    def _change(self, verb: str, thing: DefinitionPart, **more) -> Change:
        return Change(verb, thing.kind, thing.key, thing.title, **more)

    def _aspects(self, before: DefinitionPart, after: DefinitionPart) -> Iterator[Change]:
        for name in {**before.aspects, **after.aspects}:
            (was, before_words), (now, after_words) = (
                thing.aspects.get(name, NOTHING) for thing in (before, after)
            )
            if was != now:
                yield self._change(
                    CHANGED, after, aspect=aspect_label(name), before=before_words, after=after_words
                )

    def _moved(self) -> set[str]:
        """Return what has a new place, ignoring shifts by elements that were added or removed around it."""
        shared = [path for path in self.new if path in self.old]
        moved = {path for path in shared if self.old[path].home != self.new[path].home}
        stayed = set(shared) - moved
        for home in {self.new[path].home for path in stayed}:
            orders = [
                [p for p, thing in things.items() if p in stayed and self.new[p].home == home]
                for things in (self.old, self.new)
            ]
            blocks = SequenceMatcher(None, *orders, autojunk=False).get_matching_blocks()
            kept = {path for block in blocks for path in orders[0][block.a : block.a + block.size]}
            moved |= set(orders[0]) - kept
        return moved

    def _title(self, things: dict[str, DefinitionPart], path: str) -> str:
        return things[path].title if path in things else ""

    def _texts(self) -> Iterator[Change]:
        """Yield changed texts of shared elements, in every language.

        Texts of added or removed ones are not reported.
        """
        old, new = self.texts
        for language in sorted({*old, *new}):
            before, after = old.get(language, {}), new.get(language, {})
            for path in {**before, **after}:
                was, now = before.get(path) or "", after.get(path) or ""
                if was != now and self._is_shared(owner := self._owner(path)):
                    thing = self.new.get(owner)
                    yield Change(
                        CHANGED,
                        thing.kind if thing else TEXT,
                        thing.key if thing else path,
                        thing.title if thing else path,
                        text_label(path.removeprefix(owner).strip(".")),
                        was,
                        now,
                        language,
                    )

    def _owner(self, path: str) -> str:
        """Return the element to which a text belongs: the longest path that is one; else the text itself."""
        if path == "title":
            return "form."
        parts = path.split(".")
        starts = (".".join(parts[:end]) for end in range(len(parts), 1, -1))
        return next((start for start in starts if start in self.old or start in self.new), path)

    def _is_shared(self, owner: str) -> bool:
        return (owner in self.old) == (owner in self.new)


class PartIndex:
    """The elements of a definition, in the order of the form."""

    def __init__(self, definition: FormDefinition, language: str):
        self.definition, self.language = definition, language

    def __iter__(self) -> Iterator[DefinitionPart]:
        yield DefinitionPart(FORM, "", gettext("the form"), "", self._whole())
        for step in self.definition.steps:
            here = self._thing(STEP, step.key, f"step.{step.key}.title", "", self._conditioned(step))
            yield here
            yield from self._fields(step.fields, here.path)
            for check in step.checks:
                yield self._thing(CHECK, check.key, f"check.{check.key}", here.path, self._conditioned(check))
        for fee in self.definition.fees:
            yield self._thing(FEE, fee.key, f"fee.{fee.key}", "", self._fee(fee))
        for stage in self.definition.stages:
            aspects = self._conditioned(stage) | _settings(stage.settings)
            yield self._thing(
                STAGE, stage.key, f"stage.{stage.key}", "", aspects | {"type": _plain(stage.type)}
            )

    def _thing(self, kind: str, key: str, text: str, home: str, aspects: Aspects) -> DefinitionPart:
        return DefinitionPart(kind, key, self.definition.text(text, self.language) or key, home, aspects)

    def _fields(self, found, home: str) -> Iterator[DefinitionPart]:
        for field in found:
            here = self._thing(FIELD, field.key, f"field.{field.key}.label", home, self._field(field))
            yield here
            for option in field.options:
                path = f"option.{field.key}.{option.value}"
                key = f"{field.key}.{option.value}"
                yield self._thing(OPTION, key, path, here.path, self._conditioned(option))
            yield from self._fields(field.fields, here.path)

    def _field(self, field) -> Aspects:
        kind = field_types.get(field.type)
        return {
            "type": (field.type, str(kind.label) if kind else field.type),
            **self._conditioned(field),
            **_rest(field, {"key", "type", "condition", "options", "fields", "settings"}),
            **_settings(field.settings),
        }

    def _fee(self, fee) -> Aspects:
        amount = (fee.amount, f"{settings.CURRENCY} {fee.amount / 100:.2f}")
        exempt = (fee.exempt, condition_text(fee.exempt, self.definition, self.language))
        told = {"key", "amount", "condition", "exempt", "since"}
        return {"amount": amount, "exempt": exempt, **self._conditioned(fee), **_rest(fee, told)}

    def _conditioned(self, thing) -> Aspects:
        said = condition_text(thing.condition, self.definition, self.language)
        return {"condition": (thing.condition, said)}

    def _whole(self) -> Aspects:
        """Return what applies to the whole form: its settings, and everything beside steps, fees and stages."""
        told = {"steps", "fees", "stages", "texts", "settings"}
        beside = {name: _plain(value) for name, value in self.definition.content.items() if name not in told}
        return beside | _settings(self.definition.settings)


def _rest(thing, known: set[str]) -> Aspects:
    """Return the other attributes of a field or a fee, including those that later releases add."""
    return {one.name: _plain(getattr(thing, one.name)) for one in fields(thing) if one.name not in known}


def _settings(found: dict, prefix: str = "") -> Aspects:
    """Return settings by name; those inside settings by both names."""
    flat: Aspects = {}
    for name, value in found.items():
        if isinstance(value, dict):
            flat |= _settings(value, f"{prefix}{name} ")
        else:
            flat[f"{prefix}{name}"] = _plain(value)
    return flat


def _plain(value) -> tuple[object, str]:
    return value, plain_value_text(value)


def plain_value_text(value) -> str:
    """Return a plain value as text for editors; "" for None."""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list | tuple):
        return ", ".join(plain_value_text(one) for one in value)
    return "" if value is None else str(value)


ASPECTS = {
    "amount": _("Amount"),
    "applicant address": _("answer that is the postal address"),
    "applicant consent": _("answer that consents to decisions by e-mail"),
    "applicant email": _("answer that is the e-mail address"),
    "applicant name": _("answers that are the applicant’s name"),
    "applicant phone": _("answer that is the telephone"),
    "autocomplete": _("Filled in by browser"),
    "condition": _("Condition"),
    "days": _("working days until the answer"),
    "decide_together": _("may be decided several at once"),
    "language": _("language"),
    "letters accepted": _("when it is accepted"),
    "letters receipt": _("when the request has arrived"),
    "letters refused": _("when it is refused"),
    "max": _("Most"),
    "max_length": _("Longest"),
    "min": _("Least"),
    "min_length": _("Shortest"),
    "pattern": _("Pattern"),
    "personal": _("Personal data"),
    "prefill": _("Filled in from"),
    "quantity": _("Times the answer to"),
    "remedies": _("legal remedies"),
    "required": _("Must be answered"),
    "retention disposition": _("action for closed cases"),
    "retention months": _("retention of a closed case in months"),
    "retention on_request": _("erased earlier if the applicant asks"),
    "retention": _("Erased this many days after the case is closed"),
    "searchable": _("Found by agents’ search"),
    "secret": _("Left out of lists, e-mails and exports"),
    "slug": _("short name"),
    "team": _("team"),
    "type": _("kind"),
    "vat": _("VAT included, in per cent"),
}
TEXTS = {
    "": _("text"),
    "help": _("Help"),
    "intro": _("Introduction"),
    "label": _("Question"),
    "note": _("Note"),
    "note_title": _("Title of the note"),
    "row": _("Name of one item"),
    "subject": _("Subject"),
    "text": _("Text"),
    "title": _("Title"),
}


def aspect_label(name: str) -> str:
    """Return the label of an aspect; its name if there is none, because only the app of the setting knows it."""
    return str(ASPECTS.get(name, name))


def text_label(name: str) -> str:
    return str(TEXTS.get(name, name))
