"""Blocks with pictures and videos."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from ..links import videos
from .base import TEXT_FEATURES, raise_block_errors


class PictureValue(blocks.StructValue):
    """A picture; ``shape`` marks small and tall ones, which a column of text must not enlarge."""

    LEAST = 480  # pixels of the smallest width that a column requests

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
        label=_("Description of the picture"),
        help_text=_(
            "Read aloud to people who cannot see it. Leave it empty only if the picture adds no information."
        ),
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
        label=_("Description of the picture"),
        help_text=_("Read aloud to people who cannot see it."),
    )


class GalleryBlock(blocks.ListBlock):
    """Pictures of equal size in rows; each opens enlarged."""

    def __init__(self, **options):
        super().__init__(GalleryPictureBlock(), **({"min_num": 2, "max_num": 24} | options))

    class Meta:
        icon = "image"
        label = _("Gallery")
        template = "home/blocks/gallery.html"
        preview_value = [{"image": None, "alt": ""}, {"image": None, "alt": ""}, {"image": None, "alt": ""}]
        description = _("Several pictures that belong together; each opens large.")


class VideoValue(blocks.StructValue):
    """An external video. The browser loads none of it before the visitor follows the link."""

    @property
    def video(self) -> videos.Video | None:
        return videos.parse_video_url(self.get("url") or "")


class VideoBlock(blocks.StructBlock):
    """A local picture and a link: the video host learns nothing of visitors who do not follow it."""

    url = blocks.URLBlock(
        label=_("Address of the video"), help_text=_("Copy it from the page that shows it.")
    )
    title = blocks.CharBlock(label=_("Description of the video"), max_length=120)
    length = blocks.CharBlock(
        required=False, default="", max_length=20, label=_("Length"), help_text=_("For example “2 min 30”.")
    )
    image = ImageChooserBlock(required=False, label=_("Picture"), help_text=_("A plain ground if empty."))
    transcript = blocks.RichTextBlock(
        required=False,
        default="",
        features=TEXT_FEATURES,
        label=_("Transcript"),
        help_text=_("For people who cannot hear or see it. It unfolds below."),
    )

    def clean(self, value):
        value = super().clean(value)
        if value.video is None:
            known = ", ".join(videos.HOST_NAMES)
            text = _(
                "Only single videos from these hosts are shown: {hosts}. For other hosts, put a link in "
                "a text."
            )
            raise_block_errors(url=text.format(hosts=known))
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
        description = _("A picture with a link to a video. No external content is loaded before the click.")
