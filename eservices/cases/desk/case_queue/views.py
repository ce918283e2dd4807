"""Views of the case queue: list, next case, saved views, layout and export."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BoundField
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from home.admin.action_views import action_view
from home.exceptions import ActionRefused
from home.web.downloads import table_download

from ... import access, actions
from ...models import Case, CaseQuerySet, QueueLayout, SavedView
from ..base import AgentDeskView, agents_only, back_to_queue
from ..mailroom import access as mailroom
from . import exports, queries
from .answer_columns import AnswerColumns
from .filters import FilterChoices, QueueFilterForm
from .forms import LayoutForm, SaveViewForm, ticked_references
from .queries import format_count
from .rows import DEFAULT_COLUMNS, QueueColumn, QueueRow, chosen_columns

PAGE = 50
IF_ANY = ("view:confirm", "view:rehearsals")  # views without a tab while they are empty
MAX_SAVED_VIEWS = 20  # most saved views with a tab
MAX_QUERY_LENGTH = SavedView._meta.get_field("query").max_length


class QueueView(AgentDeskView):
    """The cases of the agent's teams, the most urgent first; search results by relevance."""

    template_name = "cases/desk/case_queue/queue.html"
    page_title = gettext_lazy("Cases")

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items()[:-1], {"url": "", "label": _("Cases")}]

    def get_context_data(self, **kwargs):
        user, now = self.request.user, timezone.now()
        choices = FilterChoices(user)
        form = QueueFilterForm(self.request.GET, choices=choices)
        found, q = form.narrow(access.cases_for(user), now), form.cleaned_data.get("q", "")
        layout = QueueLayout.objects.filter(user=user).first() or QueueLayout(columns=list(DEFAULT_COLUMNS))
        columns = chosen_columns(layout.columns)
        page = _page(found, q, _number(self.request.GET.get("p")), columns)
        tabs = _tabs(form, choices, now)
        rows = queries.render_rows(page.cases, now, choices.services, columns)
        parts = {tab.key: tab.cases for tab in tabs} | {
            "letters": mailroom.letters_for(user).to_print(),
            "unscreened": access.unscreened_for(user),
        }
        sizes = _sizes(parts, found, page, [] if q else rows, now)
        self.request.waiting = {"cases": sizes["view:team"], "letters": sizes["letters"]}  # read by the menu
        return super().get_context_data(
            form=form,
            q=q,
            filters=[form[name] for name in QueueFilterForm.FIRST],
            more=_collapsed_filters(form, choices),
            tabs=_visible_tabs(tabs, sizes),
            headline=_result_text(q, sizes["found"]) if q else _headline(sizes),
            unscreened=sizes["unscreened"],
            page=page,
            total=format_count(sizes["found"]),
            groups=[("", rows)] if q and rows else queries.group_rows(rows, now, sizes),
            columns=columns,
            ticked=ticked_references(self.request.GET),
            width=len(columns) + 2,
            dense=layout.dense,
            layout=LayoutForm(initial={"columns": layout.columns, "dense": layout.dense}),
            choices=choices,
            save=SaveViewForm(teams=choices.teams, initial={"query": form.query}),
            saved=_deletable_view(form, choices, tabs),
            **kwargs,
        )


def _collapsed_filters(form: QueueFilterForm, choices: FilterChoices) -> list[BoundField]:
    """Return the collapsed filters: those with more than one choice, and those on answers of the service."""
    idle = {"team": len(choices.teams) < 2, "tag": not choices.tags}
    return [form[name] for name in QueueFilterForm.MORE if not idle.get(name)] + form.fields_of_answers()


# -- Tabs, pages and counts ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class QueueTab:
    """A view of the queue, built-in or saved."""

    key: str
    label: str
    query: str
    cases: CaseQuerySet
    current: bool


def _tabs(form: QueueFilterForm, choices: FilterChoices, now: datetime) -> list[QueueTab]:
    mine = access.cases_for(choices.user)
    saved = [
        (view, QueueFilterForm(QueryDict(view.query), choices=choices))
        for view in access.saved_views_for(choices.user)[:MAX_SAVED_VIEWS]
    ]
    saved_tabs = [
        QueueTab(
            f"saved:{view.pk}",
            view.name,
            one.query,
            one.narrow(mine, now),
            one.query == form.query,
        )
        for view, one in saved
    ]
    plain = not any(tab.current for tab in saved_tabs)
    ready = [
        QueueTab(f"view:{key}", label, f"view={key}", mine.filter(condition), plain and key == form.chosen)
        for key, (label, condition) in queries.ready_made_views(choices.user, now).items()
    ]
    return [*ready, *saved_tabs]


def _deletable_view(form: QueueFilterForm, choices: FilterChoices, tabs: list[QueueTab]) -> SavedView | None:
    """Return the shown saved view if the agent may delete it; else None.

    Makes no query if all saved views have a tab and none of them is current.
    """
    saved_tabs = [tab for tab in tabs if tab.key.startswith("saved:")]
    if len(saved_tabs) < MAX_SAVED_VIEWS and not any(tab.current for tab in saved_tabs):
        return None
    return access.saved_views_for(choices.user, "change").filter(query=form.query).first()


def _visible_tabs(tabs: list[QueueTab], sizes: dict[str, int]) -> list[dict]:
    """Return the tabs with their size; those of ``IF_ANY`` only if they are not empty."""
    return [
        {
            "label": tab.label,
            "query": tab.query,
            "current": tab.current,
            "size": format_count(sizes[tab.key]),
            "size_tone": tab.key == "view:overdue" and sizes[tab.key],
        }
        for tab in tabs
        if tab.key not in IF_ANY or tab.current or sizes[tab.key]
    ]


@dataclass(frozen=True)
class ListPage:
    """A page of a long list. ``count``: the length of the list if it is known; else None."""

    number: int
    cases: list[Case]
    more: bool
    count: int | None

    @property
    def start(self) -> int:
        return (self.number - 1) * PAGE + 1

    @property
    def end(self) -> int:
        return (self.number - 1) * PAGE + len(self.cases)

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1 if self.more else 0


def _sizes(
    parts: dict[str, QuerySet], found: CaseQuerySet, page: ListPage, shown: list[QueueRow], now: datetime
) -> dict[str, int]:
    """Return the sizes of ``parts``, of the shown groups, and of ``found``, with one query.

    Sizes that ``page`` already contains are not counted again.
    """
    known = _complete_group_sizes(page, shown, now) | ({} if page.count is None else {"found": page.count})
    wanted = {row.group for row in shown} | ({"late", "today"} if shown else set())
    groups = {
        key: found.filter(one) for key, (_label, one) in queries.deadline_groups(now).items() if key in wanted
    }
    parts = parts | groups | {"found": found}
    return known | queries.count_each({key: part for key, part in parts.items() if key not in known})


def _complete_group_sizes(page: ListPage, shown: list[QueueRow], now: datetime) -> dict[str, int]:
    """Return the sizes of the groups that the first page shows completely, including empty ones."""
    if page.number > 1 or not shown:
        return {}
    order, sizes = list(queries.deadline_groups(now)), Counter(row.group for row in shown)
    end = order.index(shown[-1].group) if page.more else len(order)
    return {key: sizes[key] for key in order[:end]}


def _number(asked: str | None) -> int:
    """Return the requested page number; 1 if it is invalid."""
    return max(1, int(asked)) if asked and asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def _page(found: CaseQuerySet, words: str, number: int, columns: Sequence[QueueColumn]) -> ListPage:
    """Return the page: cases by urgency, search results by relevance.

    Too many search results are ordered by date.
    """
    if not words:
        # A later page needs the count to know whether it exists; the first is counted with the other sizes.
        count = queries.count_each({"found": found})["found"] if number > 1 else None
        return _slice_page(queries.with_row_data(found.by_urgency(), columns), number, count)
    keys = queries.search_ids(found, words)
    if len(keys) > queries.MAX_COUNT:
        return _slice_page(queries.with_row_data(found.newest_first(), columns), number, len(keys))
    page = _slice_page(keys, number, len(keys))
    shown = queries.with_row_data(found.filter(pk__in=page.cases), columns)
    return replace(page, cases=queries.order_by_ids(shown, page.cases))


def _slice_page(whole: Sequence | CaseQuerySet, number: int, count: int | None) -> ListPage:
    """Return page ``number`` of ``whole``, or the last counted page.

    Pages continue beyond ``MAX_COUNT``, where counting stops.
    """
    if count is not None and count <= queries.MAX_COUNT:
        number = min(number, max(1, -(-count // PAGE)))
    found = list(whole[(number - 1) * PAGE : number * PAGE + 1])
    return ListPage(number, found[:PAGE], len(found) > PAGE, count)


def _result_text(words: str, count: int) -> str:
    return _("Cases with “%(q)s”: %(total)s") % {"q": words, "total": format_count(count)}


def _headline(sizes: dict[str, int]) -> str:
    if sizes.get("late") or sizes.get("today"):
        late, today = (format_count(sizes[key]) for key in ("late", "today"))
        return _("%(late)s late, %(today)s for today") % {"late": late, "today": today}
    if sizes.get("view:overdue"):  # late cases outside of this list
        return _("No case in this list is late or due today")
    return _("No case is late or due today")


# -- Actions on the list -------------------------------------------------------------------------------------
@require_POST
@agents_only
def take_next(request):
    """Assign the most urgent unassigned case to the agent and open it."""
    case = actions.take_next(actor=request.user, cases=access.cases_for(request.user, "take"))
    if case is None:
        messages.info(request, _("There are no cases left to take."))
        return redirect("cases:queue")
    messages.success(request, _("The case is yours."))
    return redirect("cases:case", case.reference)


@action_view(back_to_queue)
@agents_only
def save_view(request):
    """Save the current filters as a view."""
    choices = FilterChoices(request.user)
    form = SaveViewForm(request.POST, teams=choices.teams)
    if not form.is_valid():
        raise ActionRefused(_("Enter a name for the view, up to 40 characters."))
    form.instance.query = QueueFilterForm(QueryDict(form.cleaned_data["query"]), choices=choices).query
    if len(form.instance.query) > MAX_QUERY_LENGTH:
        raise ActionRefused(_("There are too many filters for a view. Remove some."))
    view = actions.save_view(actor=request.user, view=form.instance)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return redirect(f"{reverse('cases:queue')}?{view.query}")


@action_view("cases:queue")
@agents_only
def delete_view(request, pk) -> str:
    view = access.saved_view_for(request.user, pk)
    actions.delete_view(actor=request.user, view=view)
    return _("The view “%(name)s” is deleted. Its cases are not deleted.") % {"name": view.name}


@action_view(back_to_queue)
@agents_only
def save_layout(request) -> str:
    """Save the columns and the row density that the agent chose."""
    form = LayoutForm(request.POST)
    if form.is_valid():
        actions.save_queue_layout(actor=request.user, **form.cleaned_data)
    return ""


@require_safe
@agents_only
def export_queue(request, kind):
    """Export the filtered list as CSV or XLSX, with answers if it is filtered to one service."""
    now = timezone.now()
    choices = FilterChoices(request.user)
    form = QueueFilterForm(request.GET, choices=choices)
    found = form.narrow(access.cases_for(request.user), now)
    answers, taken = None, {}
    if asked := form.definition:
        answers = AnswerColumns(asked, get_language() or "fr", request.user)
        taken = {"answers_of": asked.title(answers.language), "cases": found.count()}
    actions.log_export(actor=request.user, query=form.query, kind=kind, **taken)
    columns, table = (
        exports.export_header(answers),
        exports.export_rows(found.by_urgency(), choices.services, answers),
    )
    return table_download(kind, _("Cases"), columns, table, _("cases"))
