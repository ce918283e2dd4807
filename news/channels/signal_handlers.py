"""Signal handlers of channels: pages saved, published, unpublished or restricted, and deliveries that ended."""

from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_unpublished, post_page_move, published

from eservices.deliveries.models import Delivery
from eservices.deliveries.signals import delivery_ended, delivery_stuck
from home.alerts.models import Alert

from . import actions
from .announced_page import AnnouncedPage
from .sms import actions as sms_actions


def save_channel_choices(instance, **kwargs):
    """Save the choices that the form left on the page.

    A new page has its primary key only after it is saved.
    """
    if choices := instance.__dict__.pop("channel_choices", None):
        actor = instance.__dict__.pop("channel_chooser", None)
        actions.save_channel_choices(actor=actor, page=instance, choices=choices)


@receiver(page_published)
def sync_posts_after_publish(instance, **kwargs):
    if isinstance(instance, AnnouncedPage):
        actions.sync_posts(page=instance)


@receiver(page_unpublished)
def withdraw_posts_after_unpublish(instance, **kwargs):
    if isinstance(instance, AnnouncedPage):
        actions.withdraw_posts(page=instance)


def withdraw_posts_before_delete(instance, **kwargs):
    actions.withdraw_posts(page=instance)


@receiver(post_delete, sender=Page)  # not of its page type, whose row is deleted before this one
def announce_in_another_language(instance, **kwargs):
    """Update the waiting messages to what the translations of a deleted page say."""
    actions.follow_translations(page=instance)


@receiver(published, sender=Alert)
def follow_the_alert(instance, **kwargs):
    sms_actions.follow_alert(alert=instance)


@receiver(post_save, sender=PageViewRestriction)
def withdraw_posts_of_restricted_branch(instance, **kwargs):
    actions.withdraw_restricted(branch=instance.page)


@receiver(post_page_move)
def withdraw_posts_of_moved_branch(instance, **kwargs):
    actions.withdraw_restricted(branch=instance)


@receiver(delivery_stuck)
def mark_stuck_post_failed(delivery: Delivery, **kwargs):
    if delivery.subject.startswith("post:"):
        delivery.refresh_from_db()
        actions.mark_failed(delivery=delivery)


@receiver(delivery_ended)
def mark_skipped_post_failed(delivery: Delivery, **kwargs):
    if delivery.subject.startswith("post:"):
        delivery.refresh_from_db()
        if delivery.state == Delivery.State.SKIPPED:
            actions.mark_failed(delivery=delivery)


for page_type in AnnouncedPage.__subclasses__():
    post_save.connect(save_channel_choices, sender=page_type)
    pre_delete.connect(withdraw_posts_before_delete, sender=page_type)
