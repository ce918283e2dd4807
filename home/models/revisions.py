"""Snippets shown on many pages and edited in one place."""

from typing import Any

from django.db import models
from wagtail.log_actions import LogContext
from wagtail.models import PreviewableMixin, RevisionMixin


class RevisionedModel(RevisionMixin, models.Model):
    """A model that stores every version, because a change is public everywhere at once.

    The version before the first change is stored too.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and not self.latest_revision_id and kwargs.get("update_fields") is None:
            self._store_previous_content()
        super().save(*args, **kwargs)

    def _store_previous_content(self) -> None:
        before = type(self)._base_manager.filter(pk=self.pk).first()
        if before:
            with LogContext():  # no user did this; it is a separate entry of the history
                before.save_revision(clean=False, log_action=True)
            self.latest_revision = before.latest_revision


class ReusableSnippet(PreviewableMixin, RevisionedModel):
    """A part of pages with a preview in the admin."""

    piece: str  # the template of its block

    class Meta:
        abstract = True

    def get_preview_template(self, request, mode_name):
        return "home/reusable_snippet_preview.html"

    def get_preview_context(self, request, mode_name):
        return super().get_preview_context(request, mode_name) | {"piece": self.piece}
