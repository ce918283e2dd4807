"""The admin view of the register's state, and its menu item."""

from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from eservices.cases import access as cases

from .admin_views import HealthView

urls = ([path("", HealthView.as_view(), name="health")], "register")


class RegisterMenuItem(MenuItem):
    """The menu item, for agents."""

    def is_shown(self, request):
        return cases.is_agent(request.user)


@hooks.register("register_reports_menu_item")
def register_menu_item():
    return RegisterMenuItem(
        _("Register"), reverse("register:health"), name="register", icon_name="group", order=900
    )


@hooks.register("register_admin_urls")
def register_urls():
    return [path("register/", include(urls))]
