"""Field types for texts: lines, paragraphs, e-mail and web addresses, telephone numbers."""

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home.localization import phone_numbers
from home.text.email_domains import suggest_address

from .. import fields
from ..blocks import PlainCharBlock
from ..fields.text import matches_pattern
from .base import FieldType, field_types, register_field_type, whole_number
from .named_persons import FAMILY_NAME, GIVEN_NAMES, WHOLE_NAME, names_block, names_faults

# A pattern that matches one of these describes no type.
ANYTHING = ("Rue du Lac 12", "Rochat", "A-12/b", "1234 5678 9012 3")


class Text(FieldType):
    """A text between two lengths."""

    def settings_blocks(self):
        return [
            ("min_length", blocks.IntegerBlock(required=False, min_value=1, label=_("Shortest"))),
            ("max_length", blocks.IntegerBlock(required=False, min_value=1, label=_("Longest"))),
        ]

    def arguments(self, field):
        return {name: whole_number(field.settings.get(name)) for name in ("min_length", "max_length")}

    def settings_faults(self, field):
        least, most = self.arguments(field).values()
        if least and most and least > most:
            yield gettext("the shortest length is above the longest")


@register_field_type
class ShortText(Text):
    key, label, icon = "short_text", _("Short text"), "pilcrow"
    says = _("A word or a line.")
    names = (GIVEN_NAMES, FAMILY_NAME, WHOLE_NAME)

    def settings_blocks(self):
        pattern = PlainCharBlock(required=False, label=_("Pattern"), help_text=_("A regular expression."))
        return [*super().settings_blocks(), ("pattern", pattern), names_block(*self.names)]

    def form_field(self, field, definition, language, options=None):
        found = super().form_field(field, definition, language, options)
        found.pattern = str(field.settings.get("pattern") or "")
        return found

    def settings_faults(self, field):
        yield from super().settings_faults(field)
        yield from names_faults(field, *self.names)
        try:
            re.compile(str(field.settings.get("pattern") or ""))
        except re.error:
            yield gettext("the pattern is not a regular expression")

    def lint_advice(self, field, definition):
        pattern = str(field.settings.get("pattern") or "")
        if not pattern:
            return
        if not definition.text(f"field.{field.key}.help", definition.source_language):
            yield gettext("the format of the pattern is not explained: describe it in the help text")
        if kind := _covered(pattern):
            yield gettext("a question of the type “%(type)s” asks for this and explains errors") % {
                "type": kind.label
            }


def _covered(pattern: str) -> FieldType | None:
    """Return the type whose answers a pattern describes; None if there is none."""
    if any(matches_pattern(pattern, text) for text in ANYTHING):
        return None
    kinds = (kind for kind in field_types if any(matches_pattern(pattern, text) for text in kind.written))
    return next(kinds, None)


@register_field_type
class LongText(Text):
    key, label, icon = "long_text", _("Long text"), "doc-full"
    says = _("Several lines.")
    form_class = fields.TextField
    template = "formbuilder/fields/text.html"


@register_field_type
class Email(FieldType):
    key, label, icon = "email", _("E-mail address"), "mail"
    says = _("Checked for its form.")
    form_class = fields.EmailField
    autocomplete, input_type = "email", "email"
    written = ("lea.rochat@courriel.example", "lea@example.ch")

    def typos(self, answer, field, given):
        meant = suggest_address(answer) if isinstance(answer, str) else ""
        return (
            [gettext("Is this address right? Perhaps you meant %(address)s.") % {"address": meant}]
            if meant
            else []
        )


@register_field_type
class Phone(FieldType):
    key, label, icon, compares = "phone", _("Telephone number"), "mobile-alt", "given"
    says = _("National or with its country code.")
    form_class = fields.PhoneField
    autocomplete, input_type, width = "tel", "tel", "w10"
    written = ("+41791234567", "+41 79 123 45 67", "079 123 45 67")

    def answer_text(self, answer, field, definition, language):
        return phone_numbers.format_phone(answer)


@register_field_type
class URL(FieldType):
    key, label, icon = "url", _("Web address"), "link"
    says = _("You can leave out https://.")
    form_class = fields.URLField
    autocomplete, input_mode = "url", "url"
    written = ("https://www.example.ch", "www.example.ch")
