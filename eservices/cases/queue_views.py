"""The queue on the agents' desk: the list, the next case, views kept under a name, the list as a file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BoundField
from django.http import QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from home.downloads import download, of_today
from home.spreadsheets import csv_lines

from . import access, actions, exports, queue
from .answer_columns import AnswerColumns
from .filters import Choices, FilterForm
from .models import Case, CaseQuerySet, QueueLayout, SavedView
from .postroom import access as postroom
from .queue import number_words
from .queue_forms import LayoutForm, SaveViewForm, ticked
from .queue_rows import USUAL, Column, Row, columns_of
from .views import DeskView, agents_only, back_to_queue

PAGE = 50
IF_ANY = ("view:confirm", "view:rehearsals")  # views that are no tab while they are empty
MOST_SAVED = 20  # saved views that one agent is offered
LONGEST_QUERY = SavedView._meta.get_field("query").max_length


class QueueView(DeskView):
    """The cases of the agent's teams, the most urgent first; those that a search finds, the best fit first."""

    template_name = "cases/queue.html"
    page_title = gettext_lazy("Cases")

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items()[:-1], {"url": "", "label": _("Cases")}]

    def get_context_data(self, **kwargs):
        user, now = self.request.user, timezone.now()
        choices = Choices(user)
        form = FilterForm(self.request.GET, choices=choices)
        found, q = form.narrow(access.cases_for(user), now), form.cleaned_data.get("q", "")
        layout = QueueLayout.objects.filter(user=user).first() or QueueLayout(columns=list(USUAL))
        columns = columns_of(layout.columns)
        page = _page(found, q, _number(self.request.GET.get("p")), columns)
        tabs = _tabs(form, choices, now)
        rows = queue.drawn(page.cases, now, choices.services, columns)
        parts = {tab.key: tab.cases for tab in tabs} | {
            "letters": postroom.letters_for(user).to_print(),
            "unscreened": access.unscreened_for(user),
        }
        sizes = _sizes(parts, found, page, [] if q else rows, now)
        self.request.waiting = {"cases": sizes["view:team"], "letters": sizes["letters"]}  # for the menu
        return super().get_context_data(
            form=form,
            q=q,
            filters=[form[name] for name in FilterForm.FIRST],
            more=_more(form, choices),
            tabs=_offered(tabs, sizes),
            headline=_found(q, sizes["found"]) if q else _headline(sizes),
            unscreened=sizes["unscreened"],
            page=page,
            total=number_words(sizes["found"]),
            groups=[("", rows)] if q and rows else queue.grouped(rows, now, sizes),
            columns=columns,
            ticked=ticked(self.request.GET),
            width=len(columns) + 2,
            dense=layout.dense,
            layout=LayoutForm(initial={"columns": layout.columns, "dense": layout.dense}),
            choices=choices,
            save=SaveViewForm(teams=choices.teams, initial={"query": form.query}),
            saved=_saved(form, choices, tabs),
            **kwargs,
        )


def _more(form: FilterForm, choices: Choices) -> list[BoundField]:
    """The filters that are folded away: those that could narrow anything, and those by answers of the service."""
    idle = {"team": len(choices.teams) < 2, "tag": not choices.tags}
    return [form[name] for name in FilterForm.MORE if not idle.get(name)] + form.fields_of_answers()


# -- What the list stands on ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Tab:
    """A view of the queue: a ready-made one, or one that somebody saved."""

    key: str
    label: str
    query: str
    cases: CaseQuerySet
    current: bool


def _tabs(form: FilterForm, choices: Choices, now: datetime) -> list[Tab]:
    mine = access.cases_for(choices.user)
    saved = [
        (view, FilterForm(QueryDict(view.query), choices=choices))
        for view in access.saved_views_for(choices.user)[:MOST_SAVED]
    ]
    kept = [
        Tab(
            f"saved:{view.pk}",
            view.name,
            one.query,
            one.narrow(mine, now),
            one.query == form.query,
        )
        for view, one in saved
    ]
    plain = not any(tab.current for tab in kept)
    ready = [
        Tab(f"view:{key}", label, f"view={key}", mine.filter(condition), plain and key == form.chosen)
        for key, (label, condition) in queue.views(choices.user, now).items()
    ]
    return [*ready, *kept]


def _saved(form: FilterForm, choices: Choices, tabs: list[Tab]) -> SavedView | None:
    """The saved view that is shown, where the agent may forget it. Not asked for where all are tabs, and none is it."""
    kept = [tab for tab in tabs if tab.key.startswith("saved:")]
    if len(kept) < MOST_SAVED and not any(tab.current for tab in kept):
        return None
    return access.saved_views_for(choices.user, "change").filter(query=form.query).first()


def _offered(tabs: list[Tab], sizes: dict[str, int]) -> list[dict]:
    """The tabs with their size; some only where there is anything."""
    return [
        {
            "label": tab.label,
            "query": tab.query,
            "current": tab.current,
            "size": number_words(sizes[tab.key]),
            "size_tone": tab.key == "view:overdue" and sizes[tab.key],
        }
        for tab in tabs
        if tab.key not in IF_ANY or tab.current or sizes[tab.key]
    ]


@dataclass(frozen=True)
class Page:
    """A stretch of a long list. ``count``: how long that is, where it was counted before."""

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
    parts: dict[str, QuerySet], found: CaseQuerySet, page: Page, shown: list[Row], now: datetime
) -> dict[str, int]:
    """How much there is in these ``parts``, in the groups that are shown or spoken of, and in all that was ``found``
    unless it was counted for the ``page``, in one query."""
    known = _whole_groups(page, shown, now) | ({} if page.count is None else {"found": page.count})
    wanted = {row.group for row in shown} | ({"late", "today"} if shown else set())
    groups = {key: found.filter(one) for key, (_label, one) in queue.groups(now).items() if key in wanted}
    parts = parts | groups | {"found": found}
    return known | queue.counted({key: part for key, part in parts.items() if key not in known})


def _whole_groups(page: Page, shown: list[Row], now: datetime) -> dict[str, int]:
    """The sizes of the groups that a first page shows to their end, those among them of which there is nothing."""
    if page.number > 1 or not shown:
        return {}
    order, sizes = list(queue.groups(now)), Counter(row.group for row in shown)
    end = order.index(shown[-1].group) if page.more else len(order)
    return {key: sizes[key] for key in order[:end]}


def _number(asked: str | None) -> int:
    """The number of the page that was asked for."""
    return max(1, int(asked)) if asked and asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def _page(found: CaseQuerySet, words: str, number: int, columns: Sequence[Column]) -> Page:
    """By urgency; what was searched by fit, or by date where too much fits to say more."""
    if not words:
        # On a later page it says whether there is one; else it is counted with the rest.
        count = queue.counted({"found": found})["found"] if number > 1 else None
        return _stretch(queue.rows(found.by_urgency(), columns), number, count)
    keys = queue.fitting(found, words)
    if len(keys) > queue.MOST:
        return _stretch(queue.rows(found.newest_first(), columns), number, len(keys))
    page = _stretch(keys, number, len(keys))
    shown = queue.rows(found.filter(pk__in=page.cases), columns)
    return replace(page, cases=queue.in_order(shown, page.cases))


def _stretch(whole: Sequence | CaseQuerySet, number: int, count: int | None) -> Page:
    """The page of a ``whole`` asked for, or the last that was counted. Pages go on where counting has stopped."""
    if count is not None and count <= queue.MOST:
        number = min(number, max(1, -(-count // PAGE)))
    found = list(whole[(number - 1) * PAGE : number * PAGE + 1])
    return Page(number, found[:PAGE], len(found) > PAGE, count)


def _found(words: str, count: int) -> str:
    return _("Cases with “%(q)s”: %(total)s") % {"q": words, "total": number_words(count)}


def _headline(sizes: dict[str, int]) -> str:
    if sizes.get("late") or sizes.get("today"):
        late, today = (number_words(sizes[key]) for key in ("late", "today"))
        return _("%(late)s late, %(today)s for today") % {"late": late, "today": today}
    if sizes.get("view:overdue"):  # beside the list: the headline does not deny what the tab counts
        return _("Nothing in this list is late or due today")
    return _("Nothing is late, nothing is due today")


# -- What is done with the whole of it -----------------------------------------------------------------------
@require_POST
@agents_only
def take_next(request):
    """Opens the most urgent case that nobody has, and makes it the agent's."""
    case = actions.take_next(actor=request.user, cases=access.cases_for(request.user, "take"))
    if case is None:
        messages.info(request, _("Nothing is left to take."))
        return redirect("cases:queue")
    messages.success(request, _("The case is yours."))
    return redirect("cases:case", case.reference)


@require_POST
@agents_only
def save_view(request):
    """Keeps the queue as it is narrowed under a name."""
    choices = Choices(request.user)
    form = SaveViewForm(request.POST, teams=choices.teams)
    if not form.is_valid():
        messages.error(request, _("Give the view a name of up to 40 letters."))
        return redirect(back_to_queue(request))
    form.instance.query = FilterForm(QueryDict(form.cleaned_data["query"]), choices=choices).query
    if len(form.instance.query) > LONGEST_QUERY:
        messages.error(request, _("These are too many filters for a view: take some away."))
        return redirect(back_to_queue(request))
    view = actions.save_view(actor=request.user, view=form.instance)
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    return redirect(f"{reverse('cases:queue')}?{view.query}")


@require_POST
@agents_only
def drop_view(request, pk):
    """Forgets a saved view."""
    view = access.saved_view_for(request.user, pk)
    actions.drop_view(actor=request.user, view=view)
    messages.success(request, _("The view “%(name)s” is gone. Its cases stay.") % {"name": view.name})
    return redirect("cases:queue")


@require_POST
@agents_only
def lay_out(request):
    """Keeps which columns the agent wants, and how close the rows stand."""
    form = LayoutForm(request.POST)
    if form.is_valid():
        actions.lay_out(actor=request.user, **form.cleaned_data)
    return redirect(back_to_queue(request))


@require_safe
@agents_only
def export(request, kind):
    """The list as it is filtered, as CSV or XLSX, row by row; of one service with what was answered."""
    now = timezone.now()
    choices = Choices(request.user)
    form = FilterForm(request.GET, choices=choices)
    found = form.narrow(access.cases_for(request.user), now)
    answers, taken = None, {}
    if asked := form.definition:
        answers = AnswerColumns(asked, get_language() or "fr", request.user)
        taken = {"answers_of": asked.title(answers.language), "cases": found.count()}
    actions.leave_trace_of_export(actor=request.user, query=form.query, kind=kind, **taken)
    columns, table = exports.header(answers), exports.rows(found.by_urgency(), choices.services, answers)
    content = csv_lines(columns, table) if kind == "csv" else exports.as_xlsx(columns, table)
    response = StreamingHttpResponse(content, content_type=exports.TYPES[kind])
    return download(response, of_today(_("cases"), kind))
