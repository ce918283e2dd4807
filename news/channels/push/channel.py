"""Push notifications as a channel of a page, and their transport."""

import json
import re
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from py_vapid import Vapid

from eservices.deliveries import retry_after
from eservices.deliveries.models import Delivery, MailboxEntry
from eservices.deliveries.transports import Obsolete, PermanentFailure, RetryLater
from home.web.http_client import (
    HttpAnswer,
    HttpClient,
    HttpError,
    HttpRefused,
    HttpUnreachable,
    configured_hosts,
)

from .. import announcements, text_fitting
from ..announcements import Announcement
from ..models import ChannelSettings
from ..models.push import Device
from ..networks.base import DEFAULT_RETRY_PAUSE, NetworkError, PublishedPost
from ..sms.channel import SmsChannel
from . import vapid_keys

IDLE_TIMEOUT, TOTAL_TIMEOUT = 20, 30  # seconds without data, and for a request
A_DAY = 24 * 60 * 60  # seconds that a push service stores a message for a device that is off
MAX_TITLE_LENGTH, MAX_BODY_LENGTH = 80, 180
RETRY_WITHIN, MAX_SILENCE = timedelta(hours=1), timedelta(days=2)
GONE_STATUSES = {404, 410}
TESTED = 50  # latest devices whose push services are probed
HOST = re.compile(r"[a-z0-9.-]+(:[0-9]+)?")
PRINTABLE = re.compile(r"[!-~]{1,1000}")


class PushChannel:
    """Channel to the devices that want the page's topics, in their language if the page is published in it."""

    key, label, limit = "by_push", gettext_lazy("Notification"), MAX_BODY_LENGTH
    measure = staticmethod(text_fitting.count_characters)
    unit = ""
    is_message = True
    link_in_text = shows_picture = needs_picture = edits = withdraws = False

    @property
    def ready(self) -> bool:
        return vapid_keys.is_configured()

    @property
    def is_double(self) -> bool:
        return settings.DEMO and not settings.VAPID_PRIVATE_KEY

    def compose(self, announcement: Announcement, own: str = "") -> str:
        return text_fitting.single_line(own) or text_fitting.fit_text(
            announcement.lead, "", "", self.limit, self.measure
        )

    def faults(self, announcement: Announcement) -> list[str]:
        if not announcement.topics:
            return [_("Choose a newsletter topic. Its subscribers get the notification.")]
        return []

    def notes(self, announcement: Announcement) -> list[str]:
        number = Device.objects.of_topics(announcement.topics).count()
        words = ngettext(
            "%(number)s device with its topics",
            "%(number)s devices with its topics",
            number,
        )
        return [words % {"number": number}, SmsChannel().hour()]

    def publish(self, announcement: Announcement, key: str) -> PublishedPost:
        """Queue a notification for each device. If called twice with one key, no device is notified twice."""
        from . import actions  # imported late: ``actions`` imports the quiet hours

        devices = Device.objects.of_topics(announcement.topics)
        number = actions.queue_notifications(
            key=key,
            messages=self._messages(announcement, key),
            language=announcement.language,
            devices=devices,
            told=announcement.recheck_payload,
        )
        return PublishedPost(f"{number} {key}")

    def follow(self, announcement: Announcement, key: str) -> None:
        """Update waiting notifications. Devices that were added get one if none is sent yet."""
        from . import actions

        messages, told = self._messages(announcement, key), announcement.recheck_payload
        if actions.follow(key=key, messages=messages, language=announcement.language, told=told):
            self.publish(announcement, key)

    def _messages(self, announcement: Announcement, key: str) -> dict[str, dict]:
        """Return the notification in each language in which the page is published."""
        others = announcements.translations_of(announcement)
        said = {announcement.language: announcement} | {
            language: other.with_text(self.compose(other)) for language, other in others.items()
        }
        return {language: notification_content(one, key) for language, one in said.items()}

    def find(self, announcement: Announcement) -> None:
        return None  # nothing to find: each notification has its own id


def notification_content(announcement: Announcement, key: str) -> dict:
    """Build what the service worker shows. It is short, because push services accept 4 kB."""
    title = text_fitting.fit_text(announcement.title, "", "", MAX_TITLE_LENGTH, text_fitting.count_characters)
    return {
        "title": title,
        "body": announcement.text,
        "url": announcement.link,
        "lang": announcement.language,
        "tag": key[:32],
    }


class PushTransport:
    """Transport of a notification to one device.

    It is sent if its page is still public, and never within quiet hours. A device that its push service does not know
    any more is deleted.
    """

    label = gettext_lazy("Notifications")

    @property
    def ready(self) -> bool:
        return PushChannel().ready

    def probe(self) -> None:
        """Check that the VAPID key can sign and that the push services of the latest devices answer.

        They accept only notifications, therefore any status below 500 counts as an answer.
        """
        key = vapid_keys.vapid_key()
        if PushChannel().is_double:
            return
        key.sign({"aud": "https://push.example", "sub": settings.VAPID_SUBJECT})
        for origin in sorted(_origins_of_latest()):
            _look_at(origin)

    def deliver(self, delivery: Delivery) -> None:
        device = Device.objects.filter(pk=delivery.payload["device"]).first()
        if device is None:
            raise Obsolete(_("The device wants no more notifications."))
        announcements.check_still_public(delivery.payload)
        _must_be_wanted(device, delivery)
        now = timezone.now()
        if (leaves := ChannelSettings.load().earliest_send_time(now)) > now:
            raise RetryLater(leaves)
        if PushChannel().is_double:
            self._keep(device, delivery)
        elif is_trusted_push_service(device.endpoint):
            self._send(device, delivery)
        else:
            raise PermanentFailure("This is no push service that we know.")

    def _send(self, device: Device, delivery: Delivery) -> None:
        from pywebpush import WebPushException  # loads aiohttp, 8 MB that nothing else needs

        from . import actions

        key = vapid_keys.vapid_key()  # outside the ``try``: an invalid key is not an error of the device
        try:
            _post(device, delivery, key)
        except WebPushException as fault:
            answer = fault.response
            if answer is None or answer.status_code not in GONE_STATUSES:
                _judge(answer)
            actions.delete_device(device_id=device.pk)
            raise Obsolete(_("The push service knows the device no more.")) from None
        except ValueError as fault:  # invalid keys or an invalid address of the device
            actions.delete_device(device_id=device.pk)
            raise PermanentFailure(type(fault).__name__) from None
        except (HttpUnreachable, HttpRefused) as fault:  # a made-up host name must not block other devices
            if delivery.created_at + MAX_SILENCE > timezone.now():
                raise RetryLater(timezone.now() + RETRY_WITHIN, fault.kind) from None
            if _others_got_theirs(delivery):  # otherwise the site's own connection may be down
                actions.delete_device(device_id=device.pk)
            raise PermanentFailure(fault.kind) from None
        except HttpError as fault:
            raise NetworkError(fault.kind) from None

    def _keep(self, device: Device, delivery: Delivery) -> None:
        message = delivery.payload["message"]
        MailboxEntry.objects.create(
            channel="push",
            recipient=_("A device, %(language)s") % {"language": device.get_language_display()},
            subject=message["title"],
            text=f"{message['body']}\n\n{message['url']}",
        )


def _must_be_wanted(device: Device, delivery: Delivery) -> None:
    """Raise ``Obsolete`` if the device and the article have no topic in common any more."""
    topics = delivery.payload.get("topics")
    if topics is not None and not Device.objects.of_topics(topics).filter(pk=device.pk).exists():
        raise Obsolete(text_fitting.NOT_WANTED)


def _others_got_theirs(delivery: Delivery) -> bool:
    """Return whether notifications were delivered since this one was created."""
    taken = Delivery.objects.filter(carrier=delivery.carrier, state=Delivery.State.DONE)
    return taken.filter(done_at__gte=delivery.created_at).exists()


def _origins_of_latest() -> set[str]:
    endpoints = Device.objects.order_by("-pk").values_list("endpoint", flat=True)[:TESTED]
    found = (urlsplit(endpoint) for endpoint in endpoints if is_trusted_push_service(endpoint))
    return {f"{one.scheme}://{one.netloc}" for one in found}


def _look_at(origin: str) -> None:
    try:
        with _client().open("GET", origin) as answer:
            status = answer.status_code
    except HttpError as fault:
        raise NetworkError(f"{origin}: {fault.kind}") from None
    if status >= 500:
        raise NetworkError(f"{origin} answered {status}.")


def is_trusted_push_service(endpoint: str) -> bool:
    """Return whether an address belongs to a push service that the operator trusts.

    Anybody can submit an address, and the server sends requests to it (SSRF). Only addresses that all libraries parse
    alike are accepted: some take a backslash for the end of the host.
    """
    with suppress(ValueError):
        found = urlsplit(endpoint)
        if not PRINTABLE.fullmatch(endpoint) or not HOST.fullmatch(found.netloc):
            return False
        origin = f"{found.scheme}://{found.netloc}"
        return any(_matches(origin, known) for known in settings.PUSH_SERVICES)
    return False


def _matches(origin: str, known: str) -> bool:
    if "://*." not in known:
        return origin == known
    scheme, _sign, host = known.partition("://*")
    return origin.startswith(f"{scheme}://") and origin.endswith(host)


def _post(device: Device, delivery: Delivery, key: Vapid) -> None:
    """Send the message to the push service of the device. Redirects are not followed."""
    from pywebpush import webpush

    webpush(
        device.subscription,
        json.dumps(delivery.payload["message"]),
        vapid_private_key=key,
        vapid_claims={"sub": settings.VAPID_SUBJECT},
        ttl=A_DAY,
        headers={"Topic": delivery.pk.hex[:32], "Urgency": "normal"},
        requests_session=_PushSession(),
    )


class _PushSession:
    """The part of a ``requests`` session that pywebpush uses."""

    def post(self, url: str, *, data: bytes, headers: dict[str, str], timeout: float) -> HttpAnswer:
        return _client().request("POST", url, body=data, headers=headers)


def _client() -> HttpClient:
    hosts = configured_hosts(*settings.PUSH_SERVICES)
    return HttpClient(deadline=TOTAL_TIMEOUT, idle=IDLE_TIMEOUT, internal_hosts=hosts)


def _judge(answer) -> None:
    if answer is None:
        raise NetworkError("The push service did not answer.")
    said = f"The push service answered {answer.status_code}."
    if answer.status_code == 429:
        raise RetryLater(retry_after.retry_at(answer, DEFAULT_RETRY_PAUSE), said)
    if 400 <= answer.status_code < 500:
        raise PermanentFailure(said)
    raise NetworkError(said)
