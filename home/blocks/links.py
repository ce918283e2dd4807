"""Blocks with links and downloads."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock

from .base import ICONS, raise_block_errors


class LinkValue(blocks.StructValue):
    """A page of the site or an external address; ``{% target value %}`` returns its address."""


class LinkBlock(blocks.StructBlock):
    """A link to exactly one of a page and an address."""

    page = blocks.PageChooserBlock(required=False, label=_("Page"))
    url = blocks.URLBlock(required=False, default="", label=_("Or external address"))

    class Meta:
        value_class = LinkValue

    def clean(self, value):
        value = super().clean(value)
        if bool(value.get("page")) == bool(value.get("url")):
            raise_block_errors(page=_("Choose a page or write an address, one of the two."))
        return value


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
        label=_("Text of the button"), max_length=60, help_text=_("A verb: “Order a certificate”.")
    )

    class Meta:
        icon = "link"
        label = _("Button")
        template = "home/blocks/button.html"
        preview_value = {"label": _("Order a certificate"), "page": None, "url": "https://example.org"}
        description = _("Leads to a service or a page.")


class TopTaskBlock(LinkBlock):
    """A link on the home page to a frequent task."""

    icon = blocks.ChoiceBlock(choices=ICONS, label=_("Icon"))
    title = blocks.CharBlock(label=_("Title"), max_length=60)
    text = blocks.CharBlock(required=False, default="", label=_("Content of the page"), max_length=90)

    class Meta:
        icon = "link"
        label = pgettext_lazy("that people come for", "Task")
        template = "home/blocks/task.html"
        description = _("A link on the home page to a popular page.")
        preview_value = {
            "icon": "move",
            "title": _("Moving"),
            "text": _("Arriving, leaving, changing address"),
            "page": None,
            "url": "https://example.org",
        }


class PopularSearchBlock(blocks.CharBlock):
    """A frequent search term. Pressing it starts the search."""

    class Meta:
        icon = "search"
        template = "home/blocks/word.html"
        preview_value = _("Certificate")
        description = _(
            "A popular search word. It is shown under the search and starts a search when pressed."
        )


class FooterLinkBlock(LinkBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=60)

    class Meta:
        icon = "link"
        label = _("Link")
        template = "home/blocks/footer_link.html"
        preview_value = {"title": _("Accessibility"), "page": None, "url": "https://example.org"}
        description = _("Links in the footer of every page to information that readers look for.")
