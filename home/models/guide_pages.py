"""Guides with steps, and places on a map."""

from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from ..blocks.base import TEXT_FEATURES
from ..blocks.content import ContentBlocks
from ..blocks.text import HeadingBlock
from ..fields import LiveStreamField
from ..formats.structured_data import drop_unknown
from ..maps import town_map_settings
from . import BasePage


class GuideStepBlock(blocks.StructBlock):
    """A step of a guide, with a link to where it is done."""

    title = blocks.CharBlock(label=_("What to do"), max_length=120)
    text = blocks.RichTextBlock(features=TEXT_FEATURES, required=False, default="", label=_("How"))
    page = blocks.PageChooserBlock(required=False, label=_("Page or service where it is done"))
    label = blocks.CharBlock(
        required=False,
        default="",
        max_length=80,
        label=_("Text of the link"),
        help_text=_("A verb: “Order a certificate”. The title of the page if empty."),
    )

    class Meta:
        icon = "list-ol"
        label = _("Step")


class GuidePage(BasePage):
    """A guide for a life situation, step by step. Each step has its own anchor."""

    page_description = _("A task, step by step.")
    steps = StreamField([("step", GuideStepBlock())], verbose_name=_("Steps"), blank=True, default=list)
    body = LiveStreamField(ContentBlocks(), verbose_name=_("After the steps"), blank=True, default=list)

    template = "home/guide_page.html"
    subpage_types = []
    content_panels = [*BasePage.content_panels, FieldPanel("steps"), FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("steps"), index.SearchField("body")]

    class Meta:
        verbose_name = _("guide with steps")
        verbose_name_plural = _("guides with steps")

    def search_text(self) -> str:
        steps = [f"{one.value['title']} {strip_tags(one.value['text'].source)}" for one in self.steps]
        return "\n".join([*steps, super().search_text()]).strip()

    def get_context(self, request, *args, **kwargs):
        return super().get_context(request, *args, **kwargs) | {"structured_data": self._structured_data()}

    def _structured_data(self) -> dict:
        steps = [
            {"@type": "HowToStep", "name": one.value["title"], "text": strip_tags(one.value["text"].source)}
            for one in self.steps
        ]
        return drop_unknown(
            {"@type": "HowTo", "name": self.title, "description": self.description, "step": steps}
        )


class PlaceBlock(blocks.StructBlock):
    """A place in the commune."""

    name = blocks.CharBlock(label=_("Name"), max_length=120)
    text = blocks.CharBlock(
        required=False, default="", max_length=250, label=_("Facilities, times and audience")
    )
    address = blocks.CharBlock(required=False, default="", max_length=160, label=_("Location of the place"))
    lat = blocks.FloatBlock(
        min_value=-90, max_value=90, label=_("Latitude"), help_text=_("As on maps, for example 46.4612.")
    )
    lon = blocks.FloatBlock(min_value=-180, max_value=180, label=_("Longitude"))
    page = blocks.PageChooserBlock(required=False, label=_("Page with more information"))

    class Meta:
        icon = "thumbtack"
        label = _("Place")


class PlacesPage(BasePage):
    """Places by subject, as a list and on a map that loads on demand."""

    menu_icon = "pin"
    page_description = _("Places on a map and as a list: playgrounds, fountains, defibrillators.")
    places = StreamField(
        [("heading", HeadingBlock()), ("place", PlaceBlock())],
        verbose_name=_("Places"),
        blank=True,
        default=list,
    )
    body = LiveStreamField(ContentBlocks(), verbose_name=_("After the places"), blank=True, default=list)

    template = "home/places_page.html"
    subpage_types = []
    content_panels = [*BasePage.content_panels, FieldPanel("places"), FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("places"), index.SearchField("body")]

    class Meta:
        verbose_name = _("places on a map")
        verbose_name_plural = _("places on a map")

    def search_text(self) -> str:
        words = ("name", "text", "address")
        found = [one.value for one in self.places if one.block_type == "place"]
        return "\n".join(
            [*(", ".join(filter(None, (v[w] for w in words))) for v in found), super().search_text()]
        )

    def get_context(self, request, *args, **kwargs):
        return super().get_context(request, *args, **kwargs) | {
            "subjects": self.subjects(),
            "map": town_map_settings(),
        }

    def subjects(self) -> list[tuple[str, list]]:
        """Return each heading with its places; places before the first heading have the heading ""."""
        found: list[tuple[str, list]] = []
        for block in self.places:
            if block.block_type == "heading":
                found.append((block.value, []))
            else:
                found = found or [("", [])]
                found[-1][1].append(block.value)
        return [(heading, places) for heading, places in found if places]
