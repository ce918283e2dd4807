"""Blocks of campaigns: pages of the registered content types, and free blocks."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home.blocks.base import TEXT_FEATURES
from home.blocks.links import ButtonBlock
from home.blocks.media import PictureBlock
from home.blocks.text import HeadingBlock, TextBlock

from .content_types import content_types

FREE = [
    ("heading", HeadingBlock(group=_("Written here"))),
    ("text", TextBlock(features=[*TEXT_FEATURES, "h3"], group=_("Written here"))),
    ("picture", PictureBlock(group=_("Written here"))),
    ("button", ButtonBlock(group=_("Written here"))),
]


class CampaignBlocks(blocks.StreamBlock):
    """Chosen pages and free blocks."""

    def __init__(self, local_blocks=None, **kwargs):
        super().__init__([*chosen_blocks(), *FREE], **kwargs)


def chosen_blocks() -> list:
    """Return a page chooser for each content type."""
    return [
        (
            key,
            blocks.PageChooserBlock(
                target_model=kind.page_type,
                label=kind.label,
                icon=kind.icon,
                group=_("From the site"),
            ),
        )
        for key, kind in content_types.items()
    ]
