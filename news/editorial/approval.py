"""Publishing at the end of an approval, with the same checks as the publish button.

Errors prevent it, and warnings must be confirmed. Wagtail calls no hook there. Its models import this module while
they load (``WAGTAIL_FINISH_WORKFLOW_ACTION``), therefore models are imported inside the function.
"""


class ConfirmationRequired(Exception):
    """The approval would publish a page with errors or unconfirmed warnings. Nothing was approved."""

    def __init__(self, task_state):
        super().__init__(f"approval {task_state.pk} asks first")
        self.task_state = task_state


def publish_approved(workflow_state, user=None) -> None:
    """Publish what was approved. Raise ConfirmationRequired, which rolls the approval back."""
    from wagtail.models import Page, TaskState

    from home.publication.publish_checks import publish_blockers

    from . import page_reader
    from .actions import publishing
    from .content_checks import rules

    revision = workflow_state.content_object.get_latest_revision()
    draft = revision.as_object()
    if isinstance(draft, Page):
        found = rules.run_rules(page_reader.read_page(draft))
        warned = rules.filter_by_gravity(
            found, rules.WARNING
        ) and not publishing.is_confirmed_despite_warnings(revision)
        # If another app blocks publishing, it reports that when the page is published: there is nothing to confirm.
        if rules.filter_by_gravity(found, rules.ERROR) or (warned and not publish_blockers(draft)):
            raise ConfirmationRequired(TaskState.objects.get(pk=workflow_state.current_task_state_id))
    revision.publish(user=user)
