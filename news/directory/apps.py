from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "news.directory"
    label = "news_directory"
    verbose_name = _("Directory")

    def ready(self):
        from . import signal_handlers  # noqa: F401
