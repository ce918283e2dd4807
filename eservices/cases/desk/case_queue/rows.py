"""Rows and columns of the case queue, as HTML.

Cells are built here and not in a template: there, fifty rows of six cells took a sixth of the page's time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from home.appearance.icons import svg_icon

from ...event_labels import event_label
from ...models import Case
from .. import badges
from ..badges import StatusBadge


@dataclass(frozen=True)
class QueueColumn:
    """A column of the queue.

    ``css``: its classes, which also set from which screen width it is shown. ``needs``: the relation that its cell
    reads.
    """

    label: str | Promise
    css: str
    cell: Callable[["QueueRow"], str]
    fixed: bool = False  # always shown
    needs: str = ""


@dataclass(frozen=True)
class QueueRow:
    """A case in the queue with the ``columns`` that the agent chose. ``group``: the key of its group."""

    case: Case
    group: str
    name: str
    due: StatusBadge
    age: str
    sign: StatusBadge
    service: str
    columns: Sequence[QueueColumn]

    @property
    def cells(self) -> SafeString:
        """The cells for deadline and age, and for the columns."""
        cells = _cells("due-c", *(column.css for column in self.columns))
        return format_html(
            cells, _due_cell(self.due, self.age), *(column.cell(self) for column in self.columns)
        )


@cache
def _cells(*css: str) -> str:
    """Return the template of the cells with these classes."""
    return "".join(f'<td class="{each}">{{}}</td>' for each in css)


@lru_cache(1_000)  # few different values occur in fifty rows
def _badge(css: str, sign: StatusBadge) -> SafeString:
    shape = svg_icon(sign.icon) if sign.icon else ""
    return format_html('<span class="{} {}">{}{}</span>', css, sign.tone, shape, sign.word)


@lru_cache(1_000)
def _due_cell(due: StatusBadge, age: str) -> SafeString:
    return format_html("{}<small>{}</small>", _badge("due", due), age) if age else _badge("due", due)


def _person(row: QueueRow) -> SafeString:
    """Return the link to the case. Its URL is relative to the queue's."""
    reference = row.case.reference
    return format_html(
        '<a href="{}/">{}</a>{}<small class="only-narrow">{}</small>',
        reference,
        row.name or reference,
        _lock(row.case),
        row.service,
    )


def _lock(case: Case) -> str:
    """Return the mark of a case whose address is protected or not screened yet; "" for others."""
    if not case.protected:
        return ""
    label = _("not screened yet") if case.unscreened else _("protected address")
    return format_html(' <span class="st bad">{}{}</span>', svg_icon("lock"), label)


def _agent(row: QueueRow) -> str:
    if row.case.assignee_id:
        return str(row.case.assignee)
    return "" if row.case.closed_at else _("to take")


def _last_event_text(row: QueueRow) -> str:
    if not row.case.last_kind:
        return ""
    at = timezone.localtime(row.case.last_at)
    return f"{event_label(row.case.last_kind)}, {at.day}.{at:%m}."


COLUMNS = {
    "reference": QueueColumn(gettext_lazy("Ref."), "x1 num", lambda row: row.case.reference),
    "person": QueueColumn(gettext_lazy("Person"), "who-c", _person, fixed=True),
    "service": QueueColumn(gettext_lazy("Service"), "x1", lambda row: row.service),
    "state": QueueColumn(gettext_lazy("State"), "st-c", lambda row: _badge("st", row.sign), fixed=True),
    "agent": QueueColumn(gettext_lazy("Agent"), "x2", _agent),
    "last": QueueColumn(gettext_lazy("Last"), "x3 soft", _last_event_text),
    "received": QueueColumn(
        gettext_lazy("Received"),
        "x2 num",
        lambda row: badges.format_short_day(timezone.localtime(row.case.opened_at)),
    ),
    "team": QueueColumn(gettext_lazy("Team"), "x3", lambda row: str(row.case.team), needs="team"),
    "tags": QueueColumn(
        gettext_lazy("Tags"),
        "x2",
        lambda row: ", ".join(tag.name for tag in row.case.tags.all()),
        needs="tags",
    ),
    "channel": QueueColumn(
        gettext_lazy("Channel"), "x3", lambda row: row.case.submission.get_channel_display()
    ),
}
CHOICES = [(key, column.label) for key, column in COLUMNS.items() if not column.fixed]
DEFAULT_COLUMNS = ("reference", "service", "agent", "last")


def chosen_columns(chosen: Iterable[str]) -> list[QueueColumn]:
    """Return the columns that an agent chose, in the order of the queue."""
    return [column for key, column in COLUMNS.items() if column.fixed or key in chosen]
