"""The blocks that pages are made of. Each shows itself in the editor before it is used.

Blocks stay flat: a list inside a struct inside a struct is not translated by wagtail-localize.
"""

import re
from html import unescape

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from . import videos
from .hours import follow
from .registry import Registry

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
DAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]
# What apps above offer for pages of text, in files of this name: a block by its key. They must not import models.
content_blocks: Registry[blocks.Block] = Registry("content_blocks")
LOREM = _("A commune answers before it advertises: what is needed, what it costs, how long it takes.")


def refuse(**messages) -> None:
    """Shows each message beside its field of a struct block."""
    raise blocks.StructBlockValidationError(
        block_errors={name: ErrorList([ValidationError(text)]) for name, text in messages.items()}
    )


def filled(value, *names: str) -> bool:
    """Whether all of these stand in a struct block: of a draft, and of what is only previewed, any may be missing."""
    return all(value.get(name) is not None for name in names)


class LinkValue(blocks.StructValue):
    """A page of the site or an address elsewhere; ``{% target value %}`` gives its address."""


class LinkBlock(blocks.StructBlock):
    """What leads somewhere: exactly one of a page and an address."""

    page = blocks.PageChooserBlock(required=False, label=_("Page"))
    url = blocks.URLBlock(required=False, default="", label=_("Or address elsewhere"))

    class Meta:
        value_class = LinkValue

    def clean(self, value):
        value = super().clean(value)
        if bool(value.get("page")) == bool(value.get("url")):
            refuse(page=_("Choose a page or write an address, one of the two."))
        return value


class Kept:
    """Of a choice among what editors keep elsewhere, by its key.

    A key is text as it stands: to read a page, what there is to choose from is not looked up.
    """

    def normalize_choice(self, value):
        return value


class KeptChoiceBlock(Kept, blocks.ChoiceBlock):
    pass


class KeptChoicesBlock(Kept, blocks.MultipleChoiceBlock):
    pass


class HeadingBlock(blocks.CharBlock):
    def __init__(self, **options):
        super().__init__(**({"max_length": 120} | options))

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "home/blocks/heading.html"
        preview_value = _("What changes")
        description = _("The title of a part of the page.")


class TextBlock(blocks.RichTextBlock):
    def __init__(self, **options):
        super().__init__(**({"features": PROSE_FEATURES} | options))

    def get_searchable_content(self, value):
        """A line for each paragraph and item: Wagtail runs them together."""
        return unescape(strip_tags(BREAK.sub("\n", value.source))).splitlines()

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "home/blocks/text.html"
        preview_value = LOREM
        description = _("Paragraphs, lists and links.")


class PictureValue(blocks.StructValue):
    """A picture whose ``shape`` says what a column of text must not do with it: draw out what is small or tall."""

    LEAST = 480  # pixels of the smallest size that a column asks for

    @property
    def shape(self) -> str:
        image = self.get("image")
        if image is None:
            return ""
        shapes = {"small": image.width < self.LEAST, "tall": image.height > image.width}
        return " ".join(name for name, holds in shapes.items() if holds)


class PictureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        required=False,
        default="",
        max_length=250,
        label=_("What the picture shows"),
        help_text=_("Read aloud to who does not see it. Leave empty only if the picture says nothing more."),
    )
    caption = blocks.CharBlock(required=False, default="", max_length=200, label=_("Caption"))

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "home/blocks/picture.html"
        value_class = PictureValue
        preview_value = {"image": None, "alt": "", "caption": _("The village seen from the lake")}
        description = _("A picture with its caption.")


class GalleryPictureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        default="",
        max_length=250,
        label=_("What the picture shows"),
        help_text=_("Read aloud to who does not see it."),
    )


class GalleryBlock(blocks.ListBlock):
    """Pictures of one size in rows; each opens large."""

    def __init__(self, **options):
        super().__init__(GalleryPictureBlock(), **({"min_num": 2, "max_num": 24} | options))

    class Meta:
        icon = "image"
        label = _("Gallery")
        template = "home/blocks/gallery.html"
        preview_value = [{"image": None, "alt": ""}, {"image": None, "alt": ""}, {"image": None, "alt": ""}]
        description = _("Several pictures that belong together; each opens large.")


class VideoValue(blocks.StructValue):
    """A video elsewhere; None of its parts is asked for before the reader follows the link."""

    @property
    def video(self) -> videos.Video | None:
        return videos.read(self.get("url") or "")


class VideoBlock(blocks.StructBlock):
    """A picture of our own and a link: nobody elsewhere hears of a reader who does not follow it."""

    url = blocks.URLBlock(
        label=_("Address of the video"), help_text=_("Copy it from the page that shows it.")
    )
    title = blocks.CharBlock(label=_("What the video shows"), max_length=120)
    length = blocks.CharBlock(
        required=False, default="", max_length=20, label=_("Length"), help_text=_("As “2 min 30”.")
    )
    image = ImageChooserBlock(required=False, label=_("Picture"), help_text=_("A plain ground if empty."))
    transcript = blocks.RichTextBlock(
        required=False,
        default="",
        features=TEXT_FEATURES,
        label=_("What is said"),
        help_text=_("For who cannot hear or see it; it unfolds below."),
    )

    def clean(self, value):
        value = super().clean(value)
        if value.video is None:
            known = ", ".join(videos.NAMES)
            text = _("Only single videos of these hosts are shown: {hosts}. To others, set a link in a text.")
            refuse(url=text.format(hosts=known))
        return value

    class Meta:
        icon = "media"
        label = _("Video")
        template = "home/blocks/video.html"
        value_class = VideoValue
        preview_value = {
            "url": "https://vimeo.com/1084537",
            "title": _("The harbour in a minute"),
            "length": "1 min",
            "image": None,
            "transcript": "",
        }
        description = _("A picture that leads to a video; nothing is loaded from elsewhere before.")


class FigureBlock(blocks.StructBlock):
    number = blocks.CharBlock(
        label=_("Number"), max_length=12, help_text=_("Short, with its unit: “90 m”, “45 %”.")
    )
    label = blocks.CharBlock(label=_("What it counts"), max_length=60)


class FiguresBlock(blocks.ListBlock):
    def __init__(self, **options):
        super().__init__(FigureBlock(), **({"min_num": 2, "max_num": 4} | options))

    class Meta:
        icon = "order"
        label = _("Key figures")
        template = "home/blocks/figures.html"
        preview_value = [{"number": "90 m", "label": _("of beach")}, {"number": "25", "label": _("weeks")}]
        description = _("Two to four numbers that tell the story.")


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("What was said"), max_length=400)
    who = blocks.CharBlock(required=False, default="", max_length=120, label=_("Who said it"))

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "home/blocks/quote.html"
        preview_value = {"text": LOREM, "who": _("A resident")}
        description = _("The words of somebody.")


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=160)
    answer = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Answer"))

    class Meta:
        icon = "help"
        label = _("Question that unfolds")
        template = "home/blocks/question.html"
        preview_value = {"question": _("What do I need?"), "answer": LOREM}
        description = _("A question whose answer unfolds; several in a row make a list.")


class TableValue(blocks.StructValue):
    """Lines of cells, as pasted from a spreadsheet or written with bars."""

    @cached_property
    def lines(self) -> list[list[str]]:
        lines = [line for line in (self.get("cells") or "").splitlines() if line.strip()]
        rows = [[cell.strip() for cell in line.replace("\t", "|").split("|")] for line in lines]
        width = max(map(len, rows), default=0)
        return [row + [""] * (width - len(row)) for row in rows]

    @property
    def head(self) -> list[str]:
        return self.lines[0] if self.lines else []

    @property
    def rows(self) -> list[list[str]]:
        return self.lines[1:]


class TableBlock(blocks.StructBlock):
    MOST_COLUMNS, MOST_ROWS, MOST_SIGNS = 10, 100, 200

    caption = blocks.CharBlock(label=_("What the table shows"), max_length=120)
    cells = blocks.TextBlock(
        label=_("Cells"),
        help_text=_("Paste from a spreadsheet, or write a line per row and | between cells. First the head."),
    )

    def clean(self, value):
        value = super().clean(value)
        if fault := self.fault(value):
            refuse(cells=fault)
        return value

    def fault(self, value) -> str:
        """Why this makes no table that can be read on a telephone; of a draft without cells nothing is said."""
        columns, rows = len(value.head), len(value.rows)
        if not columns:
            return ""
        if columns == 1 or not rows:
            return _("A table has a head, rows below it and | between cells. A list is written in a text.")
        if columns > self.MOST_COLUMNS:
            text = _("{number} columns are too many for a telephone: at most {most}. Make two tables of it.")
            return text.format(number=columns, most=self.MOST_COLUMNS)
        if rows > self.MOST_ROWS:
            text = _("{number} rows are too many to be read: at most {most}. Offer the whole as a download.")
            return text.format(number=rows, most=self.MOST_ROWS)
        longest = max((cell for line in value.lines for cell in line), key=len)
        if len(longest) > self.MOST_SIGNS:
            text = _("A cell has a few words, at most {most} signs: “{cell}” has {number}.")
            cell = Truncator(longest).chars(40)
            return text.format(number=len(longest), most=self.MOST_SIGNS, cell=cell)
        return ""

    def get_searchable_content(self, value):
        return [value["caption"], CELL.sub(", ", value["cells"])]

    class Meta:
        icon = "table"
        label = _("Table")
        template = "home/blocks/table.html"
        value_class = TableValue
        preview_value = {"caption": _("Fees"), "cells": "Document | CHF\nCertificate | 15.–"}
        description = _("Rows and columns with a head.")


class DownloadBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("Document"))
    label = blocks.CharBlock(
        required=False,
        default="",
        max_length=120,
        label=_("Name"),
        help_text=_("The document’s title if empty."),
    )

    class Meta:
        icon = "doc-full"
        label = _("Download")
        template = "home/blocks/download.html"
        preview_value = {"document": None, "label": _("Rules of the harbour")}
        description = _("A file to download, with its kind and size.")


class ButtonBlock(LinkBlock):
    label = blocks.CharBlock(
        label=_("What it does"), max_length=60, help_text=_("A verb: “Order a certificate”.")
    )

    class Meta:
        icon = "link"
        label = _("Button")
        template = "home/blocks/button.html"
        preview_value = {"label": _("Order a certificate"), "page": None, "url": "https://example.org"}
        description = _("Leads to a service or a page.")


class ContactBlock(SnippetChooserBlock):
    def __init__(self, target_model="home.Contact", **options):
        super().__init__(target_model, **options)

    class Meta:
        icon = "mail"
        label = _("Contact")
        template = "home/blocks/contact.html"
        description = _("Who answers, with telephone and e-mail.")

    def get_preview_value(self):
        return self.model_class(title="Contrôle des habitants", phone="021 000 42 20")


class SharedNoticeBlock(SnippetChooserBlock):
    def __init__(self, target_model="home.SharedNotice", **options):
        super().__init__(target_model, **options)

    class Meta:
        icon = "warning"
        label = _("Notice used again")
        template = "home/blocks/shared_notice.html"
        description = _("A notice that stands on several pages and is changed in one place.")

    def get_preview_value(self):
        return self.model_class(title=_("Closed on 1 August"), text=str(LOREM))


class PersonBlock(SnippetChooserBlock):
    def __init__(self, target_model="home.Person", **options):
        super().__init__(target_model, **options)

    class Meta:
        icon = "user"
        label = _("Person")
        template = "home/blocks/person.html"
        description = _("A person with their function.")

    def get_preview_value(self):
        return self.model_class(name="Huguette Perrin", role=_("Mayor"))


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.TextBlock(required=False, default="", max_length=600, label=_("Text"))


class StepsBlock(blocks.ListBlock):
    def __init__(self, **options):
        super().__init__(StepBlock(), **({"min_num": 2, "max_num": 12} | options))

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        template = "home/blocks/steps.html"
        preview_value = [
            {"title": _("You ask"), "text": LOREM},
            {"title": _("We check"), "text": LOREM},
            {"title": _("You receive"), "text": LOREM},
        ]
        description = _("What happens, in order.")


class NoticeBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Text"))

    class Meta:
        icon = "warning"
        label = _("Notice")
        template = "home/blocks/notice.html"
        preview_value = {"title": _("Closed on 1 August"), "text": LOREM}
        description = _("What must not be overlooked.")


class ContentBlocks(blocks.StreamBlock):
    """What a page of text is made of: the blocks of the site, then what the apps above offer."""

    def __init__(self, local_blocks=None, **options):
        super().__init__([*(local_blocks or []), *content_blocks.items()], **options)

    heading = HeadingBlock()
    text = TextBlock()
    picture = PictureBlock()
    gallery = GalleryBlock()
    video = VideoBlock()
    figures = FiguresBlock()
    quote = QuoteBlock()
    question = QuestionBlock()
    table = TableBlock()
    download = DownloadBlock()
    button = ButtonBlock()
    contact = ContactBlock()
    person = PersonBlock()
    steps = StepsBlock()
    notice = NoticeBlock()
    shared_notice = SharedNoticeBlock()


class BarrierBlock(blocks.StructBlock):
    """Something that stops some people, and how they get past."""

    what = blocks.CharBlock(label=_("What stops whom"), max_length=200)
    way = blocks.CharBlock(required=False, default="", label=_("The way past it"), max_length=200)
    until = blocks.CharBlock(required=False, default="", label=_("Mended by"), max_length=60)

    class Meta:
        icon = "warning"
        label = _("Barrier")


def with_hours(value):
    """A struct block with an hour at which something opens and one at which it closes, if they go together."""
    if filled(value, "opens", "closes") and not follow(value["opens"], value["closes"]):
        refuse(
            closes=_("It closes after it opens, or in the night that follows: before 9:00. Midnight is 0:00.")
        )
    return value


class OpeningBlock(blocks.StructBlock):
    """Open on a day from an hour to another; a day may stand twice."""

    day = blocks.ChoiceBlock(choices=DAYS, label=_("Day"))
    opens = blocks.TimeBlock(label=_("Opens"))
    closes = blocks.TimeBlock(label=_("Closes"))

    class Meta:
        icon = "time"
        label = _("Opening")

    def clean(self, value):
        return with_hours(super().clean(value))


class OtherHoursBlock(blocks.StructBlock):
    """Open on one day from an hour to another; a day may stand twice."""

    day = blocks.DateBlock(label=_("Day"))
    opens = blocks.TimeBlock(label=_("Opens"))
    closes = blocks.TimeBlock(label=_("Closes"))

    class Meta:
        icon = "date"
        label = _("Other hours")

    def clean(self, value):
        return with_hours(super().clean(value))


class ClosingBlock(blocks.StructBlock):
    """Shut from a day to another, both included."""

    first = blocks.DateBlock(label=_("First day"))
    last = blocks.DateBlock(label=_("Last day"))

    class Meta:
        icon = "date"
        label = _("Closing")

    def clean(self, value):
        value = super().clean(value)
        if filled(value, "first", "last") and value["first"] > value["last"]:
            refuse(last=_("The last day comes after the first."))
        return value


class MovedBlock(blocks.StructBlock):
    """A day of a round that falls on another, or out."""

    day = blocks.DateBlock(label=_("Not on"))
    instead = blocks.DateBlock(required=False, label=_("But on"), help_text=_("Empty: it falls out."))

    class Meta:
        icon = "date"
        label = _("Day")


class TaskBlock(LinkBlock):
    """One of the doors on the home page."""

    icon = blocks.ChoiceBlock(choices=ICONS, label=_("Icon"))
    title = blocks.CharBlock(label=_("Title"), max_length=60)
    text = blocks.CharBlock(required=False, default="", label=_("What is behind it"), max_length=90)

    class Meta:
        icon = "link"
        label = pgettext_lazy("that people come for", "Task")
        template = "home/blocks/task.html"
        description = _("A door on the home page to what people come for.")
        preview_value = {
            "icon": "move",
            "title": _("Moving"),
            "text": _("Arriving, leaving, changing address"),
            "page": None,
            "url": "https://example.org",
        }


class WordBlock(blocks.CharBlock):
    """What many look for: a press on it searches for it."""

    class Meta:
        icon = "search"
        template = "home/blocks/word.html"
        preview_value = _("Certificate")
        description = _("What many look for; it stands under the search and searches when it is pressed.")


class PhoneBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("For what"), max_length=60)
    phone = blocks.CharBlock(label=_("Telephone"), max_length=30)

    class Meta:
        icon = "mobile-alt"
        label = pgettext_lazy("of a telephone", "Number")
        template = "home/blocks/phone.html"
        preview_value = {"label": _("Ambulance"), "phone": "144"}
        description = _("Whom to call, at the foot of every page.")


class FooterLinkBlock(LinkBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=60)

    class Meta:
        icon = "link"
        label = _("Link")
        template = "home/blocks/footer_link.html"
        preview_value = {"title": _("Accessibility"), "page": None, "url": "https://example.org"}
        description = _("Leads from the foot of every page to what each reader may look for.")
