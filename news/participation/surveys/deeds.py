"""Answering a survey that takes one answer for each person."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from home.links import read_here

from ..deed import Deed, Done, Impossible
from . import access, actions


def _about(payload: dict) -> str:
    return _("Answers to: {title}").format(title=payload["title"])


def _answer(*, email: str, language: str, payload: dict, at: datetime) -> Done:
    day = timezone.localdate(at)
    page = access.page_of(payload["survey"])
    if page is None or not page.is_open(day):
        raise Impossible
    new = actions.answer(page=page, said=payload["said"], email=email, day=day)
    return Done("answered" if new else "answered_before", read_here(page))


DEEDS = {"survey": Deed(_about, _answer)}
