from django.apps import AppConfig
from django.urls import register_converter
from django.utils.translation import gettext_lazy as _

from .secrets import SecretConverter


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = _("Site")

    def ready(self):
        from . import checks, receivers  # noqa: F401
        from .admin_exports import keep_formulas_out
        from .alerts import receivers as alerts  # noqa: F401
        from .headings import mark_headings
        from .slugs import spell_for_editors
        from .translating.faults import mark_each_text
        from .translating.labels import name_whole_ways, write_days_in_words

        register_converter(SecretConverter, "secret")
        write_days_in_words()
        name_whole_ways()
        mark_each_text()
        mark_headings()
        spell_for_editors()
        keep_formulas_out()
