"""Pending action: answering a survey with one answer per person."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from home.links.page_links import url_in_current_language

from ..pending_action import ActionNoLongerPossible, ActionResult, PendingActionType
from . import access, actions


def _about(payload: dict) -> str:
    return _("Answers to: {title}").format(title=payload["title"])


def _answer(*, email: str, language: str, payload: dict, at: datetime) -> ActionResult:
    day = timezone.localdate(at)
    page = access.page_of(payload["survey"])
    if page is None or not page.is_open(day):
        raise ActionNoLongerPossible
    new = actions.submit_answers(page=page, said=payload["said"], email=email, day=day)
    return ActionResult("answered" if new else "answered_before", url_in_current_language(page))


PENDING_ACTIONS = {"survey": PendingActionType(_about, _answer)}
