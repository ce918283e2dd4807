"""All writes for readers by SMS: request, confirm by code, change, unsubscribe, send messages."""

import secrets
import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.deliveries import actions as outbox
from eservices.deliveries.models import Delivery
from home.alerts.models import Alert
from home.formats import sms
from home.models import ConsentText
from home.runtime.write_conflicts import retry_on_conflict
from newsletter.models.reader_choices import replace_topics

from .. import announcements
from ..models import ChannelSettings
from ..models.sms import PhoneConsent, PhoneReader
from . import consent_wording

CODE_LIFETIME = timedelta(minutes=15)
TRIES = 5
CARRIER = "news_sms"
ID_NAMESPACE = UUID(
    "5f0f6a37-93ab-4a0e-9a53-6e1d1d8f6f0a"
)  # namespace of the ids of messages, which are built from key and number
State, Kind = PhoneReader.State, PhoneConsent.Kind


@retry_on_conflict
@transaction.atomic
def request_subscription(
    *,
    actor: User | None = None,
    number: str,
    language: str,
    topic_keys: Iterable[UUID | str],
    alerts: bool,
) -> PhoneReader:
    """Send a code to the number.

    Choices that were confirmed before change only once the new code is entered.
    """
    wording = ConsentText.record(consent_wording.SUBJECT, consent_wording.WORDING, language)
    wanted = {
        "language": language,
        "topics": sorted(map(str, topic_keys)),
        "alerts": alerts,
        "wording": wording,
    }
    reader = PhoneReader.objects.select_for_update().filter(number=number).first()
    reader = reader or PhoneReader(number=number, language=language)
    code, now = f"{secrets.randbelow(10**6):06}", timezone.now()
    reader.asked, reader.asked_at = wanted, now
    reader.code, reader.code_expires_at, reader.code_tries = _digest(number, code), now + CODE_LIFETIME, 0
    reader.save()
    with translation.override(language):
        words = {"commune": settings.WAGTAIL_SITE_NAME, "code": code}
        text = _("%(commune)s: your code is %(code)s. Enter it to confirm that you want news by SMS.") % words
    outbox.queue_sms(to=number, text=sms.to_sms_text(text), subject=f"phone:{reader.pk}", confidential=True)
    return reader


def confirm_by_code(*, actor: User | None = None, reader: PhoneReader, code: str) -> bool:
    """Confirm a reader by the code. Return False if it is wrong, expired, or was tried too often."""
    with transaction.atomic():
        reader = _lock(reader)
        expires_at = reader.code_expires_at
        known = reader.code and expires_at and expires_at > timezone.now() and reader.code_tries < TRIES
        if not known:
            return False
        reader.code_tries += 1
        right = constant_time_compare(reader.code, _digest(reader.number, code))
        if right:
            _take(reader)
        reader.save()
        if right:
            replace_topics(reader.topics, reader.asked["topics"])
            _record(reader, Kind.CONFIRMED, reader.asked.get("wording", ""))
        return right


def _take(reader: PhoneReader) -> None:
    reader.state, reader.code, reader.stopped_at = State.CONFIRMED, "", None
    reader.confirmed_at = timezone.now()
    reader.language, reader.alerts = reader.asked["language"], reader.asked["alerts"]


@transaction.atomic
def change_subscription(
    *, actor: User | None = None, reader: PhoneReader, language: str, topic_keys: Iterable[str], alerts: bool
) -> None:
    """Change topics, language and alerts on the reader's page."""
    reader = _lock(reader)
    reader.language, reader.alerts = language, alerts
    reader.save()
    replace_topics(reader.topics, topic_keys)
    _record(reader, Kind.CHANGED)


@transaction.atomic
def unsubscribe(*, actor: User | None = None, reader: PhoneReader, replied: bool = False) -> None:
    """Unsubscribe a reader and skip the waiting messages. A second time changes nothing."""
    reader = _lock(reader)
    if reader.state == State.STOPPED:
        return
    reader.state, reader.stopped_at, reader.code = State.STOPPED, timezone.now(), ""
    reader.save()
    _record(reader, Kind.REPLIED if replied else Kind.STOPPED)
    for delivery in Delivery.objects.filter(carrier=CARRIER, recipient=reader.number).open():
        outbox.skip_delivery(actor=None, delivery=delivery, reason=_("The reader stopped."))


@transaction.atomic
def erase_reader(*, actor: User | None = None, reader: PhoneReader) -> None:
    """Erase the number, here and in the deliveries to it."""
    unsubscribe(reader=reader)
    outbox.erase_recipient(actor=actor, carrier=CARRIER, recipient=reader.number)
    outbox.erase_deliveries_about(actor=actor, subject=f"phone:{reader.pk}")
    PhoneReader.objects.filter(pk=reader.pk).delete()


@retry_on_conflict
@transaction.atomic
def queue_messages(
    *,
    actor: User | None = None,
    key: str,
    texts: dict[str, str],
    language: str,
    readers: QuerySet[PhoneReader],
    told: dict[str, Any],
) -> int:
    """Queue a message to each reader, in their language if ``texts`` has it. Return the number of readers.

    ``key`` identifies what is announced: if called twice with the same, nobody gets it twice. ``told`` is what the
    transport checks before it sends each message: the ``page`` that must still be public, or the ``alert`` that must
    still be current and that ignores quiet hours.
    """
    at_once = {"alert", "all_clear"} & told.keys()
    due = None if at_once else ChannelSettings.load().earliest_send_time(timezone.now())
    subject = _subject(key)
    known = set(Delivery.objects.for_subject(subject).values_list("id", flat=True))
    number = 0
    for reader in readers.order_by("pk"):
        number += 1
        message = uuid.uuid5(ID_NAMESPACE, f"{key}:{reader.number}")
        if message in known:
            continue
        spoken = reader.language if texts.get(reader.language) else language
        text = sms.to_sms_text(texts[spoken])
        outbox.queue_delivery(
            id=message,
            carrier=CARRIER,
            recipient=reader.number,
            title=" ".join(text.split()),
            payload={"text": text, "language": spoken} | told,
            subject=subject,
            due_at=due,
        )
    return number


def queue_alert(*, actor: User, alert: Alert) -> int:
    """Queue an alert to all readers who want alerts, at any hour. Return their number.

    If called twice, nobody gets it twice, until the alert ended and begins anew.
    """
    texts = _texts_of(alert)
    readers = PhoneReader.objects.confirmed().filter(alerts=True)
    key, told = f"alert:{alert.occurrence}", {"alert": alert.occurrence}
    return queue_messages(
        actor=actor, key=key, texts=texts, language=settings.LANGUAGE_CODE, readers=readers, told=told
    )


def follow(
    *, actor: User | None = None, key: str, texts: dict[str, str], language: str, told: dict[str, Any]
) -> bool:
    """Rewrite the messages of ``key`` that are not sent yet, each in the language of its reader.

    Return whether none is sent: then readers may still be added.
    """
    subject = _subject(key)
    spoken = dict(PhoneReader.objects.values_list("number", "language"))

    def content(delivery: Delivery) -> tuple[str, dict[str, Any]]:
        chosen = spoken.get(delivery.recipient, "")
        chosen = chosen if texts.get(chosen) else language
        text = sms.to_sms_text(texts[chosen])
        now = announcements.followed(delivery.payload, told)
        return " ".join(text.split()), {"text": text, "language": chosen} | now

    outbox.rewrite(actor=actor, subject=subject, content=content)
    return not Delivery.objects.for_subject(subject).filter(state=Delivery.State.DONE).exists()


def clear(*, actor: User, alert: Alert, texts: dict[str, str]) -> int:
    """Queue the all-clear to the readers who got the alert. Return their number.

    If called twice, nobody gets it twice. A reader who unsubscribed since gets nothing.
    """
    got = Delivery.objects.for_subject(_subject(f"alert:{alert.occurrence}")).filter(
        state=Delivery.State.DONE
    )
    readers = PhoneReader.objects.confirmed().filter(number__in=list(got.values_list("recipient", flat=True)))
    key, told = f"clear:{alert.occurrence}", {"all_clear": alert.occurrence}
    language = settings.LANGUAGE_CODE
    return queue_messages(actor=actor, key=key, texts=texts, language=language, readers=readers, told=told)


def follow_alert(*, actor: User | None = None, alert: Alert) -> None:
    """Rewrite the messages of an alert that are not sent yet, after its text changed."""
    if alert.began_at is None:
        return
    follow(
        actor=actor,
        key=f"alert:{alert.occurrence}",
        texts=_texts_of(alert),
        language=settings.LANGUAGE_CODE,
        told={"alert": alert.occurrence},
    )


def _texts_of(alert: Alert) -> dict[str, str]:
    return {code: alert.sms_text(code) for code, _name in settings.LANGUAGES}


def _subject(key: str) -> str:
    return f"news-sms:{key}"[:80]


def _digest(number: str, code: str) -> str:
    return salted_hmac("news.channels.sms.code", f"{number}:{code}", algorithm="sha256").hexdigest()


def _record(reader: PhoneReader, kind: PhoneConsent.Kind, wording: str = "") -> None:
    topics = sorted(map(str, reader.topic_keys))
    PhoneConsent.objects.create(reader=reader, kind=kind, topics=topics, wording=wording)


def _lock(reader: PhoneReader) -> PhoneReader:
    return PhoneReader.objects.select_for_update().get(pk=reader.pk)
