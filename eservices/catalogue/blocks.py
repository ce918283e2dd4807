"""Blocks of a service page besides its form."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.blocks import BlockGroup

from eservices.cases.stages import stages_for_editors
from eservices.formbuilder.blocks import ConditionBlock, KeyBlock
from home.blocks.base import TEXT_FEATURES


class NextStepBlock(blocks.StructBlock):
    """An event after sending, in a sentence."""

    title = blocks.CharBlock(max_length=120, label=_("What happens"))
    text = blocks.TextBlock(required=False, rows=2, max_length=600, label=pgettext_lazy("details", "More"))

    class Meta:
        icon = "arrow-right"
        label = _("Step")
        label_format = "{title}"


class QuestionBlock(blocks.StructBlock):
    """A frequent question with its answer, collapsed until opened."""

    question = blocks.CharBlock(max_length=120, label=_("Question"))
    answer = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Answer"))

    class Meta:
        icon = "help"
        label = _("Question")
        label_format = "{question}"


def stage_blocks() -> list[tuple[str, blocks.Block]]:
    """Return one block per stage type that an installed app offers to editors."""
    return [(key, stage_block(stage())) for key, stage in stages_for_editors().items()]


def stage_block(stage) -> blocks.StructBlock:
    return blocks.StructBlock(
        [
            ("label", blocks.CharBlock(required=False, max_length=100, label=_("Title"))),
            ("settings", stage.settings_block()),
            ("condition", ConditionBlock(required=False, purpose="applies")),
            ("key", KeyBlock()),
        ],
        label=stage.label,
        icon=getattr(stage, "icon", "cog"),
        label_format="{label}",
        form_layout=BlockGroup(children=["label", "settings"], settings=["condition", "key"]),
    )
