"""The last approval publishes as the button does: what would fail a reader not at all, what warns after a question.

Wagtail runs no hook there. It names ``publish`` while its models load, so that nothing here imports them above.
"""


class AsksFirst(Exception):
    """An approval was to publish a page in which the checks find more than advice. Nothing was approved."""

    def __init__(self, task_state):
        super().__init__(f"approval {task_state.pk} asks first")
        self.task_state = task_state


def publish(workflow_state, user=None) -> None:
    """Publishes what was approved. Raises AsksFirst, which takes the approval back."""
    from wagtail.models import Page, TaskState

    from home.page_hindrances import hindrances_of

    from .actions import publishing
    from .checks import reading, rules

    revision = workflow_state.content_object.get_latest_revision()
    draft = revision.as_object()
    if isinstance(draft, Page):
        found = rules.examine(reading.read(draft))
        warned = rules.of_gravity(found, rules.WARNING) and not publishing.is_wanted_anyway(revision)
        # What an app above refuses it says itself as the page is published: there is nothing to ask before.
        if rules.of_gravity(found, rules.ERROR) or (warned and not hindrances_of(draft)):
            raise AsksFirst(TaskState.objects.get(pk=workflow_state.current_task_state_id))
    revision.publish(user=user)
