from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgendaConfig(AppConfig):
    name = "news.agenda"
    label = "news_agenda"
    verbose_name = _("Agenda")

    def ready(self):
        from . import signal_handlers  # noqa: F401
