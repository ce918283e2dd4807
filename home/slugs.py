"""Names in addresses, spelled as the commune's first language does without its marks."""

from django.conf import settings
from django.db import models
from django.utils.text import slugify
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.widgets import SlugInput

SPELLED = {"de": {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}}  # “behorden” is no German word


def slug_of(title: str) -> str:
    """A title as the last part of an address: “behoerden”."""
    return slugify(title.lower().translate(str.maketrans(_spelled())))


def spell_for_editors() -> None:
    """The same in the browser, where Wagtail makes the address while an editor types the title."""
    if spelled := _spelled():
        either_case = spelled | {mark.upper(): letters for mark, letters in spelled.items() if mark != "ß"}
        widget = SlugInput(formatters=list(either_case.items()))
        register_form_field_override(models.SlugField, override={"widget": widget})


def _spelled() -> dict[str, str]:
    return SPELLED.get(settings.LANGUAGE_CODE, {})
