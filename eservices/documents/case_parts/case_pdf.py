"""A whole case as one PDF: answers, messages, decisions, documents and all events.

Files are listed by name, size and SHA-256, so that each can be matched with the copy in the archive package.
"""

from datetime import datetime
from pathlib import Path

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.cases import timeline
from eservices.cases.export.answers import AnswerRow, answer_rows
from eservices.cases.export.audiences import AGENT
from eservices.cases.export.record import CaseRecord
from eservices.cases.models import AppealableDecision, Case, ConcernedPerson, Message, Opinion
from eservices.deliveries.access import readable_text
from eservices.deliveries.models import Delivery
from eservices.deliveries.paragraphs import paragraphs_to_text
from eservices.deliveries.transports import transport_label
from home.localization import phone_numbers
from home.localization.dates import date_format
from home.localization.punctuation import labelled
from home.printing import letterhead
from home.printing import pdf as printing_pdf

from ..models import Document
from .export import issued_documents

TEMPLATE = Path(__file__).parents[1] / "typst" / "casefile.typ"


def render_case_pdf(case: Case, *, reader, now: datetime) -> bytes:
    """Render the case at ``now`` in the active language, as PDF/A-2a and PDF/UA-1."""
    return printing_pdf.render_pdf(TEMPLATE, _content(CaseRecord(case, AGENT), reader, now), now)


def _content(record: CaseRecord, reader, now: datetime) -> dict:
    case, today = record.case, timezone.localdate(now)
    return letterhead.letterhead_data() | {
        "language": get_language(),
        "day": [today.year, today.month, today.day],
        "reference": case.reference,
        "service": case.version.definition.title(get_language()),
        "title": _("Case %(reference)s") % {"reference": case.reference},
        "rehearsal": _("Rehearsal: this document has no value.") if case.rehearsal else "",
        "facts": _facts(record),
        "answers": [
            [title, [[one.label, _said(one)] for one in found]]
            for title, found in answer_rows(case, record.files, words=record.words)
        ],
        "messages": [_message(one) for one in record.messages],
        "notes": [[_moment(one.at), str(one.author), one.text] for one in record.notes],
        "opinions": [_opinion(one) for one in record.given_opinions],
        "decisions": [_decision(one) for one in record.decisions],
        "letters": [_letter(one) for one in record.letters],
        "files": [[one.name, filesizeformat(one.size), one.digest] for one in record.files],
        "documents": [_document(one) for one in issued_documents(case)],
        "events": [
            [_moment(line.at), line.what, line.who, line.detail]
            for line in timeline.items_from_events(case, record.events)[0]
        ],
        "words": {
            "printed": _("As on %(moment)s, read by %(reader)s") % {"moment": _moment(now), "reader": reader},
            "case": _("The case"),
            "answers": _("Declared answers"),
            "messages": _("Messages"),
            "notes": _("Internal notes"),
            "opinions": _("Opinions of others"),
            "decisions": capfirst(str(AppealableDecision._meta.verbose_name_plural)),
            "letters": _("Letters sent"),
            "files": _("Files"),
            "documents": _("Documents"),
            "events": _("All events"),
        },
    }


def _facts(record: CaseRecord) -> list[list[str]]:
    case, submission = record.case, record.case.submission
    facts = [
        (_("Applicant"), case.applicant),
        (_("E-mail address"), case.email),
        (_("Telephone"), phone_numbers.format_phone(case.phone)),
        (_("Received"), f"{_moment(submission.sent_at)}, {submission.get_channel_display()}"),
        (_("Team"), str(case.team)),
        (_("Agent"), str(case.assignee or "")),
        (_("State"), case.get_state_display()),
        (_("Decision"), record.outcome_label),
        (_("Reason"), record.reason),
        (_("Closed"), _moment(case.closed_at) if case.closed_at else ""),
        *[(one.name, _outcome(one)) for one in record.persons],
    ]
    return [[str(label), str(value)] for label, value in facts if value]


def _outcome(person: ConcernedPerson) -> str:
    """Return the outcome for one concerned person, with its reason."""
    outcome = person.get_outcome_display() or _("same as the case")
    return labelled(outcome, person.reason) if person.reason else str(outcome)


def _said(answer: AnswerRow) -> str:
    if answer.secret and answer.value:
        return answer.value
    said = answer.value or ", ".join(file.name for file in answer.files)
    if found := answer.enclosure:
        said = ", ".join(filter(None, (said, str(found.get_state_display()), found.reason)))
    if answer.change is None:
        return said
    corrected = _("%(value)s (declared: %(declared)s; corrected because: %(reason)s)")
    return corrected % {"value": said, "declared": answer.declared, "reason": answer.change.reason}


def _message(one: Message) -> list[str]:
    by = _("by the applicant") if one.from_applicant else one.author or _("automatically")
    return [_moment(one.at), str(by), str(one.get_kind_display()), one.text]


def _opinion(one: Opinion) -> list[str]:
    by = one.author if one.author != one.name else ""
    return [_moment(one.given_at), one.name, by, str(one.get_stance_display()), one.text]


def _decision(one: AppealableDecision) -> list[str]:
    """Return the row of an appealable decision. The text of one sent by post is among the paper letters."""
    text = "" if one.letter_id else paragraphs_to_text(one.paragraphs)
    return [_moment(one.decided_at), one.title, _notified(one) if one.notified_on else "", text]


def _notified(one: AppealableDecision) -> str:
    return _("Notified on %(day)s (%(proof)s); may be appealed until %(last)s.") % {
        "day": date_format(one.notified_on, "DATE_FORMAT"),
        "proof": one.get_proof_display(),
        "last": date_format(one.last_day, "DATE_FORMAT"),
    }


def _letter(one: Delivery) -> list[str]:
    """Return the row of a delivery. Its state is included if it is not sent."""
    way = transport_label(one.carrier)
    state = "" if one.state == Delivery.State.DONE else str(one.get_state_display())
    head = ", ".join(filter(None, (way, one.recipient, state)))
    return [_moment(one.done_at or one.created_at), one.title, head, readable_text(one)]


def _document(one: Document) -> list[str]:
    return [
        one.title,
        one.number,
        date_format(one.date, "DATE_FORMAT"),
        _standing(one),
        one.digest,
    ]


def _standing(one: Document) -> str:
    """Return the validity of a document: when and why it was revoked, and what it replaces."""
    said = str(one.get_state_display())
    if one.revoked_at:
        day = date_format(timezone.localdate(one.revoked_at), "DATE_FORMAT")
        said = labelled(_("revoked on %(day)s") % {"day": day}, one.revoked_reason)
    return ", ".join(
        filter(None, (said, one.replaces and _("replaces %(number)s") % {"number": one.replaces.number}))
    )


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
