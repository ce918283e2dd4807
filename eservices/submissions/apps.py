from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    name = "eservices.submissions"
    label = "eservices_submissions"
    verbose_name = _("Submissions")

    def ready(self):
        from . import checks  # noqa: F401
