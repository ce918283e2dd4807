"""The agents' desk: queue, case, counter. Each fetches through ``access`` and calls one action."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from eservices.formbuilder.models import Form
from eservices.submissions.models import Channel, StoredFile

from . import access, actions, decisions, desk, trace
from .actions import IllegalTransition
from .case_panels import panels_for
from .forms import (
    AcceptForm,
    AskForm,
    AssignForm,
    DeedForm,
    FilterForm,
    MessageForm,
    NoteForm,
    RefuseForm,
    titles,
)
from .stages import stages
from .states import allowed

PAGE = 50


class DeskView(WagtailAdminTemplateMixin, TemplateView):
    """A screen of the desk: Wagtail's header with our search and the way to the counter."""

    header_icon = "folder-open-1"

    def dispatch(self, request, *args, **kwargs):
        if not access.is_agent(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_header_buttons(self):
        return [HeaderButton(label=_("Open at the counter"), url=reverse("cases:counter"), icon_name="plus")]

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": reverse("cases:queue"), "label": _("Cases")}]


class QueueView(DeskView):
    """The cases of the agent's teams, the most urgent first."""

    template_name = "cases/queue.html"
    page_title = gettext_lazy("Cases")

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items()[:-1], {"url": "", "label": _("Cases")}]

    def get_context_data(self, **kwargs):
        user, now = self.request.user, timezone.now()
        mine = access.cases_for(user)
        views, groups = desk.views(user, now), desk.buckets(now)
        form = FilterForm(self.request.GET, teams=list(access.teams_of(user)))
        chosen = self.request.GET.get("view") if self.request.GET.get("view") in views else next(iter(views))
        found = form.narrow(mine.filter(views[chosen][1]), groups, now)
        sizes = desk.counts(found, groups)
        page = _page(self.request.GET.get("p"), sum(sizes.values()))
        shown = desk.rows(desk.by_urgency(found))[page.start : page.end]
        return super().get_context_data(
            form=form,
            q=form.active.get("q", ""),
            chosen=chosen,
            tabs=self._tabs(views, desk.counts(mine, views), chosen),
            headline=_headline(sizes),
            filters=[form[name] for name in form.SHOWN],
            filtered=[name for name in form.active if name != "q"],
            groups=desk.grouped(shown, now, sizes),
            page=page,
            query=_query(self.request, without=("p",)),
            **kwargs,
        )

    def _tabs(self, views, sizes, chosen):
        """Views with their size; rehearsals only where there are any."""
        return [
            {"key": key, "label": label, "size": sizes[key], "current": key == chosen}
            for key, (label, _condition) in views.items()
            if key != "rehearsals" or sizes[key] or key == chosen
        ]


@dataclass(frozen=True)
class Page:
    """A stretch of a long list."""

    number: int
    total: int

    @property
    def start(self) -> int:
        return (self.number - 1) * PAGE

    @property
    def end(self) -> int:
        return min(self.start + PAGE, self.total)

    @property
    def previous(self) -> int:
        return self.number - 1

    @property
    def next(self) -> int:
        return self.number + 1 if self.end < self.total else 0


def _page(asked: str | None, total: int) -> Page:
    """The page asked for, or the nearest there is."""
    last = max(1, -(-total // PAGE))
    number = int(asked) if asked and asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    return Page(max(1, min(number, last)), total)


def _headline(sizes: dict[str, int]) -> str:
    late, today = sizes["late"], sizes["today"]
    if late or today:
        return _("%(late)s late, %(today)s for today") % {"late": late, "today": today}
    return _("Nothing is late, nothing is due today")


def _query(request, without: tuple[str, ...]) -> str:
    kept = request.GET.copy()
    for name in without:
        kept.pop(name, None)
    return kept.urlencode()


# -- One case ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Deed:
    """What an agent can do with a case: the form it needs, the action, and what is said afterwards."""

    form: type[DeedForm]
    action: Callable
    done: str


DEEDS = {
    "take": Deed(DeedForm, actions.take, gettext_lazy("The case is yours.")),
    "assign": Deed(AssignForm, actions.assign, gettext_lazy("The case is assigned.")),
    "note": Deed(NoteForm, actions.note, gettext_lazy("The note is kept.")),
    "message": Deed(MessageForm, actions.message, gettext_lazy("The message is on its way.")),
    "ask": Deed(
        AskForm, actions.ask, gettext_lazy("The question is on its way; the deadline rests until the answer.")
    ),
    "accept": Deed(AcceptForm, actions.accept, gettext_lazy("Accepted. What follows happens by itself.")),
    "refuse": Deed(RefuseForm, actions.refuse, gettext_lazy("Refused. The applicant learns the reason.")),
}


class CaseView(DeskView):
    """A case: what was declared, what happened, what to do. POST does one deed and comes back here."""

    template_name = "cases/case.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.failed, self.typed, self.extra = "", None, None

    def get(self, request, reference, do=""):
        self.case = access.case_for(request.user, reference)
        if do:
            return redirect("cases:case", self.case.reference)
        return self.render_to_response(self.get_context_data())

    def post(self, request, reference, do=""):
        if do not in DEEDS:
            raise Http404
        self.case = access.case_for(request.user, reference, do)
        form = self._form(do, request.POST)
        extra = decisions.forms_for(self.case, request.POST) if do == "accept" else {}
        if not all([form.is_valid(), *(one.is_valid() for one in extra.values())]):
            return self._again(do, _("Something is missing."), 422)
        arguments = form.cleaned_data | ({"details": decisions.details(extra)} if do == "accept" else {})
        try:
            DEEDS[do].action(actor=request.user, case=self.case, **arguments)
        except IllegalTransition as refusal:
            return self._again(do, str(refusal), 409)
        messages.success(request, DEEDS[do].done)
        return redirect("cases:case", self.case.reference)

    def _again(self, do: str, why: str, status: int):
        """The screen as the case is now, with what was typed and why it was not done."""
        self.case = access.case_for(self.request.user, self.case.reference)
        self.failed, self.why = do, why
        self.typed = self.request.POST.copy()
        self.typed["seen"] = trace.last_change(self.case)
        return self.render_to_response(self.get_context_data(), status=status)

    def _form(self, do: str, data=None) -> DeedForm:
        options = {"team": self.case.team} if do == "assign" else {}
        starts = (
            {"seen": trace.last_change(self.case), "agent": self.case.assignee_id} if data is None else {}
        )
        return DEEDS[do].form(data, auto_id=f"{do}_%s", initial=starts, **options)

    # -- What is shown ---------------------------------------------------------------------------------------
    def get_page_title(self):
        return f"{self.case.reference} {self.case.applicant}"

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.case.reference}]

    def get_context_data(self, **kwargs):
        case, now = self.case, timezone.now()
        files = list(case.submission.files.all())
        active = next((row for row in case.stages.all() if row.progress == row.Progress.ACTIVE), None)
        may = self._may()
        return super().get_context_data(
            case=case,
            submission=case.submission,
            service=case.version.definition.title(get_language() or case.language),
            sign=desk.sign(case, active.waiting_for if active else ""),
            due=desk.due(case, now) if case.deadline else None,
            situation=desk.situation(case),
            sections=desk.answers(case, files),
            files=files,
            thread=case.messages.select_related("author").prefetch_related("files").order_by("at", "pk"),
            notes=case.notes.select_related("author").order_by("at", "pk"),
            timeline=desk.timeline(case),
            track=desk.track(case),
            panels=panels_for(case, self.request.user),
            stage_template=_stage_template(active),
            row=active,
            days=desk.days_left(case, now) if case.deadline else None,
            elapsed=desk.elapsed(case, now) if case.deadline else None,
            may=may,
            forms={do: self._shown_form(do) for do in may},
            extra=self._shown_extra() if "accept" in may else {},
            consequences=desk.consequences(case) if "accept" in may else "",
            failed=self.failed,
            why=getattr(self, "why", ""),
            lost=self._lost(may),
            **kwargs,
        )

    def _may(self) -> list[str]:
        """The deeds that make sense now and that this agent may do."""
        role, case = access.role_in(self.request.user, self.case), self.case
        found = [do for do in DEEDS if role >= access.NEEDED[do] and allowed(do, case.state)]
        if case.assignee_id and "take" in found:
            found.remove("take")
        if not actions.may_decide(case) and "accept" in found:
            found.remove("accept")
        return found

    def _shown_form(self, do: str) -> DeedForm:
        return self._form(do, self.typed if do == self.failed else None)

    def _shown_extra(self):
        return decisions.forms_for(self.case, self.typed if self.failed == "accept" else None)

    def _lost(self, may: list[str]) -> str:
        """What was typed for a deed that is not offered any more: shown, so that it can be copied."""
        if not self.failed or self.failed in may:
            return ""
        return self.typed.get("text") or self.typed.get("reason") or ""


def _stage_template(active) -> str:
    kind = stages.get(active.type) if active else None
    return kind.agent_template if kind else ""


@require_GET
@csp_override({"default-src": [CSP.NONE], "sandbox": True})
def file(request, reference, file_id):
    """A file of the applicant's, to save: never shown inside the site. Reading leaves a trace."""
    found = access.file_for(request.user, reference, file_id)
    case = access.case_for(request.user, reference)
    actions.leave_trace_of_reading(actor=request.user, case=case, file=found)
    return attachment(found)


def attachment(stored: StoredFile) -> FileResponse:
    """The stored file as a download that a browser neither guesses at nor runs."""
    response = FileResponse(
        stored.content.open("rb"), as_attachment=True, filename=stored.name, content_type=stored.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


# -- The counter ---------------------------------------------------------------------------------------------
class CounterView(DeskView):
    """The services to file for somebody who stands at the counter, telephones or wrote."""

    template_name = "cases/counter.html"
    page_title = gettext_lazy("Open at the counter")

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": _("Open at the counter")}]

    def get_context_data(self, **kwargs):
        found = Form.objects.filter(versions__kind="published").distinct()
        slugs = {str(form.pk): form.slug for form in found}
        services = sorted(
            (
                {"title": title, "url": reverse("submissions:start", args=[slugs[pk]])}
                for pk, title in titles(found)
            ),
            key=lambda service: service["title"].casefold(),
        )
        channels = [one for one in Channel if one != Channel.ONLINE]
        return super().get_context_data(services=services, channels=channels, **kwargs)
