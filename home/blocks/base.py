"""Base of the blocks that pages consist of. The editor shows a preview of each before it is used.

Blocks stay flat: wagtail-localize does not translate a list inside a struct inside a struct.
"""

import re

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

# The boundaries of passages in a rich text, and of cells in a table.
BREAK = re.compile(r"</(?:p|li|h[1-6])>|<br\s*/?>")


CELL = re.compile(r" *[|\t] *")


TEXT_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul"]


PROSE_FEATURES = ["h2", "h3", *TEXT_FEATURES, "hr"]


# The icons of static/img/icons.svg that editors may choose.
ICONS = [
    ("move", _("Moving")),
    ("cert", _("Certificate")),
    ("bin", _("Waste")),
    ("idcard", _("Identity card")),
    ("hall", _("House")),
    ("park", _("Parking")),
    ("calendar", _("Calendar")),
    ("card", _("Payment")),
    ("drop", _("Water")),
    ("file", _("Document")),
    ("folder", _("Folder")),
    ("lamp", _("Lamp")),
    ("mail", _("Letter")),
    ("news", _("News")),
    ("pen", _("Pen")),
    ("phone", _("Telephone")),
    ("pin", _("Place")),
    ("road", _("Road")),
    ("tree", _("Tree")),
    ("user", _("Person")),
]


LOREM = _("A commune gives answers first: requirements, costs and processing times.")


def raise_block_errors(**messages) -> None:
    """Raise an error for each named field of a struct block."""
    raise blocks.StructBlockValidationError(
        block_errors={name: ErrorList([ValidationError(text)]) for name, text in messages.items()}
    )


def has_values(value, *names: str) -> bool:
    """Return whether the struct block has all these values. Drafts and previews may lack any of them."""
    return all(value.get(name) is not None for name in names)


class StoredKeyMixin:
    """A choice of objects that editors manage elsewhere, by key.

    A key is a plain text and is not checked: reading a page needs no query for the choices.
    """

    def normalize_choice(self, value):
        return value


class KeyChoiceBlock(StoredKeyMixin, blocks.ChoiceBlock):
    pass


class KeyMultipleChoiceBlock(StoredKeyMixin, blocks.MultipleChoiceBlock):
    pass
