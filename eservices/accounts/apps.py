from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class AccountsConfig(AppConfig):
    name = "eservices.accounts"
    label = "eservices_accounts"
    verbose_name = _("Accounts")
    default = True

    def ready(self):
        from django.contrib.auth.models import Group

        from . import signal_handlers  # noqa: F401
        from .roles import role_label

        Group.__str__ = role_label  # in all of Wagtail's admin views: users, approval tasks, page privacy


class StaffConfig(WagtailUsersAppConfig):
    """Wagtail's admin of users and groups, with a description of each group."""

    group_viewset = "eservices.accounts.viewsets.StaffGroupViewSet"
    user_viewset = "eservices.accounts.viewsets.StaffViewSet"
