"""Secret addresses under which staff subscribe to the calendar of a resource."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from home.web.secret_links import secret_field

from .resources import Resource


class CalendarLink(models.Model):
    """The secret address of a resource's calendar, open to anybody who knows it. A new secret replaces it."""

    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, related_name="calendar_link")
    secret = secret_field()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("secret calendar address")
        verbose_name_plural = _("secret calendar addresses")

    def __str__(self) -> str:
        return str(self.resource)
