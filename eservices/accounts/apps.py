from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class AccountsConfig(AppConfig):
    name = "eservices.accounts"
    label = "eservices_accounts"
    verbose_name = _("Accounts")
    default = True

    def ready(self):
        from . import receivers  # noqa: F401


class StaffConfig(WagtailUsersAppConfig):
    """Wagtail's screens for people, which say what each group is for."""

    user_viewset = "eservices.accounts.staff.StaffViewSet"
