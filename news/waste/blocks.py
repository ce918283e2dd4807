"""The blocks that pages are made of. Each shows itself in the editor before it is used.

Blocks stay flat: a list inside a struct inside a struct is not translated by wagtail-localize.
"""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class MovedCollectionBlock(blocks.StructBlock):
    """A day of a round that falls on another, or out."""

    day = blocks.DateBlock(label=_("Not on"))
    instead = blocks.DateBlock(required=False, label=_("But on"), help_text=_("Empty: it falls out."))

    class Meta:
        icon = "date"
        label = _("Day")
