"""Scopes: what a token may do. A token has scopes and services; each endpoint for cases names one scope."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """An action of a program. The key is part of the API and never changes."""

    CASES_READ = "cases:read", _("list and read cases, follow changes")
    CASES_FILES = "cases:files", _("download files of cases")
    CASES_CLAIM = "cases:claim", _("take cases")
    CASES_NOTE = "cases:note", _("write notes among agents")
    CASES_MESSAGE = "cases:message", _("write messages to applicants")
    CASES_EXTERNAL = "cases:external", _("record the state of cases that are handled outside")
    DRAFTS_FILL = "drafts:fill", _("fill in requests that a person checks and sends")
    BOOKS_READ = "books:read", _("read the journal and the payments of the whole commune")
    BOOKINGS_READ = "bookings:read", _("list bookings")
