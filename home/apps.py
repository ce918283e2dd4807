from django.apps import AppConfig
from django.core.signals import request_finished
from django.tasks.signals import task_enqueued, task_finished, task_started
from django.urls import register_converter
from django.utils.translation import gettext_lazy as _

from .web.secret_links import SecretConverter


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = _("Site")

    def ready(self):
        from . import (
            checks,  # noqa: F401
            signal_handlers,  # noqa: F401
        )
        from .admin.exports import keep_formulas_out
        from .admin.headings import patch_admin_headings
        from .extensions import checks as extension_checks  # noqa: F401
        from .images.avatar_form import patch_avatar_form
        from .localization.slugs import patch_admin_slugs
        from .runtime.log_context import begin_task, end_task
        from .runtime.outages import end_finished_outages
        from .scheduling.task_queues import notify_workers
        from .translation.segment_errors import patch_segment_errors
        from .translation.segment_labels import patch_segment_labels, patch_translation_dates

        register_converter(SecretConverter, "secret")
        request_finished.connect(end_finished_outages)
        task_enqueued.connect(notify_workers)
        task_started.connect(begin_task)
        task_finished.connect(end_task)
        patch_translation_dates()
        patch_segment_labels()
        patch_segment_errors()
        patch_admin_headings()
        patch_avatar_form()
        patch_admin_slugs()
        keep_formulas_out()
