"""Pieces of the editor's settings that several stages have."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from eservices.formbuilder.blocks import FixedChoiceBlock

from ..models import Team

MOST_DAYS = 400


class LinesBlock(blocks.TextBlock):
    """Several short texts, one a line."""

    def __init__(self, **kwargs):
        super().__init__(**{"rows": 4, "help_text": _("One a line."), **kwargs})

    @staticmethod
    def lines(text: str) -> list[str]:
        """The texts, without blank lines."""
        return [line.strip() for line in text.splitlines() if line.strip()]


def days_block(label, *, required: bool = True, least: int = 0, help_text="") -> blocks.IntegerBlock:
    """A number of working days, or of days."""
    return blocks.IntegerBlock(
        label=label, required=required, min_value=least, max_value=MOST_DAYS, help_text=help_text
    )


def team_block(*, required: bool = True) -> FixedChoiceBlock:
    """One of the teams there are now, by key."""
    return FixedChoiceBlock(choices=_teams, required=required, label=_("Team"))


def _teams() -> list[tuple[str, str]]:
    return list(Team.objects.values_list("key", "name"))
