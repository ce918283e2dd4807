"""Blocks that the settings of several stages use."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from eservices.formbuilder.blocks import PlainChoiceBlock, PlainRegexBlock

from ..models import Team

MAX_DAYS = 400


class LinesBlock(blocks.TextBlock):
    """Several short texts, one per line."""

    def __init__(self, **kwargs):
        super().__init__(**{"rows": 4, "help_text": _("One per line."), **kwargs})

    @staticmethod
    def lines(text: str) -> list[str]:
        """Return the texts without blank lines."""
        return [line.strip() for line in text.splitlines() if line.strip()]


class NumbersBlock(PlainRegexBlock):
    """Whole numbers separated by commas."""

    PATTERN = r"\s*\d{1,3}(\s*,\s*\d{1,3})*\s*"

    def __init__(self, **kwargs):
        wrong = _("Write numbers with a comma between, for example: 5, 8.")
        super().__init__(
            **{"regex": f"^{self.PATTERN}$", "max_length": 60, "error_messages": {"invalid": wrong}, **kwargs}
        )

    @staticmethod
    def text(numbers: Iterable[int]) -> str:
        return ", ".join(str(one) for one in numbers)

    @classmethod
    def numbers(cls, text: str) -> list[int] | None:
        """Return the numbers in their order; None if the text is invalid."""
        if text.strip() and not re.fullmatch(cls.PATTERN, text):
            return None
        return [int(one) for one in text.split(",") if one.strip()]


def days_block(label, *, least: int = 0, **options) -> blocks.IntegerBlock:
    """Return a block for a number of days or working days."""
    return blocks.IntegerBlock(label=label, min_value=least, max_value=MAX_DAYS, **options)


def team_block(*, required: bool = True) -> PlainChoiceBlock:
    """Return a block to choose one of the current teams, by key."""
    return PlainChoiceBlock(choices=_teams, required=required, label=_("Team"))


def _teams() -> list[tuple[str, str]]:
    return list(Team.objects.values_list("key", "name"))
