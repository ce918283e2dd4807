"""Pending actions of contributions, executed once the address is verified."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from home.links.page_links import url_in_current_language

from ..pending_action import ActionNoLongerPossible, ActionResult, PendingActionType
from . import access, actions
from .models import ConsultationPage, Contribution


def _open(consultation: str, at: datetime) -> ConsultationPage:
    page = access.page_of(consultation)
    if page is None or not page.is_open(timezone.localdate(at)):
        raise ActionNoLongerPossible
    return page


def _voted_for(payload: dict, at: datetime) -> tuple[Contribution, ConsultationPage]:
    found = Contribution.objects.published().filter(pk=payload["contribution"]).first()
    page = _open(found.consultation, at) if found else None
    if page is None or not page.votes or not found.takes_votes:
        raise ActionNoLongerPossible
    return found, page


def _about_contribution(payload: dict) -> str:
    return _("Contribution: {title}").format(title=payload["page"])


def _hand_in(*, email: str, language: str, payload: dict, at: datetime) -> ActionResult:
    page = _open(payload["consultation"], at)
    actions.submit_contribution(
        page=page, email=email, language=language, handed_in_at=at, **payload["written"]
    )
    return ActionResult("handed" if page.public else "confided", url_in_current_language(page))


def _about_vote(payload: dict) -> str:
    return _("Vote for: {title}").format(title=payload["title"])


def _vote(*, email: str, language: str, payload: dict, at: datetime) -> ActionResult:
    contribution, _page = _voted_for(payload, at)
    new = actions.cast_vote(contribution=contribution, email=email)
    return ActionResult("voted" if new else "voted_before", contribution.get_absolute_url())


def _about_taking_back(payload: dict) -> str:
    return _("Take back the vote for: {title}").format(title=payload["title"])


def _take_back(*, email: str, language: str, payload: dict, at: datetime) -> ActionResult:
    contribution, _page = _voted_for(payload, at)
    given = actions.withdraw_vote(contribution=contribution, email=email)
    return ActionResult("taken_back" if given else "not_voted", contribution.get_absolute_url())


PENDING_ACTIONS = {
    "contribute": PendingActionType(_about_contribution, _hand_in),
    "vote": PendingActionType(_about_vote, _vote),
    "take_back": PendingActionType(_about_taking_back, _take_back),
}
