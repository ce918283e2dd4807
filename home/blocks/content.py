"""Blocks of content pages."""

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

# Blocks of other apps for content pages, by key, from their ``content_blocks.py``. These must not import models.
content_blocks: Registry[blocks.Block] = Registry("content_blocks")


class ContentBlocks(blocks.StreamBlock):
    """Content of a page: the site's blocks, then those of other apps."""

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
