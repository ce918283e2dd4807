"""The doors to a subscriber, which is the mailed secret and nothing else, and to campaigns."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from home.web.secret_links import LinkExpired
from home.web.shortcuts import get_or_404

from .models import Campaign, Mailing, Subscriber, Topic
from .states import SubscriberState


def subscriber_by_opt_in_link(secret: str, now: datetime) -> Subscriber:
    """Whom an opt-in link was mailed to. Raises Http404 where unknown, LinkExpired where too old."""
    reachable = Subscriber.objects.exclude(state__in=[SubscriberState.UNSUBSCRIBED, SubscriberState.BOUNCED])
    subscriber = get_or_404(reachable, secret=secret)
    if subscriber.state == SubscriberState.PENDING and subscriber.link_expires_at <= now:
        raise LinkExpired
    return subscriber


def subscriber_by_secret(secret: str) -> Subscriber:
    """The subscriber of an own page. Raises Http404 where unknown or never confirmed.

    Who was subscribed once and is asked again keeps the links of older letters.
    """
    return get_or_404(Subscriber.objects.exclude(confirmed_at=None), secret=secret)


def subscriber_by_address(email: str) -> QuerySet[Subscriber]:
    """The subscriber under a proven address, whatever came of it: one at most."""
    return Subscriber.objects.filter(email=email)


def topics_of(subscriber: Subscriber) -> list[Topic]:
    """What somebody chose, in their language."""
    chosen = subscriber.topic_keys
    return [one for one in Topic.objects.in_language(subscriber.language) if one.translation_key in chosen]


# -- Campaigns -----------------------------------------------------------------------------------------------
def may_write(user) -> bool:
    """Whether somebody of the staff writes campaigns."""
    return user.is_active and user.has_perm("newsletter.change_campaign")


def may_send(user) -> bool:
    """Whether somebody of the staff mails them: whoever may publish."""
    return user.is_active and user.has_perm("newsletter.publish_campaign")


def may_manage_subscribers(user) -> bool:
    """Whether somebody of the staff imports and exports subscribers."""
    return user.is_active and user.has_perm("newsletter.delete_subscriber")


def campaign_for(user, pk, *, to_send: bool = False) -> Campaign:
    """The campaign as it was first written, for staff who write or send. Raises Http404."""
    allowed = may_send(user) if to_send else may_write(user)
    found = Campaign.objects.select_related("locale").filter(pk=pk).first() if allowed else None
    if found is None:
        raise Http404
    return Campaign.objects.of(found.translation_key).order_by("pk").first()


def archived_campaign(number: int) -> Mailing:
    """A letter of the archive, for everybody. Raises Http404."""
    known = Mailing.objects.published().select_related("campaign__locale")
    return get_or_404(known, number=number)
