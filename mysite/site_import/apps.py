from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SiteImportConfig(AppConfig):
    name = "mysite.site_import"
    label = "mysite_site_import"
    verbose_name = _("Import of an old site")
