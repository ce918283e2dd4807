from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountingConfig(AppConfig):
    name = "eservices.connectors.accounting"
    label = "eservices_accounting"
    verbose_name = _("Accounting")

    def ready(self):
        from . import checks  # noqa: F401
