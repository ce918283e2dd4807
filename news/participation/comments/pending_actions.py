"""Pending action: commenting, once the address is verified."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from home.links.page_links import url_in_current_language

from ..pending_action import ActionNoLongerPossible, ActionResult, PendingActionType
from . import access, actions


def _about(payload: dict) -> str:
    return _("Comment on: {title}").format(title=payload["title"])


def _comment(*, email: str, language: str, payload: dict, at: datetime) -> ActionResult:
    page = access.article_of(payload["article"])
    if page is None or not page.takes_comments(timezone.localdate(at)):
        raise ActionNoLongerPossible
    actions.submit_comment(page=page, email=email, language=language, handed_in_at=at, **payload["written"])
    return ActionResult("handed", url_in_current_language(page))


PENDING_ACTIONS = {"comment": PendingActionType(_about, _comment)}
