"""The commune's settings of the newsletter."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from eservices.accounts.fields import EmailAddressField
from home.validators import validate_no_control


@register_setting(icon="mail")
class NewsletterSettings(BaseGenericSetting):
    """Name, reply address and statistics of the newsletter."""

    name = models.CharField(
        _("name of the newsletter"),
        max_length=80,
        blank=True,
        validators=[validate_no_control],  # it is in a header of every e-mail
        help_text=_("For example “The Thursday letter”."),
    )
    reply_to = EmailAddressField(
        _("answers go to"), blank=True, help_text=_("If empty, the commune’s address.")
    )
    count_openings = models.BooleanField(
        _("count how often letters are opened"),
        default=False,
        help_text=_(
            "Counts how often the newsletter is opened, but not by whom. The newsletter informs its "
            "readers about this. Many e-mail programs open it automatically or never, so the number "
            "is not precise."
        ),
    )

    panels = [FieldPanel("name"), FieldPanel("reply_to"), FieldPanel("count_openings")]

    class Meta:
        verbose_name = _("Newsletter")
