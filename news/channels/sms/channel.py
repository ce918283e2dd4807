"""SMS as a channel of a page, and the transport of one message."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from eservices.deliveries.models import Delivery
from eservices.deliveries.transports import Obsolete, PermanentFailure, RetryLater, configured_sms_gateway
from home.alerts.models import Alert
from home.formats import sms
from home.localization.dates import date_format
from home.localization.punctuation import labelled
from home.localization.times import format_time

from .. import announcements, text_fitting
from ..announcements import Announcement
from ..models import ChannelSettings
from ..models.sms import PhoneReader
from ..networks.base import PublishedPost
from . import actions, phone_numbers

MAX_PARTS = 3
ALL_CLEAR_HOLDS = timedelta(hours=6)  # a later one informs nobody, and may contradict newer information


@dataclass(frozen=True)
class SmsEdition:
    """The message in one language, with its number of readers."""

    name: str
    text: str
    readers: int

    @property
    def messages(self) -> int:
        return sms.count_messages(self.text)

    @property
    def words(self) -> str:
        words = {"messages": self.messages, "readers": self.readers}
        return _("Messages each: %(messages)s. Readers: %(readers)s.") % words


class SmsChannel:
    """Channel to the confirmed readers of the page's topics, in their language if the page is published in it."""

    key, label, limit = "by_sms", "SMS", MAX_PARTS
    unit = gettext_lazy("messages")
    is_message = True  # messages to people cannot be withdrawn once they are sent
    link_in_text = True
    shows_picture = needs_picture = edits = withdraws = False

    @property
    def ready(self) -> bool:
        return bool(settings.SMS_GATEWAY) and (settings.DEMO or not self.is_double)

    @property
    def is_double(self) -> bool:
        return settings.SMS_GATEWAY == settings.SMS_MAILBOX

    def measure(self, text: str) -> int:
        return sms.count_messages(sms.to_sms_text(text))

    def compose(self, announcement: Announcement, own: str = "") -> str:
        if own:
            text = own if announcement.link in own else text_fitting.join_lines(own, announcement.link)
        else:
            title = sms.to_sms_text(f"{settings.WAGTAIL_SITE_NAME}: {announcement.title}")
            most = 2 if sms.non_gsm_characters(title) else 1  # “ê” forces UCS-2, which halves the length
            text = text_fitting.fit_text(title, "", announcement.link, most, sms.count_messages)
        return sms.to_sms_text(text)

    def faults(self, announcement: Announcement) -> list[str]:
        found = []
        if (number := self.measure(announcement.text)) > self.limit:
            words = {"number": number, "limit": self.limit}
            found.append(_("%(number)s messages joined to one: at most %(limit)s.") % words)
        if not announcement.topics:
            found.append(_("Choose a newsletter topic. Its subscribers get the SMS."))
        return found

    def notes(self, announcement: Announcement) -> list[str]:
        """Return length and encoding, texts by language, costs, and when the message would be sent."""
        found, foreign = sms.measure_sms(announcement.text), sms.non_gsm_characters(announcement.text)
        editions = self._editions(announcement)
        return [self._length(found, foreign), *self._by_language(editions), self._cost(editions), self.hour()]

    def publish(self, announcement: Announcement, key: str) -> PublishedPost:
        """Queue a message to each reader. If called twice with one key, nobody gets it twice."""
        readers = PhoneReader.objects.of_topics(announcement.topics)
        number = actions.queue_messages(
            key=key,
            texts=self._texts(announcement),
            language=announcement.language,
            readers=readers,
            told=announcement.recheck_payload,
        )
        return PublishedPost(f"{number} {key}")

    def follow(self, announcement: Announcement, key: str) -> None:
        """Update waiting messages. Readers of an added topic get one if none is sent yet."""
        texts, told = self._texts(announcement), announcement.recheck_payload
        if actions.follow(key=key, texts=texts, language=announcement.language, told=told):
            self.publish(announcement, key)

    def find(self, announcement: Announcement) -> None:
        return None  # nothing to find: each message has its own id, and none is written twice

    def _texts(self, announcement: Announcement) -> dict[str, str]:
        """Return the text in each language in which the page is published."""
        others = announcements.translations_of(announcement)
        own = {announcement.language: announcement.text}
        return own | {language: self.compose(other) for language, other in others.items()}

    def _editions(self, announcement: Announcement) -> list[SmsEdition]:
        """Return the messages in each language that has its own text, with their readers."""
        texts, readers = self._texts(announcement), Counter()
        for language in PhoneReader.objects.of_topics(announcement.topics).values_list("language", flat=True):
            readers[language if language in texts else announcement.language] += 1
        names = dict(settings.LANGUAGES)
        return [SmsEdition(names[one], texts[one], readers[one]) for one in texts]

    def _by_language(self, editions: list[SmsEdition]) -> list[str]:
        """Return a note per language; an empty list if all readers get the same text."""
        written = [one for one in editions if one.readers]
        return [labelled(one.name, one.words) for one in written] if len(written) > 1 else []

    def _length(self, found: sms.SmsLength, foreign: str) -> str:
        words = {"encoding": found.alphabet, "units": found.places, "letters": " ".join(foreign[:8])}
        if foreign:
            return _("%(encoding)s, %(units)s characters, because of: %(letters)s") % words
        return _("%(encoding)s, %(units)s characters") % words

    def _cost(self, editions: list[SmsEdition]) -> str:
        number = sum(one.readers for one in editions)
        price = ChannelSettings.load().sms_price * sum(one.readers * one.messages for one in editions)
        words = {"number": number, "price": f"{settings.CURRENCY} {price:.2f}"}
        return (
            ngettext(
                "%(number)s reader of its topics: about %(price)s",
                "%(number)s readers of its topics: about %(price)s",
                number,
            )
            % words
        )

    def hour(self) -> str:
        """Return when the message would be sent if the page were published now."""
        now = timezone.localtime()
        leaves = ChannelSettings.load().earliest_send_time(now)
        if leaves <= now:
            return _("Published now, it leaves at once.")
        words = {"day": date_format(leaves.date()), "hour": format_time(leaves)}
        return _("Quiet hours: published now, it leaves on %(day)s at %(hour)s.") % words


class NewsSmsTransport:
    """Transport of a message to one reader.

    The message is skipped if the reader unsubscribed or its page or alert is not current any more. News are never
    sent within quiet hours; alerts and all-clears are.
    """

    label = gettext_lazy("News by SMS")

    @property
    def ready(self) -> bool:
        return SmsChannel().ready

    def probe(self) -> None:
        configured_sms_gateway().probe()

    def deliver(self, delivery: Delivery) -> None:
        now = timezone.now()
        if not PhoneReader.objects.confirmed().filter(number=delivery.recipient).exists():
            raise Obsolete(_("The reader stopped."))
        until = None
        if "alert" in delivery.payload:
            until = alert_end(delivery.payload["alert"], now)
        elif "all_clear" in delivery.payload:
            until = _all_clear_until(delivery, now)
        else:
            announcements.check_still_public(delivery.payload)
            _must_be_wanted(delivery)
            if (leaves := ChannelSettings.load().earliest_send_time(now)) > now:
                raise RetryLater(leaves)
        if phone_numbers.normalize_sender(delivery.recipient) != delivery.recipient:
            raise PermanentFailure("This is no number.")
        configured_sms_gateway().send(
            to=delivery.recipient,
            text=delivery.payload["text"],
            idempotency_key=delivery.pk.hex,
            valid_until=until,
        )


def _must_be_wanted(delivery: Delivery) -> None:
    """Raise ``Obsolete`` if the reader and the article have no topic in common any more."""
    topics = delivery.payload.get("topics")
    if topics is None:
        return
    if not PhoneReader.objects.of_topics(topics).filter(number=delivery.recipient).exists():
        raise Obsolete(text_fitting.NOT_WANTED)


def alert_end(occurrence: str, now: datetime) -> datetime | None:
    """Return when the alert ends; None if unknown.

    Raise ``Obsolete`` if it is over, was withdrawn or began anew.
    """
    for alert in Alert.objects.current(now):
        if alert.occurrence == occurrence:
            return alert.expire_at
    raise Obsolete(_("The alert is over."))


def _all_clear_until(delivery: Delivery, now: datetime) -> datetime:
    """Return until when an all-clear may be delivered.

    Raise ``Obsolete`` if that time is past, or if its alert was published again and is current.
    """
    key, _colon, _began = delivery.payload["all_clear"].partition(":")
    if Alert.objects.current(now).filter(key=key).exists():
        raise Obsolete(_("The alert holds again."))
    until = delivery.waits_since + ALL_CLEAR_HOLDS
    if now >= until:
        raise Obsolete(_("The all-clear is too late."))
    return until
