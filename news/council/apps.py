from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouncilConfig(AppConfig):
    name = "news.council"
    label = "news_council"
    verbose_name = _("Council")
