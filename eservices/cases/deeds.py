"""What an agent can do with a case from its screen, as one table: the form, the action, the words, the place."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import access, actions
from .forms import (
    AcceptForm,
    AnswerForm,
    AskForm,
    AssignForm,
    CalledForm,
    CallForm,
    DeedForm,
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
from .models import Case
from .relating_forms import HandOverForm, MergeForm, RedirectForm, TieForm
from .states import allowed

DECIDE, MORE, OWN = "decide", "more", "own"  # where it stands: among the decisions, further below, by itself


@dataclass(frozen=True)
class Deed:
    """One thing to do: its form, its action, and what is said afterwards.

    ``label`` opens it and stands on its button; ``letter`` opens it from the keyboard. ``fits`` says more than
    the states do about whether it makes sense now.
    """

    form: type[DeedForm]
    action: Callable
    done: Promise
    label: Promise | str = ""
    place: str = OWN
    letter: str = ""
    fits: Callable[[Case], bool] = lambda case: True


DEEDS = {
    "accept": Deed(
        AcceptForm,
        actions.accept,
        _("Accepted. What follows happens by itself."),
        _("Accept"),
        DECIDE,
        "a",
        actions.may_accept,
    ),
    "ask": Deed(
        AskForm,
        actions.ask,
        _("The question is on its way; the deadline rests until the answer."),
        _("Ask the applicant"),
        DECIDE,
        "c",
    ),
    "answer": Deed(
        AnswerForm,
        actions.answer,
        _("The answer is noted; the deadline runs again."),
        _("Note the answer"),
        DECIDE,
        fits=actions.may_answer,
    ),
    "go_on": Deed(
        DeedForm,
        actions.go_on,
        _("The case goes on without an answer."),
        _("Go on without an answer"),
        DECIDE,
        fits=actions.may_go_on,
    ),
    "refuse": Deed(
        RefuseForm,
        actions.refuse,
        _("Refused. The applicant learns the reason."),
        _("Refuse with reason"),
        DECIDE,
        "r",
    ),
    "reopen": Deed(
        ReopenForm,
        actions.reopen,
        _("The case goes on; the applicant is told."),
        _("Reopen"),
        DECIDE,
        fits=actions.may_reopen,
    ),
    "remind": Deed(
        DeedForm, actions.remind, _("The question was sent again."), _("Remind the applicant"), MORE
    ),
    "call": Deed(CallForm, actions.ask_call, _("The call-back is noted."), _("Note a call-back"), MORE),
    "hand_over": Deed(
        HandOverForm,
        actions.hand_over,
        _("The other team has the case now."),
        _("Hand to another team"),
        MORE,
    ),
    "redirect": Deed(
        RedirectForm,
        actions.redirect,
        _("The right request is begun with what is known."),
        _("Send to another service"),
        MORE,
    ),
    "merge": Deed(
        MergeForm,
        actions.merge,
        _("Closed as filed twice. The other case goes on; the applicant is told."),
        _("Filed twice: merge into"),
        MORE,
    ),
    "withdraw": Deed(
        WithdrawForm, actions.withdraw, _("The request is withdrawn."), _("The applicant withdraws"), MORE
    ),
    "protect": Deed(
        ProtectForm,
        actions.mark_protected,
        _("Protected: only who treats protected addresses sees the case now."),
        _("Mark an address as protected"),
        MORE,
        fits=lambda case: not case.is_known_protected,
    ),
    "unprotect": Deed(
        UnprotectForm,
        actions.unprotect,
        _("The whole team sees the case now."),
        _("No address is protected"),
        MORE,
        fits=lambda case: case.protected,
    ),
    "tie": Deed(TieForm, actions.tie, _("The cases are linked."), _("Link with another case")),
    "untie": Deed(TieForm, actions.untie, _("The cases are no longer linked.")),
    "take": Deed(DeedForm, actions.take, _("The case is yours."), fits=lambda case: case.assignee_id is None),
    "assign": Deed(AssignForm, actions.assign, _("The case is assigned.")),
    "note": Deed(NoteForm, actions.note, _("The note is kept.")),
    "message": Deed(MessageForm, actions.message, _("The message is on its way.")),
    "called": Deed(CalledForm, actions.called, _("The call is noted.")),
    "enclosure": Deed(EnclosureForm, actions.judge_enclosure, _("The enclosure is noted.")),
    "person": Deed(
        PersonForm, actions.judge_person, _("The outcome of this person is kept."), fits=actions.may_decide
    ),
    "review": Deed(ReviewForm, actions.review, _("Your review is kept.")),
    "identify": Deed(IdentifyForm, actions.identify, _("Kept: the applicant is known.")),
}


def offered(case: Case, user) -> list[str]:
    """The deeds that make sense now and that this agent may do, in the order of the table."""
    role = access.role_in(user, case)
    found = [
        do
        for do, deed in DEEDS.items()
        if role >= access.NEEDED[do] and allowed(do, case.state, case.outcome) and deed.fits(case)
    ]
    return _with_four_eyes(found, case, user)


def _with_four_eyes(found: list[str], case: Case, user) -> list[str]:
    """What is proposed is reviewed by somebody else; nothing else is decided meanwhile."""
    proposed_by = actions.proposed_by(case)
    without = {"accept", "refuse"} if proposed_by else {"review"}
    if proposed_by == user.pk:
        without.add("review")
    return [do for do in found if do not in without]
