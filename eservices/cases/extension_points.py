"""Extension points of cases: what other apps add to them, in their ``case_extension.py``."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, NamedTuple
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.functional import Promise

from eservices.accounts.models import User
from home.extensions.base import Extension

from .models import Case

type ArchiveFile = tuple[str, BinaryIO]  # the name inside the archive package, and the open content


@dataclass(frozen=True)
class Panel:
    """A panel of the case page: a template, which is one ``<section>`` with an ``<h2>``, and its context.

    The template gets its context as ``panel``. The order of the panels is in ``case_panels``, by key.
    """

    key: str
    template: str
    context: Mapping[str, object]


@dataclass(frozen=True)
class FeeExemption:
    """An exemption from fees.

    ``reason(case)`` returns why nothing is due, in the language of staff; "" if the applicant pays. It runs while the
    case is locked, so it may only read stored data.
    """

    label: str | Promise
    reason: Callable[[Case], str]


@dataclass(frozen=True)
class RetentionBlocker:
    """A reason to keep cases.

    ``cases``: the condition for the cases that it keeps now. ``label``: the reason, after “The case is kept:”.
    """

    label: str | Promise
    cases: Callable[[], Q]


class Headline(NamedTuple):
    """The result for the applicant, as the heading of the status page and a sentence below it."""

    title: str
    lead: str


@dataclass(frozen=True)
class Audience:
    """Readers of an export of a case. ``export.audiences`` names them all.

    ``secret_answers``: as they were given, else masked. ``internal``: notes, stages, opinions, holds and events.
    ``unopened_decisions``: also before the applicant opens them. ``protected``: cases with a protected address.
    """

    name: str
    secret_answers: bool = False
    internal: bool = False
    unopened_decisions: bool = True
    protected: bool = True


class CaseExtension(Extension):
    """A part of another app in cases."""

    file = "case_extension"

    # Names and panels
    def event_labels(self) -> Mapping[str, str | Promise]:
        """Return the labels of the kinds of events that this app writes, by kind."""
        return {}

    def titles(self, cases: Sequence[Case]) -> Mapping[UUID, str]:
        """Return titles of those of ``cases`` that this app knows. It is asked about cases without an applicant."""
        return {}

    def panels(self, case: Case, user: User) -> Iterable[Panel]:
        """Yield panels of the case page, at most one per key."""
        return ()

    def answer_recipients(self, case: Case) -> Mapping[str, Sequence[str]]:
        """Return the systems that got an answer and what they got, as text for agents, by question."""
        return {}

    # What the applicant gets
    def headline(self, case: Case) -> Headline | None:
        """Return what the applicant gets on this case, in the active language; None if this app gives nothing yet.

        Lists ask about many cases: it may read only what ``workflow.headline.PREFETCHED`` names.
        """
        return None

    def withdrawal_objection(self, case: Case) -> str:
        """Return why withdrawing the request would have no effect any more; "" if it has one."""
        return ""

    # Statements of agents
    def acceptance_forms(self, case: Case) -> Mapping[str, Callable[..., forms.Form]]:
        """Return forms to fill in when accepting the case.

        Their cleaned data must be JSON; it is stored under the key in the details of the decision.
        """
        return {}

    def identity_statement(self, case: Case) -> str:
        """Return how an agent identified the applicant, besides the identity level; "" if nobody stated it here."""
        return ""

    # Protected addresses
    def needs_screening(self, case: Case) -> bool:
        """Return whether this app still has to find out if an address is protected.

        If so, it calls ``settle_screening`` afterwards. Until then the case is treated as protected.
        """
        return False

    def names_protected_person(self, case: Case) -> bool:
        """Return whether this app knows that a person in the case has a protected address.

        Independent of what agents recorded.
        """
        return False

    # Fees
    def fee_exemptions(self) -> Mapping[str, FeeExemption]:
        """Return exemptions from fees, by the key that definitions contain."""
        return {}

    def fee_deductions(self, case: Case) -> Mapping[str, int]:
        """Return what of the case's fees is not due any more, in minor units, by the key of the fee line."""
        return {}

    def payment_deadline(self, case: Case) -> datetime | None:
        """Return the moment before which the case must be paid; None if nothing depends on it."""
        return None

    # Retention
    def retention_blockers(self) -> Mapping[str, RetentionBlocker]:
        """Return reasons to keep closed cases, by key."""
        return {}

    def export_parts(self, case: Case, audience: Audience) -> Mapping[str, object]:
        """Return plain data of this app for exports of the case, by key: archive, records system, own data."""
        return {}

    def archive_files(self, case: Case) -> Iterator[ArchiveFile]:
        """Yield the files of the archive package."""
        yield from ()
