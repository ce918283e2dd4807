"""Conditions as text, for editors. Pure: no database, no request.

``condition_text(condition, definition, language)`` is what the outline and the comparison of versions show: “Kind of
dwelling” is “Rented”, and “Arrival” is before 30 days after today.
"""

from dataclasses import dataclass
from datetime import date
from functools import reduce

from django.utils.translation import gettext, ngettext, override
from django.utils.translation import gettext_lazy as _

from home.localization.dates import date_format

from .definition import FieldDefinition, FormDefinition
from .logic.conditions import MAX_DEPTH, RELATIVE, WITHOUT_VALUE

# Translators: “question” is a question’s label; “value” is what it is compared with, quoted where needed.
SENTENCES = {
    "equals": _("“%(question)s” is %(value)s"),
    "not_equals": _("“%(question)s” is not %(value)s"),
    "in": _("“%(question)s” is %(value)s"),
    "contains": _("“%(question)s” contains %(value)s"),
    "not_contains": _("“%(question)s” does not contain %(value)s"),
    "filled": _("“%(question)s” is answered"),
    "empty": _("“%(question)s” is not answered"),
    "gt": _("“%(question)s” is more than %(value)s"),
    "gte": _("“%(question)s” is at least %(value)s"),
    "lt": _("“%(question)s” is less than %(value)s"),
    "lte": _("“%(question)s” is at most %(value)s"),
    "before": _("“%(question)s” is before %(value)s"),
    "after": _("“%(question)s” is after %(value)s"),
    "age_gte": _("the age by “%(question)s” is at least %(value)s"),
    "age_lt": _("the age by “%(question)s” is under %(value)s"),
}
JOINED = {"all": _("%(first)s, and %(then)s"), "any": _("%(first)s, or %(then)s")}


def condition_text(condition, definition: FormDefinition, language: str) -> str:
    """Return ``condition`` as a sentence without a full stop: labels of questions and options, formatted days.

    "" if there is no condition (``None``: always). An unknown question or option is named by its key. Never raises: a
    malformed condition has its own text.
    """
    with override(language):
        return "" if condition is None else ConditionSentence(definition, language).words(condition)


@dataclass(frozen=True)
class ConditionSentence:
    """A condition of a form as text in one language."""

    definition: FormDefinition
    language: str

    def words(self, condition, depth: int = 0) -> str:
        if not isinstance(condition, dict) or depth > MAX_DEPTH:
            return gettext("a condition that cannot be read")
        for word in JOINED:
            if word in condition:
                return self._joined(word, condition[word], depth + 1)
        return self._comparison(condition)

    def _joined(self, word: str, parts, depth: int) -> str:
        if not isinstance(parts, list):
            return gettext("a condition that cannot be read")
        if not parts:
            return gettext("always") if word == "all" else gettext("never")
        if len(parts) == 1:
            return self.words(parts[0], depth)
        found = [self._part(one, depth) for one in parts]
        return reduce(lambda first, then: str(JOINED[word]) % {"first": first, "then": then}, found)

    def _part(self, condition, depth: int) -> str:
        """Return one of several conditions, in brackets if it is itself a combination."""
        words = self.words(condition, depth)
        inside = [condition.get(word) for word in JOINED] if isinstance(condition, dict) else []
        several = any(isinstance(parts, list) and len(parts) > 1 for parts in inside)
        return f"({words})" if several else words

    def _comparison(self, row: dict) -> str:
        key, operator = row.get("field"), row.get("operator")
        if not isinstance(key, str) or not isinstance(operator, str) or operator not in SENTENCES:
            return gettext("an incomplete comparison")
        value = "" if operator in WITHOUT_VALUE else self._value(row.get("value"), operator, key)
        return str(SENTENCES[operator]) % {"question": self._label(key), "value": value}

    def _label(self, key: str) -> str:
        return self.definition.text(f"field.{key}.label", self.language) or key

    def _value(self, value, operator: str, key: str) -> str:
        if isinstance(value, list):
            return reduce(_either, [self._value(one, operator, key) for one in value] or ["?"])
        if isinstance(value, dict):
            return _quoted(self._label(str(value.get("field") or "?")))
        if value is None:
            return "?"
        if operator in ("age_gte", "age_lt"):
            return _counted("y", value) or _quoted(value)
        return self._answer(value, self.definition.fields.get(key))

    def _answer(self, value, field: FieldDefinition | None) -> str:
        """Return a constant as the applicant would read it: the label of an option, Yes or No, a day, a number."""
        if field and (option := self.definition.text(f"option.{field.key}.{value}", self.language)):
            return _quoted(option)
        if isinstance(value, bool) or (field and field.type in ("yes_no", "consent")):
            return _quoted(gettext("Yes") if str(value).lower() == "true" else gettext("No"))
        return str(value) if isinstance(value, int | float) else _day(str(value)) or _quoted(value)


def _quoted(text) -> str:
    return gettext("“%(text)s”") % {"text": text}


def _either(first: str, then: str) -> str:
    return gettext("%(first)s or %(then)s") % {"first": first, "then": then}


def _day(value: str) -> str:
    """Return a date as text, relative ones counted from today; "" if it is no date."""
    if value == "today":
        return gettext("today")
    if relative := RELATIVE.fullmatch(value.strip()):
        sign, count, unit = relative.groups()
        moved = gettext("%(span)s after today") if sign == "+" else gettext("%(span)s before today")
        return moved % {"span": _counted(unit, count)}
    try:
        return date_format(date.fromisoformat(value.strip()), "DATE_FORMAT")
    except ValueError:
        return ""


def _counted(unit: str, count) -> str:
    """Return a number of days, weeks, months or years as text; "" if ``count`` is no number."""
    if not str(count).isdecimal():
        return ""
    number = int(count)
    words = {
        "d": ngettext("%(n)s day", "%(n)s days", number),
        "w": ngettext("%(n)s week", "%(n)s weeks", number),
        "m": ngettext("%(n)s month", "%(n)s months", number),
        "y": ngettext("%(n)s year", "%(n)s years", number),
    }
    return words[unit] % {"n": number}
