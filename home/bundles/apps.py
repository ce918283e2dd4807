from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BundlesConfig(AppConfig):
    name = "home.bundles"
    label = "home_bundles"
    verbose_name = _("bundle")
