"""The blocks that pages are made of. Each shows itself in the editor before it is used.

Blocks stay flat: a list inside a struct inside a struct is not translated by wagtail-localize.
"""

import re

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

# Where one passage of a rich text ends and the next begins, and one cell of a table.
BREAK = re.compile(r"</(?:p|li|h[1-6])>|<br\s*/?>")


CELL = re.compile(r" *[|\t] *")


TEXT_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul"]


PROSE_FEATURES = ["h2", "h3", *TEXT_FEATURES, "hr"]


# The names in static/img/icons.svg that an editor may choose from.
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


LOREM = _("A commune answers before it advertises: what is needed, what it costs, how long it takes.")


def raise_block_errors(**messages) -> None:
    """Shows each message beside its field of a struct block."""
    raise blocks.StructBlockValidationError(
        block_errors={name: ErrorList([ValidationError(text)]) for name, text in messages.items()}
    )


def has_values(value, *names: str) -> bool:
    """Whether all of these stand in a struct block: of a draft, and of what is only previewed, any may be missing."""
    return all(value.get(name) is not None for name in names)


class StoredKeyMixin:
    """Of a choice among what editors keep elsewhere, by its key.

    A key is text as it stands: to read a page, what there is to choose from is not looked up.
    """

    def normalize_choice(self, value):
        return value


class KeyChoiceBlock(StoredKeyMixin, blocks.ChoiceBlock):
    pass


class KeyMultipleChoiceBlock(StoredKeyMixin, blocks.MultipleChoiceBlock):
    pass
