"""What channels hear of: a page that is saved, published, unpublished or closed, and how deliveries end."""

from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_unpublished, post_page_move, published

from eservices.deliveries.models import Delivery
from eservices.deliveries.signals import delivery_ended, delivery_stuck
from home.alerts.models import Alert

from ..models import AnnouncedPage, EventPage, NewsPage
from . import actions
from .sms import actions as sms_actions


@receiver(post_save, sender=EventPage)
@receiver(post_save, sender=NewsPage)
def keep_what_was_ticked(instance, **kwargs):
    """The form leaves the editor's choice on the page: only now a new page has its key."""
    if choices := instance.__dict__.pop("channel_choices", None):
        actor = instance.__dict__.pop("channel_chooser", None)
        actions.choose(actor=actor, page=instance, choices=choices)


@receiver(page_published)
def send_or_change(instance, **kwargs):
    if isinstance(instance, AnnouncedPage):
        actions.follow(page=instance)


@receiver(page_unpublished)
def take_back(instance, **kwargs):
    if isinstance(instance, AnnouncedPage):
        actions.withdraw(page=instance)


@receiver(pre_delete, sender=EventPage)
@receiver(pre_delete, sender=NewsPage)
def take_back_with_the_page(instance, **kwargs):
    actions.withdraw(page=instance)


@receiver(post_delete, sender=Page)  # the row of its kind goes before
def tell_in_another_language(instance, **kwargs):
    """Readers of the page that is gone get what its translations say."""
    actions.follow_translations(page=instance)


@receiver(published, sender=Alert)
def follow_the_alert(instance, **kwargs):
    sms_actions.follow_alert(alert=instance)


@receiver(post_save, sender=PageViewRestriction)
def take_back_what_is_closed(instance, **kwargs):
    actions.withdraw_closed(branch=instance.page)


@receiver(post_page_move)
def take_back_what_moved_into_a_closed_section(instance, **kwargs):
    actions.withdraw_closed(branch=instance)


@receiver(delivery_stuck)
def tell_the_editor(delivery: Delivery, **kwargs):
    if delivery.subject.startswith("post:"):
        delivery.refresh_from_db()
        actions.did_not_work(delivery=delivery)


@receiver(delivery_ended)
def tell_that_it_was_skipped(delivery: Delivery, **kwargs):
    if delivery.subject.startswith("post:"):
        delivery.refresh_from_db()
        if delivery.state == Delivery.State.SKIPPED:
            actions.did_not_work(delivery=delivery)
