from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipationConfig(AppConfig):
    name = "news.participation"
    label = "news_participation"
    verbose_name = _("Participation")

    def ready(self):
        from . import signal_handlers  # noqa: F401
