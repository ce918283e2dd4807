"""Access to subscribers, only by the secret in their e-mails, and to campaigns."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from home.web.opt_ins import find_by_link
from home.web.shortcuts import get_or_404

from .models import Campaign, Mailing, Subscriber, Topic
from .states import SubscriberState


def subscriber_by_opt_in_link(secret: str, now: datetime) -> Subscriber:
    """Return the subscriber of an opt-in link. Raise as ``find_by_link``."""
    reachable = Subscriber.objects.exclude(state__in=[SubscriberState.UNSUBSCRIBED, SubscriberState.BOUNCED])
    return find_by_link(reachable, secret, now)


def subscriber_by_secret(secret: str) -> Subscriber:
    """Return the subscriber of a preferences page. Raise Http404 if unknown or never confirmed.

    A subscriber who is asked to confirm again keeps the links of older e-mails.
    """
    return get_or_404(Subscriber.objects.exclude(confirmed_at=None), secret=secret)


def subscriber_by_address(email: str) -> QuerySet[Subscriber]:
    """Return the subscriber with this proven address, in any state, as a queryset of one at most."""
    return Subscriber.objects.of_address(email)


def topics_of(subscriber: Subscriber) -> list[Topic]:
    """Return the chosen topics in the subscriber's language."""
    chosen = subscriber.topic_keys
    return [one for one in Topic.objects.in_language(subscriber.language) if one.translation_key in chosen]


# -- Campaigns -----------------------------------------------------------------------------------------------
def may_write(user) -> bool:
    """Return whether the user may write campaigns."""
    return user.is_active and user.has_perm("newsletter.change_campaign")


def may_send(user) -> bool:
    """Return whether the user may send campaigns: the right to publish."""
    return user.is_active and user.has_perm("newsletter.publish_campaign")


def may_manage_subscribers(user) -> bool:
    """Return whether the user may import and export subscribers."""
    return user.is_active and user.has_perm("newsletter.delete_subscriber")


def campaign_for(user, pk, *, to_send: bool = False) -> Campaign:
    """Return the campaign in its original language, for staff who may write or send. Raise Http404."""
    allowed = may_send(user) if to_send else may_write(user)
    found = Campaign.objects.select_related("locale").filter(pk=pk).first() if allowed else None
    if found is None:
        raise Http404
    return Campaign.objects.of(found.translation_key).order_by("pk").first()


def archived_campaign(number: int) -> Mailing:
    """Return a mailing of the public archive. Raise Http404."""
    known = Mailing.objects.published().select_related("campaign__locale")
    return get_or_404(known, number=number)
