"""The case page and its actions."""

import re
from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.submissions.message_attachments import stored_attachments
from home.admin.action_views import INVALID, REFUSED, ActionFormMixin
from home.exceptions import ActionRefused
from home.extensions.base import extensions

from ... import access, actions, audit_log, timeline
from ...export.answers import answer_rows
from ...extension_points import CaseExtension
from ...forms import CaseActionForm, SeenEventForm, acceptance_forms_for, collect_statements
from ...letter_templates import choices
from ...models import Absence, CallbackRequest, Case, CaseStage, ConcernedPerson, EnclosureReview
from ...stages import current_settings, kind_of
from ...states import is_allowed
from ...texts import titles
from ...texts.placeholders import fee_line_texts
from ...workflow import absences, enclosures_and_persons
from .. import badges
from ..base import AgentDeskView
from . import file_preview, page, panels
from .case_actions import CASE_ACTIONS, DECIDE, MORE, OWN, CaseAction, available_actions

MAX_RELATED_CASES = 10  # other cases of the applicant
ACTION_TEXTS = re.compile("text|reason|result|about|note")  # names of fields for longer texts
# Prefix of the extra fields in a stage's form: editors choose the keys of the others, so names could clash.
OF_STAGE = "stage"
# Actions with one form per object, and the field that names the object.
PIECES = {"enclosure": "field", "person": "person", "called": "call"}


@dataclass(frozen=True)
class ActionOffer:
    """An action as the page shows it."""

    do: str
    action: CaseAction
    form: CaseActionForm | None = None

    @property
    def label(self):
        return self.action.label

    @property
    def letter(self) -> str:
        return self.action.letter


class CaseScreen(AgentDeskView):
    """A page of one case, ``self.case``, that the view has fetched for its user."""

    @cached_property
    def name(self) -> str:
        """The title of the case."""
        return titles.title_of(self.case)

    def get_page_title(self):
        return f"{self.case.reference} {self.name}"

    def get_context_data(self, **kwargs):
        return super().get_context_data(name=self.name, **kwargs)

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.case.reference}]


class CaseView(ActionFormMixin, CaseScreen):
    """The case page. POST performs one action and redirects back here."""

    template_name = "cases/desk/case/case.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.failed, self.why, self.typed = "", "", None

    @cached_property
    def seen(self) -> int:
        """The number of the last relevant event. Every form of the page sends it back."""
        return audit_log.last_relevant_event(self.case)

    def get(self, request, reference, do=""):
        if not do:
            self.case = self._read(reference)
            actions.log_read(actor=request.user, case=self.case)
            return self.render_to_response(self.get_context_data())
        if do not in CASE_ACTIONS or CASE_ACTIONS[do].place != MORE:
            return redirect("cases:case", access.case_for(request.user, reference).reference)
        self.case = access.case_for(request.user, reference, do)
        return self._action_page(do)

    def post(self, request, reference, do=""):
        if do not in CASE_ACTIONS:
            raise Http404
        self.case, self.do = access.case_for(request.user, reference, do), do
        form = self._form(do, request.POST, request.FILES)
        extra = acceptance_forms_for(self.case, request.POST) if do == "accept" else {}

        def act(**arguments) -> dict:
            if do == "accept":
                arguments["details"] = collect_statements(extra)
            with stored_attachments(arguments.pop("files", [])) as files:
                given = {"files": files} if "files" in form.fields else {}
                CASE_ACTIONS[do].action(actor=request.user, case=self.case, **arguments, **given)
            return arguments

        return self.perform(
            form,
            *extra.values(),
            action=act,
            done=partial(self._success_message, do),
            back=lambda _arguments: self._next_url(),
        )

    def show_invalid(self, form):
        return self._show_failure(self.do, _("Some information is missing."), INVALID)

    def show_refused(self, form, refusal: ActionRefused):
        return self._show_failure(self.do, str(refusal), REFUSED)

    def _success_message(self, do: str, given: dict) -> str:
        """Return the success message of an action; of a decision for two agents, that it is proposed."""
        if do in ("accept", "refuse") and actions.proposing_agent(self.case):
            return _("Proposed. Nothing is sent before a colleague confirms it.")
        if do == "assign" and not given["agent"]:
            return _("Nobody is assigned to this case. Any member of the team can take it.")
        return str(CASE_ACTIONS[do].done)

    def _next_url(self) -> str:
        """Return the URL of the case; that of the queue if the agent may not see the case any more."""
        seen = access.cases_for(self.request.user).filter(pk=self.case.pk).exists()
        return reverse("cases:case", args=[self.case.reference]) if seen else reverse("cases:queue")

    def _read(self, reference: str) -> Case:
        """Return the case with the related rows that the page needs.

        Enclosures and persons are not queried if the form does not ask for them.
        """
        case = access.case_for(self.request.user, reference)
        judged = EnclosureReview.objects.select_related("author")
        papers = judged if case.version.definition.asks_for("files") else judged.none()
        people = (
            ConcernedPerson.objects.all()
            if enclosures_and_persons.person_groups(case)
            else ConcernedPerson.objects.none()
        )
        prefetch_related_objects(
            [case],
            Prefetch("stages", CaseStage.objects.order_by("position")),
            Prefetch("persons", people),
            Prefetch("enclosures", papers),
            Prefetch("calls", CallbackRequest.objects.select_related("asked_by")),
        )
        return case

    def _show_failure(self, do: str, reason: str, status: int):
        """Show the page in its current state, with the typed data and why the action failed."""
        self.case = self._read(self.case.reference)
        self.failed, self.why = do, reason
        self.typed = self.request.POST.copy()
        self.typed["seen"] = self.seen = audit_log.last_relevant_event(self.case)
        if (
            do in CASE_ACTIONS
            and CASE_ACTIONS[do].place == MORE
            and do in available_actions(self.case, self.request.user)
        ):
            return self._action_page(do, status)
        return self.render_to_response(self.get_context_data(), status=status)

    def _form(self, do: str, data=None, files=None) -> CaseActionForm:
        starts = self._initial_data(do) if data is None else {}
        return CASE_ACTIONS[do].form(
            data, files, auto_id=f"{do}_%s", initial=starts, case=self.case, user=self.request.user
        )

    # -- An action on its own page ---------------------------------------------------------------------------
    def _action_page(self, do: str, status: int = 200):
        if do not in available_actions(self.case, self.request.user):
            messages.error(self.request, _("This is not possible any more."))
            return redirect("cases:case", self.case.reference)
        context = super().get_context_data(
            case=self.case,
            do=do,
            action=CASE_ACTIONS[do],
            form=self._shown_form(do),
            why=self.why,
            suggested=page.other_case_rows(
                access.cases_of_same_applicant(self.request.user, self.case)[:MAX_RELATED_CASES]
            )
            if do == "merge"
            else [],
        )
        return self.response_class(
            request=self.request, template="cases/desk/case/action_page.html", context=context, status=status
        )

    def _initial_data(self, do: str) -> dict:
        """Return the initial data of a form, including the text of the letter template chosen for it."""
        known = page.initial_form_data(self.case, do) | {"seen": self.seen}
        return known | choices.initial_form_text(self.case, self.request.GET, do)

    # -- What is shown ---------------------------------------------------------------------------------------
    def get_context_data(self, **kwargs):
        case, user = self.case, self.request.user
        active = next((row for row in case.stages.all() if row.progress == row.Progress.ACTIVE), None)
        events = timeline.events_of(case)
        done = {event.kind for event in events}  # no queries for related rows whose event never happened
        self.may, self.seen = available_actions(case, user), audit_log.last_relevant_event_of(events)
        happened, read = timeline.items_from_events(case, events)
        above, last = panels.panels_for(case, user)
        return super().get_context_data(
            case=case,
            may=self.may,
            timeline=happened,
            readings=read,
            panels=above,
            last_panels=last,
            failed=self.failed,
            why=self.why,
            lost=self._lost_texts(self.may, active),
            **self._status_context(active),
            **self._answers_context(amended="amended" in done),
            **self._messages_context(),
            **self._other_cases(done),
            **self._actions_context(),
            **kwargs,
        )

    def _status_context(self, active) -> dict:
        """Return the context for status, stages and deadline."""
        case, now = self.case, timezone.now()
        dated = bool(case.deadline)
        return {
            "sign": badges.status_badge(case, active),
            "situation": page.describe_situation(case),
            "track": page.stage_steps(case),
            "row": active,
            "stage_template": _stage_template(active),
            "stage": self._stage(active),
            "due": badges.due_text(case, now) if dated else None,
            "days": page.days_left(case, now) if dated else None,
            "elapsed": page.elapsed_percent(case, now) if dated else None,
        }

    def _answers_context(self, *, amended: bool) -> dict:
        """Return the context for answers, files and persons."""
        case, definition = self.case, self.case.version.definition
        files = list(case.submission.files.all()) if definition.asks_for("files") else []
        return {
            "submission": case.submission,
            "fees": fee_line_texts(case, case.submission.fees, get_language() or case.language),
            "service": definition.title(get_language() or case.language),
            "sections": self._sections(files, amended=amended),
            "persons": [(one, self._item_form("person", one.pk)) for one in case.persons.all()],
            "files": files,
            "shown_types": (*file_preview.PICTURES, file_preview.PDF),
        }

    def _messages_context(self) -> dict:
        """Return the context for messages, notes and callback requests."""
        case = self.case
        thread = list(case.messages.select_related("author").prefetch_related("files").order_by("at", "pk"))
        return {
            "thread": thread,
            "pending": page.pending_items(case, thread),
            "notes": case.notes.select_related("author").prefetch_related("mentions").order_by("at", "pk"),
            "calls": [(one, self._item_form("called", one.pk)) for one in case.calls.all() if one.is_open],
        }

    def _other_cases(self, done: set[str]) -> dict:
        """Return the context for related cases. Makes no query if no event tells of them."""
        case, user = self.case, self.request.user
        own = access.cases_for(user)
        others = page.other_case_rows
        return {
            "tied": others(access.related_cases_linked(user, case)) if "tied" in done else [],
            "related": others(access.cases_of_same_applicant(user, case)[:MAX_RELATED_CASES]),
            "duplicates": others(own.filter(duplicate_of=case)) if "merged_with" in done else [],
            "original": own.filter(pk=case.duplicate_of_id).first() if case.duplicate_of_id else None,
        }

    def _actions_context(self) -> dict:
        """Return the context for the actions of this agent, with their forms."""
        case, user, may = self.case, self.request.user, self.may
        forms = {do: self._shown_form(do) for do in may if CASE_ACTIONS[do].place == OWN and do not in PIECES}
        staff = forms.get("assign")  # has fetched the colleagues and their absences
        return {
            "forms": forms,
            "names": [str(one) for one in (staff.colleagues if staff else absences.visible_colleagues(case))],
            "absence": staff.absence if staff else _absence(case),
            "decisions": [
                ActionOffer(do, CASE_ACTIONS[do], self._shown_form(do))
                for do in may
                if CASE_ACTIONS[do].place == DECIDE
            ],
            "decisions_title": _("The answer") if case.outcome and case.is_open else _("Decide"),
            "more": [ActionOffer(do, CASE_ACTIONS[do]) for do in may if CASE_ACTIONS[do].place == MORE],
            "may_take_next": access.may_take_cases(user),
            "may_amend": is_allowed("amend", case.state) and access.may_do(user, case, "amend"),
            "letters": choices.template_choices(self.case),
            "extra": self._shown_extra() if "accept" in may else {},
            "consequences": page.describe_consequences(case, self.request.user) if "accept" in may else "",
        }

    def _stage(self, active) -> dict:
        """Return the context of the current stage. ``form`` is None if this agent may not fill it in."""
        kind = kind_of(active) if active else None
        if kind is None:
            return {}
        settings, typed = current_settings(active), self.typed if self.failed == active.key else None
        may = access.role_in(self.request.user, self.case) >= access.REQUIRED_ROLES[kind.needs]
        seen = SeenEventForm(prefix=OF_STAGE, initial={"seen": self.seen})
        return {
            "form": kind.form(self.case, active, settings, typed) if may else None,
            "seen": seen["seen"],
            "button": kind.button,
            "url": reverse("cases:stage", args=[self.case.reference, active.key]),
            "shown": kind.agent_context(self.case, active, settings),
        }

    def _sections(self, files, *, amended: bool):
        """Return the answers with the systems that got them; those of enclosures with the form to review them."""
        found, recipients = answer_rows(self.case, files, amended=amended), _answer_recipients(self.case)
        for answer in (one for _title, rows in found for one in rows):
            answer.recipients = recipients.get(answer.key, ())
            if answer.is_paper:
                answer.form = self._item_form("enclosure", answer.key)
        return found

    def _item_form(self, do: str, key) -> CaseActionForm | None:
        """Return the form of an action for one enclosure, person or call; None if it is not available."""
        if do not in self.may:
            return None
        name = PIECES[do]
        typed = self.typed if self.failed == do and self.typed.get(name) == str(key) else None
        starts = {name: key}
        return CASE_ACTIONS[do].form(
            typed, auto_id=f"{do}_{key}_%s", initial=starts, case=self.case, user=self.request.user
        )

    def _shown_form(self, do: str) -> CaseActionForm:
        return self._form(do, self.typed if do == self.failed else None)

    def _shown_extra(self):
        return acceptance_forms_for(self.case, self.typed if self.failed == "accept" else None)

    def _lost_texts(self, may: list[str], active) -> str:
        """Return the texts typed for an action or stage that is no longer available, so that they can be copied."""
        if not self.failed or self.failed in may or (active and self.failed == active.key):
            return ""
        return "\n".join(text for name, text in self.typed.items() if text and ACTION_TEXTS.match(name))


def _answer_recipients(case: Case) -> dict[str, list[str]]:
    """Return the systems that got an answer, by question, from all apps."""
    found: dict[str, list[str]] = {}
    for extension in extensions(CaseExtension):
        for key, texts in extension.answer_recipients(case).items():
            found.setdefault(key, []).extend(texts)
    return found


def _stage_template(active) -> str:
    kind = kind_of(active) if active else None
    return kind.agent_template if kind else ""


def _absence(case: Case) -> Absence | None:
    return absences.absence_of(case.assignee, case.team) if case.assignee else None
