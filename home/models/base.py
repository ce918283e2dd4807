"""What every page of the site has."""

import re
from html import unescape

from django.db import models
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index

# Where one passage ends and the next begins.
BREAK = re.compile(r"</(?:p|li|h[1-6])>|<br\s*/?>")


class BasePage(Page):
    """A page of the commune: a title, a lead of one or two sentences, and how it is found and shared."""

    # What search calls it: the key of a kind in home.search.
    search_kind = "page"
    social_type = "website"

    lead = models.TextField(
        _("Lead"), blank=True, max_length=400, help_text=_("One or two sentences that give the answer.")
    )
    keywords = models.CharField(
        _("Also searched as"),
        blank=True,
        max_length=255,
        help_text=_("Words that people type and the page does not use, separated by commas."),
    )
    share_image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("Picture when shared"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    content_panels = [*Page.content_panels, FieldPanel("lead")]
    promote_panels = [
        *Page.promote_panels,
        MultiFieldPanel([FieldPanel("keywords"), FieldPanel("share_image")], _("Found and shared")),
    ]
    search_fields = [*Page.search_fields, index.SearchField("lead"), index.SearchField("keywords")]

    class Meta:
        abstract = True

    @property
    def description(self) -> str:
        """What search engines and social networks say about the page."""
        return self.search_description or self.lead

    @property
    def social_image(self):
        return self.share_image if self.share_image_id else None

    def search_text(self) -> str:
        """The words of the page that search looks through, without markup, a line per passage."""
        return "\n".join([self.lead, *stream_words(getattr(self, "body", None))]).strip()


def stream_words(stream) -> list[str]:
    """The passages of a StreamField, as plain text."""
    if not stream:
        return []
    passages = stream.stream_block.get_searchable_content(stream)
    return [unescape(strip_tags(BREAK.sub("\n", str(words)))).replace("|", ",") for words in passages]
