from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "eservices.cases"
    label = "eservices_cases"
    verbose_name = _("Cases")

    def ready(self):
        from eservices.deliveries.access import require_filter, withhold_recipients

        from . import (
            case_deliveries,
            checks,  # noqa: F401
            signal_handlers,  # noqa: F401
        )

        require_filter("case", case_deliveries.readable_case_deliveries)
        withhold_recipients(case_deliveries.protected_addresses)
