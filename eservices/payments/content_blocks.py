"""Content block with prices that follow the fee schedule."""

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home.blocks.base import KeyChoiceBlock
from home.blocks.content import content_blocks


def fee_entry_choices() -> list[tuple[str, str]]:
    from .models import FeeScheduleEntry

    return list(FeeScheduleEntry.objects.values_list("key", "name"))


class FeeLineValue(blocks.StructValue):
    """A line of the fee list: a label and its price today."""

    @cached_property
    def fee(self) -> dict | None:
        from .fee_schedule import entry_prices_today

        return entry_prices_today().get(self.get("entry") or "")


class FeeLineBlock(blocks.StructBlock):
    entry = KeyChoiceBlock(choices=fee_entry_choices, label=_("Fee schedule entry"))
    label = blocks.CharBlock(
        required=False,
        default="",
        max_length=120,
        label=_("Name"),
        help_text=_("If empty, as in the fee schedule."),
    )

    class Meta:
        value_class = FeeLineValue


class FeeListBlock(blocks.ListBlock):
    """A list of fees. A price changed in the fee schedule changes on all pages at once."""

    def __init__(self, **options):
        super().__init__(FeeLineBlock(), **({"min_num": 1, "max_num": 40} | options))

    class Meta:
        icon = "tag"
        label = _("Fees")
        template = "payments/blocks/fees.html"
        preview_value = [
            {"entry": "", "label": _("Residence certificate")},
            {"entry": "", "label": _("A copy")},
        ]
        description = _("Prices from the fee schedule, always as they are today.")


content_blocks.register("fees")(FeeListBlock())
