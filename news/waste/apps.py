from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WasteConfig(AppConfig):
    name = "news.waste"
    label = "news_waste"
    verbose_name = _("Waste")
