"""Commenting, once the address is proven."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from home.links import read_here

from ..deed import Deed, Done, Impossible
from . import access, actions


def _about(payload: dict) -> str:
    return _("Comment on: {title}").format(title=payload["title"])


def _comment(*, email: str, language: str, payload: dict, at: datetime) -> Done:
    page = access.article_of(payload["article"])
    if page is None or not page.takes_comments(timezone.localdate(at)):
        raise Impossible
    actions.hand_in(page=page, email=email, language=language, handed_in_at=at, **payload["written"])
    return Done("handed", read_here(page))


DEEDS = {"comment": Deed(_about, _comment)}
