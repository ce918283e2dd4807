"""Proof of posting as a PDF: first the facts, then each record with its hash."""

from datetime import date, datetime
from pathlib import Path

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from home.localization.dates import date_format
from home.localization.times import format_time
from home.printing import letterhead
from home.printing import pdf as printing_pdf

from .models import OfficialNoticeSettings, PostingRecord
from .posting_spans import on_board_since, posted_spans

TEMPLATE = Path(__file__).parent / "typst" / "proof.typ"


def render_proof(postings: list[PostingRecord], moment: datetime) -> bytes:
    """Render the proof. ``postings``: all records of one notice, oldest first."""
    last, day = postings[-1], timezone.localdate(moment)
    return printing_pdf.render_pdf(
        TEMPLATE,
        letterhead.letterhead_data()
        | {
            "language": get_language(),
            "day": [day.year, day.month, day.day],
            "title": _("Proof of posting"),
            "act": last.act,
            "notice": last.title,
            "facts": proof_facts(postings, moment),
            "events": [_event(posting) for posting in postings],
            "words": {
                "events": _("Events so far"),
                "digest": _("SHA-256 of the content shown"),
                "printed": _("Made on {moment}").format(moment=_moment(moment)),
                "signature": _("Place, date, signature"),
                "explained": _(
                    "The hashes prove that a text or file stored in another place is the one that was shown, "
                    "because it has the same hash. The notice could not be seen before its first day or "
                    "after its last day, because the site checks its dates at every view."
                ),
            },
        },
        moment,
    )


def file_name(postings: list[PostingRecord]) -> str:
    return f"{slugify(postings[-1].title)[:60] or 'notice'}-{postings[-1].last_day:%Y-%m-%d}.pdf"


def proof_facts(postings: list[PostingRecord], moment: datetime) -> list[list[str]]:
    """Return when the notice was displayed on the site and on the board, and which of the two counts in law."""
    last = postings[-1]
    return [
        [_("On the site"), _shown(postings, moment)],
        [_("On the public board"), _on_board(postings)],
        [_("The posting that counts in law"), str(OfficialNoticeSettings.Binding(last.binding).label)],
    ]


def _shown(postings: list[PostingRecord], moment: datetime) -> str:
    today = timezone.localdate(moment)
    past, still = _("from {first} to {last}"), _("from {first}, until {last}")
    told = [
        (past if last < today else still).format(first=date_format(first), last=date_format(last))
        for first, last in posted_spans(postings)
    ]
    return "; ".join(told) or _("never shown")


def _on_board(postings: list[PostingRecord]) -> str:
    last = postings[-1]
    if last.board_from is None:
        return _("not recorded")
    told = _("since {day}").format(day=date_format(last.board_from))
    if last.board_until:
        told = _("from {first} to {last}").format(
            first=date_format(last.board_from), last=date_format(last.board_until)
        )
    recorded = on_board_since(postings, last.board_from, timezone.localdate(last.at))
    if recorded == last.board_from:
        return told
    return _("{days} (recorded on {day})").format(days=told, day=date_format(recorded))


def _event(posting: PostingRecord) -> dict:
    days = _("from {first} to {last}").format(first=_short(posting.first_day), last=_short(posting.last_day))
    return {
        "at": _moment(posting.at),
        "who": posting.actor_name or _("the site"),
        "what": f"{posting.get_kind_display()} ({posting.language}), {days}",
        "digest": posting.digest,
        "files": [[file["title"], filesizeformat(file["size"]), file["digest"]] for file in posting.files],
    }


def _short(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _moment(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{date_format(local.date())}, {format_time(local)}"
