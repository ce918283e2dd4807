"""Signal handlers that publish and close the form with its service page."""

from django.db.models.signals import pre_delete
from django.dispatch import receiver
from wagtail.signals import page_published, page_unpublished

from . import actions
from .models import ServicePage


@receiver(page_published, sender=ServicePage)
def publish_form_version(sender, instance, revision=None, **kwargs):
    actions.publish_form_version(actor=getattr(revision, "user", None), page=instance)


@receiver(page_unpublished, sender=ServicePage)
def close_form(sender, instance, **kwargs):
    actions.close_form(actor=None, page=instance)


@receiver(pre_delete, sender=ServicePage)
def close_form_of_deleted(sender, instance, **kwargs):
    actions.close_form(actor=None, page=instance)
