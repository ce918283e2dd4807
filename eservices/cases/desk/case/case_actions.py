"""Table of the actions on the case page: form, function, texts and place of each."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ... import access, actions
from ...forms import (
    AcceptForm,
    AnswerForm,
    AskForm,
    AssignForm,
    CallbackForm,
    CallbackResultForm,
    CaseActionForm,
    EnclosureForm,
    IdentifyForm,
    MessageForm,
    NoteForm,
    PersonForm,
    ProtectForm,
    RefuseForm,
    ReopenForm,
    ReviewForm,
    UnprotectForm,
    WithdrawForm,
)
from ...models import Case
from ...states import is_allowed
from .relation_forms import HandOverForm, MergeForm, RedirectForm, RelateForm

DECIDE, MORE, OWN = "decide", "more", "own"  # place: among the decisions, under “more”, or its own


@dataclass(frozen=True)
class CaseAction:
    """An action of the case page.

    ``label`` is its link and button; ``done`` the message afterwards; ``letter`` its keyboard shortcut; ``fits`` a
    condition besides the state of the case.
    """

    form: type[CaseActionForm]
    action: Callable
    done: Promise
    label: Promise | str = ""
    place: str = OWN
    letter: str = ""
    fits: Callable[[Case], bool] = lambda case: True


CASE_ACTIONS = {
    "accept": CaseAction(
        AcceptForm,
        actions.accept_case,
        _("Accepted. The next steps happen automatically."),
        _("Accept"),
        DECIDE,
        "a",
        actions.can_accept,
    ),
    "ask": CaseAction(
        AskForm,
        actions.ask_applicant,
        _("The question is on its way. The deadline is paused until the answer arrives."),
        _("Ask the applicant"),
        DECIDE,
        "c",
    ),
    "answer": CaseAction(
        AnswerForm,
        actions.answer_question,
        _("The answer is recorded. The deadline runs again."),
        _("Note the answer"),
        DECIDE,
        fits=actions.has_open_question,
    ),
    "go_on": CaseAction(
        CaseActionForm,
        actions.continue_without_answer,
        _("The case continues without an answer."),
        _("Continue without an answer"),
        DECIDE,
        fits=actions.can_continue_without_answer,
    ),
    "refuse": CaseAction(
        RefuseForm,
        actions.refuse_case,
        _("Refused. The applicant learns the reason."),
        _("Refuse with reason"),
        DECIDE,
        "r",
    ),
    "reopen": CaseAction(
        ReopenForm,
        actions.reopen_case,
        _("The case continues. The applicant is notified."),
        _("Reopen"),
        DECIDE,
        fits=actions.can_reopen,
    ),
    "remind": CaseAction(
        CaseActionForm,
        actions.remind_applicant,
        _("The question was sent again."),
        _("Remind the applicant"),
        MORE,
    ),
    "call": CaseAction(
        CallbackForm, actions.request_callback, _("The call-back is noted."), _("Note a call-back"), MORE
    ),
    "hand_over": CaseAction(
        HandOverForm,
        actions.transfer_to_team,
        _("The other team has the case now."),
        _("Hand to another team"),
        MORE,
    ),
    "redirect": CaseAction(
        RedirectForm,
        actions.redirect_to_service,
        _("The right request is started with the known answers."),
        _("Send to another service"),
        MORE,
    ),
    "merge": CaseAction(
        MergeForm,
        actions.merge_into,
        _("Closed as a duplicate. The other case continues. The applicant is notified."),
        _("Filed twice: merge into"),
        MORE,
    ),
    "withdraw": CaseAction(
        WithdrawForm,
        actions.withdraw_request,
        _("The request is withdrawn."),
        _("The applicant withdraws"),
        MORE,
    ),
    "protect": CaseAction(
        ProtectForm,
        actions.mark_protected,
        _("Protected. Only members who treat protected addresses can see the case now."),
        _("Mark an address as protected"),
        MORE,
        fits=lambda case: not case.is_known_protected,
    ),
    "unprotect": CaseAction(
        UnprotectForm,
        actions.unprotect,
        _("The whole team can see the case now."),
        _("No address is protected"),
        MORE,
        fits=lambda case: case.protected,
    ),
    "tie": CaseAction(
        RelateForm, actions.relate_cases, _("The cases are linked."), _("Link with another case")
    ),
    "untie": CaseAction(RelateForm, actions.unrelate_cases, _("The cases are no longer linked.")),
    "take": CaseAction(
        CaseActionForm, actions.take_case, _("The case is yours."), fits=lambda case: case.assignee_id is None
    ),
    "assign": CaseAction(AssignForm, actions.assign_case, _("The case is assigned.")),
    "note": CaseAction(NoteForm, actions.add_note, _("The note is saved.")),
    "message": CaseAction(MessageForm, actions.send_message, _("The message is on its way.")),
    "called": CaseAction(CallbackResultForm, actions.record_callback, _("The call is noted.")),
    "enclosure": CaseAction(EnclosureForm, actions.judge_enclosure, _("The enclosure is noted.")),
    "person": CaseAction(
        PersonForm, actions.judge_person, _("The outcome of this person is saved."), fits=actions.can_decide
    ),
    "review": CaseAction(ReviewForm, actions.review_proposal, _("Your review is saved.")),
    "identify": CaseAction(
        IdentifyForm, actions.identify_applicant, _("Saved. The identity of the applicant is verified.")
    ),
}


def available_actions(case: Case, user) -> list[str]:
    """Return the actions that are possible now and that this agent may do, in the order of the table."""
    role = access.role_in(user, case)
    found = [
        do
        for do, action in CASE_ACTIONS.items()
        if role >= access.REQUIRED_ROLES[do]
        and is_allowed(do, case.state, case.outcome)
        and action.fits(case)
    ]
    return _without_excluded_by_proposal(found, case, user)


def _without_excluded_by_proposal(found: list[str], case: Case, user) -> list[str]:
    """Remove actions that a proposed decision excludes.

    Another agent reviews the proposal; until then nothing else can be decided.
    """
    proposed_by = actions.proposing_agent(case)
    without = {"accept", "refuse"} if proposed_by else {"review"}
    if proposed_by == user.pk:
        without.add("review")
    return [do for do in found if do not in without]
