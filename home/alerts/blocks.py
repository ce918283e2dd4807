"""Blocks of an alert, one per language. All languages are edited and published together."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from wagtail import blocks

from ..blocks.base import TEXT_FEATURES
from ..formats import sms
from .phone_text import as_sms

MAX_MESSAGES = 3  # messages per phone number that an alert may cost


class SMSBlock(blocks.TextBlock):
    """A text for SMS, with a live counter in the editor and a limit when it is saved."""

    @cached_property
    def field(self):
        frame = {"data-sms-length-frame": as_sms("%s")}
        widget = forms.Textarea(attrs={"rows": 3, "data-controller": "sms-length"} | frame)
        return forms.CharField(widget=widget, **self.field_options)

    def clean(self, value):
        value = super().clean(value)
        length = sms.measure_sms(as_sms(value)) if value else sms.measure_sms("")
        if length.messages > MAX_MESSAGES:
            text = ngettext(
                "{places} characters in {alphabet} make {messages} message. At most {most}.",
                "{places} characters in {alphabet} make {messages} messages. At most {most}.",
                length.messages,
            )
            raise ValidationError(text.format(most=MAX_MESSAGES, **vars(length)))
        return value


class AlertTextBlock(blocks.StructBlock):
    """An alert in one language."""

    title = blocks.CharBlock(label=_("Description of the situation"), max_length=120)
    text = blocks.CharBlock(
        required=False, default="", label=_("Place, end and instructions"), max_length=240
    )
    details = blocks.RichTextBlock(
        required=False,
        default="",
        features=TEXT_FEATURES,
        label=pgettext_lazy("details", "More"),
        help_text=_("Shown on the page of alerts. The banner links to it."),
    )
    link_text = blocks.CharBlock(
        required=False,
        default="",
        max_length=60,
        label=_("Text of the link"),
        help_text=_("“What to do?” if empty."),
    )
    sms = SMSBlock(
        required=False,
        default="",
        label=_("Text for SMS"),
        help_text=_(
            "If empty, the level, title and text. The name of the commune and a link are added. "
            "Accents such as ê or ç make it longer to send."
        ),
    )

    class Meta:
        icon = "warning"


class AlertTranslationsBlock(blocks.StreamBlock):
    """The languages of an alert: at least one, each at most once."""

    def __init__(self, local_blocks=None, **options):
        languages = [(code, AlertTextBlock(label=name)) for code, name in settings.LANGUAGES]
        once = {code: {"max_num": 1} for code, _name in settings.LANGUAGES}
        super().__init__([*languages, *(local_blocks or [])], **({"block_counts": once} | options))

    class Meta:
        min_num = 1


class AlertSectionsBlock(blocks.StreamBlock):
    page = blocks.PageChooserBlock(label=_("Section"))
