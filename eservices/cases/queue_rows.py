"""A row of the queue and the columns it shows, as HTML.

The cells are put together here and not in a template: there, fifty rows of six took a sixth of the page's time.
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

from home.templatetags.commune import icon

from . import desk
from .case_events import label_of
from .desk import Sign
from .models import Case


@dataclass(frozen=True)
class Column:
    """A column of the queue. ``css`` says how it looks and how wide the screen must be, ``needs`` what its cell is made
    from beside the case."""

    label: str | Promise
    css: str
    cell: Callable[["Row"], str]
    fixed: bool = False  # shown whatever the agent chose
    needs: str = ""


@dataclass(frozen=True)
class Row:
    """A case as the queue shows it in the ``columns`` that an agent chose. ``group`` is the key of where it stands."""

    case: Case
    group: str
    name: str
    due: Sign
    age: str
    sign: Sign
    service: str
    columns: Sequence[Column]

    @property
    def cells(self) -> SafeString:
        """Its deadline and its age, and what its columns show."""
        cells = _cells("due-c", *(column.css for column in self.columns))
        return format_html(cells, _when(self.due, self.age), *(column.cell(self) for column in self.columns))


@cache
def _cells(*css: str) -> str:
    """The cells of these classes, to be filled."""
    return "".join(f'<td class="{each}">{{}}</td>' for each in css)


@lru_cache(1_000)  # fifty rows show the same few
def _marked(css: str, sign: Sign) -> SafeString:
    shape = icon(sign.icon) if sign.icon else ""
    return format_html('<span class="{} {}">{}{}</span>', css, sign.tone, shape, sign.word)


@lru_cache(1_000)
def _when(due: Sign, age: str) -> SafeString:
    return format_html("{}<small>{}</small>", _marked("due", due), age) if age else _marked("due", due)


def _person(row: Row) -> SafeString:
    """Leads to the case, by an address relative to the queue's."""
    reference = row.case.reference
    return format_html(
        '<a href="{}/">{}</a>{}<small class="only-narrow">{}</small>',
        reference,
        row.name or reference,
        _lock(row.case),
        row.service,
    )


def _lock(case: Case) -> str:
    """Marks a case about somebody whose address is protected, or may be."""
    if not case.protected:
        return ""
    said = _("not screened yet") if case.unscreened else _("protected address")
    return format_html(' <span class="st bad">{}{}</span>', icon("lock"), said)


def _agent(row: Row) -> str:
    if row.case.assignee_id:
        return str(row.case.assignee)
    return "" if row.case.closed_at else _("to take")


def _last(row: Row) -> str:
    if not row.case.last_kind:
        return ""
    at = timezone.localtime(row.case.last_at)
    return f"{label_of(row.case.last_kind)}, {at.day}.{at:%m}."


COLUMNS = {
    "reference": Column(gettext_lazy("Ref."), "x1 num", lambda row: row.case.reference),
    "person": Column(gettext_lazy("Person"), "who-c", _person, fixed=True),
    "service": Column(gettext_lazy("Service"), "x1", lambda row: row.service),
    "state": Column(gettext_lazy("State"), "st-c", lambda row: _marked("st", row.sign), fixed=True),
    "agent": Column(gettext_lazy("Agent"), "x2", _agent),
    "last": Column(gettext_lazy("Last"), "x3 soft", _last),
    "received": Column(
        gettext_lazy("Received"),
        "x2 num",
        lambda row: desk.short_day(timezone.localtime(row.case.opened_at)),
    ),
    "team": Column(gettext_lazy("Team"), "x3", lambda row: str(row.case.team), needs="team"),
    "tags": Column(
        gettext_lazy("Tags"),
        "x2",
        lambda row: ", ".join(tag.name for tag in row.case.tags.all()),
        needs="tags",
    ),
    "channel": Column(gettext_lazy("Channel"), "x3", lambda row: row.case.submission.get_channel_display()),
}
CHOICES = [(key, column.label) for key, column in COLUMNS.items() if not column.fixed]
USUAL = ("reference", "service", "agent", "last")


def columns_of(chosen: Iterable[str]) -> list[Column]:
    """The columns that an agent chose, in the order of the queue."""
    return [column for key, column in COLUMNS.items() if column.fixed or key in chosen]
