"""Blocks of the waste calendar.

They stay flat, because wagtail-localize does not translate a list inside a struct inside a struct.
"""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class MovedCollectionBlock(blocks.StructBlock):
    """A date of a collection that is moved or cancelled."""

    day = blocks.DateBlock(label=_("Not on"))
    instead = blocks.DateBlock(required=False, label=_("But on"), help_text=_("If empty, it is cancelled."))

    class Meta:
        icon = "date"
        label = _("Day")
