"""Export of subscribers as CSV with the proof of consent, in the columns that ``importer`` reads."""

import csv
import io
from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from home.formats.spreadsheets import harmless, write_csv_lines

from ..models import ConsentEvent, Subscriber, Topic

COLUMNS = ["email", "language", "topics", "consent", "proof", "state", "unsubscribed"]
BATCH_SIZE = 1000
AGREED = (ConsentEvent.Kind.CONFIRMED, ConsentEvent.Kind.IMPORTED, ConsentEvent.Kind.RESUBSCRIBED)


def export_rows() -> Iterator[str]:
    """Yield all subscribers as lines of CSV, row by row. No cell is ever a formula."""
    names = {one.translation_key: one.name for one in Topic.objects.in_language(settings.LANGUAGE_CODE)}
    everybody = Subscriber.objects.order_by("pk").prefetch_related("subscriptions", "consents")
    return write_csv_lines(COLUMNS, (_row(one, names) for one in everybody.iterator(chunk_size=BATCH_SIZE)))


def _row(subscriber: Subscriber, names: dict) -> list[str]:
    topics = [names[one.topic_key] for one in subscriber.subscriptions.all() if one.topic_key in names]
    return [
        subscriber.email,
        subscriber.language,
        ", ".join(sorted(topics)),
        _day(subscriber.confirmed_at),
        _proof(subscriber),
        subscriber.state,
        _day(subscriber.unsubscribed_at),
    ]


def _proof(subscriber: Subscriber) -> str:
    """Return the latest proof of consent: event, time, wording or source; "" without one."""
    agreed = [one for one in subscriber.consents.all() if one.kind in AGREED]
    if not agreed:
        return ""
    last = agreed[-1]
    return " ".join(filter(None, (last.kind, last.at.isoformat(timespec="seconds"), last.wording, last.page)))


def _day(moment) -> str:
    return timezone.localtime(moment).date().isoformat() if moment else ""


def rewrite_lines(some) -> str:
    """Return lines of an import as a file that can be read again, without unsubscribed ones.

    All topics are written as "": thousands of lines would be too large for the page.
    """
    names = {one.translation_key: one.name for one in Topic.objects.in_language(settings.LANGUAGE_CODE)}
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(COLUMNS[:5])
    for line in some:
        if line.left:
            continue
        chosen = line.topic_keys & names.keys()
        topics = "" if len(chosen) == len(names) else ", ".join(sorted(names[key] for key in chosen))
        cells = [line.email, line.language, topics, str(line.agreed_on or ""), line.proof]
        writer.writerow(map(harmless, cells))
    return out.getvalue()
