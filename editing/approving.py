"""The last approval publishes as the button does: not what would fail a reader.

Wagtail runs no hook there. It names ``publish`` while its models load, so that nothing here imports them above.
"""


class FailsReaders(Exception):
    """A page that was to be published by an approval, with an error in it. Nothing was approved."""

    def __init__(self, page):
        super().__init__(f"page {page.pk} would fail its readers")
        self.page = page


def publish(workflow_state, user=None) -> None:
    """Publishes what was approved. Raises FailsReaders, which takes the approval back."""
    from wagtail.models import Page

    from .checks import reading, rules

    revision = workflow_state.content_object.get_latest_revision()
    draft = revision.as_object()
    if isinstance(draft, Page) and rules.of_gravity(rules.examine(reading.read(draft)), rules.ERROR):
        raise FailsReaders(draft)
    revision.publish(user=user)
