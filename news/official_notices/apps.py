from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfficialNoticesConfig(AppConfig):
    name = "news.official_notices"
    label = "news_official_notices"
    verbose_name = _("Official notices")

    def ready(self):
        from . import signal_handlers  # noqa: F401
