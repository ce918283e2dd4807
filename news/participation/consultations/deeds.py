"""What somebody may do about contributions once their address is proven."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from home.links import read_here

from ..deed import Deed, Done, Impossible
from . import access, actions
from .models import ConsultationPage, Contribution


def _open(consultation: str, at: datetime) -> ConsultationPage:
    page = access.page_of(consultation)
    if page is None or not page.is_open(timezone.localdate(at)):
        raise Impossible
    return page


def _voted_for(payload: dict, at: datetime) -> tuple[Contribution, ConsultationPage]:
    found = Contribution.objects.published().filter(pk=payload["contribution"]).first()
    page = _open(found.consultation, at) if found else None
    if page is None or not page.votes or not found.takes_votes:
        raise Impossible
    return found, page


def _about_contribution(payload: dict) -> str:
    return _("Contribution: {title}").format(title=payload["page"])


def _hand_in(*, email: str, language: str, payload: dict, at: datetime) -> Done:
    page = _open(payload["consultation"], at)
    actions.hand_in(page=page, email=email, language=language, handed_in_at=at, **payload["written"])
    return Done("handed" if page.public else "confided", read_here(page))


def _about_vote(payload: dict) -> str:
    return _("Vote for: {title}").format(title=payload["title"])


def _vote(*, email: str, language: str, payload: dict, at: datetime) -> Done:
    contribution, _page = _voted_for(payload, at)
    new = actions.vote(contribution=contribution, email=email)
    return Done("voted" if new else "voted_before", contribution.get_absolute_url())


def _about_taking_back(payload: dict) -> str:
    return _("Take back the vote for: {title}").format(title=payload["title"])


def _take_back(*, email: str, language: str, payload: dict, at: datetime) -> Done:
    contribution, _page = _voted_for(payload, at)
    given = actions.take_back(contribution=contribution, email=email)
    return Done("taken_back" if given else "not_voted", contribution.get_absolute_url())


DEEDS = {
    "contribute": Deed(_about_contribution, _hand_in),
    "vote": Deed(_about_vote, _vote),
    "take_back": Deed(_about_taking_back, _take_back),
}
