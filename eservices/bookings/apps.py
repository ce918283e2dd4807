from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BookingsConfig(AppConfig):
    name = "eservices.bookings"
    label = "eservices_bookings"
    verbose_name = _("Bookings")

    def ready(self):
        from . import signal_handlers  # noqa: F401
