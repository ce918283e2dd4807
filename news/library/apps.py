from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LibraryConfig(AppConfig):
    name = "news.library"
    label = "news_library"
    verbose_name = _("Library")

    def ready(self):
        from . import signal_handlers  # noqa: F401
