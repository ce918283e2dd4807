from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EditingConfig(AppConfig):
    name = "news.editorial"
    label = "news_editorial"
    verbose_name = _("Editing")

    def ready(self):
        from . import (
            redirects,
            signal_handlers,  # noqa: F401
        )

        redirects.patch_redirect_creator()
