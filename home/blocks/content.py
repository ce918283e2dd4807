"""The blocks that pages are made of. Each shows itself in the editor before it is used.

Blocks stay flat: a list inside a struct inside a struct is not translated by wagtail-localize.
"""

from wagtail import blocks

from ..extensions.registry import Registry
from .links import ButtonBlock, DownloadBlock
from .media import GalleryBlock, PictureBlock, VideoBlock
from .people import ContactBlock, PersonBlock
from .text import (
    CalloutBlock,
    HeadingBlock,
    KeyFiguresBlock,
    QuestionBlock,
    QuoteBlock,
    SharedCalloutBlock,
    StepsBlock,
    TableBlock,
    TextBlock,
)

# What apps above offer for pages of text, in files of this name: a block by its key. They must not import models.
content_blocks: Registry[blocks.Block] = Registry("content_blocks")


class ContentBlocks(blocks.StreamBlock):
    """What a page of text is made of: the blocks of the site, then what the apps above offer."""

    def __init__(self, local_blocks=None, **options):
        super().__init__([*(local_blocks or []), *content_blocks.items()], **options)

    heading = HeadingBlock()
    text = TextBlock()
    picture = PictureBlock()
    gallery = GalleryBlock()
    video = VideoBlock()
    figures = KeyFiguresBlock()
    quote = QuoteBlock()
    question = QuestionBlock()
    table = TableBlock()
    download = DownloadBlock()
    button = ButtonBlock()
    contact = ContactBlock()
    person = PersonBlock()
    steps = StepsBlock()
    notice = CalloutBlock()
    shared_notice = SharedCalloutBlock()
