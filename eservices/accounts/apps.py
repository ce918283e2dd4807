from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "eservices.accounts"
    label = "eservices_accounts"
    verbose_name = _("Accounts")

    def ready(self):
        from . import receivers  # noqa: F401
