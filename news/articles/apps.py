from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    name = "news.articles"
    label = "news_articles"
    verbose_name = _("News")

    def ready(self):
        from . import signal_handlers  # noqa: F401
