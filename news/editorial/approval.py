"""The last approval publishes as the button does: what would fail a reader not at all, what warns after a question.

Wagtail runs no hook there. It names ``publish`` while its models load, so that nothing here imports them above.
"""


class ConfirmationRequired(Exception):
    """An approval was to publish a page in which the checks find more than advice. Nothing was approved."""

    def __init__(self, task_state):
        super().__init__(f"approval {task_state.pk} asks first")
        self.task_state = task_state


def publish_approved(workflow_state, user=None) -> None:
    """Publishes what was approved. Raises AsksFirst, which takes the approval back."""
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
        # What an app above refuses it says itself as the page is published: there is nothing to ask before.
        if rules.filter_by_gravity(found, rules.ERROR) or (warned and not publish_blockers(draft)):
            raise ConfirmationRequired(TaskState.objects.get(pk=workflow_state.current_task_state_id))
    revision.publish(user=user)
