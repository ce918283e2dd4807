"""Search follows publication, and every change of the site raises its generation."""

from django.db import transaction
from django.db.models.signals import post_delete, post_migrate, post_save
from django.dispatch import receiver
from wagtail.models import Locale, Page, PageViewRestriction, Site, TranslatableMixin
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from . import generation, search
from .models import CommuneSettings

# Pages and translatable snippets, and what is around them.
SURROUNDINGS = (Page, TranslatableMixin, PageViewRestriction, Site, Locale, CommuneSettings)


@receiver(page_published)
def found_when_published(sender, instance, **kwargs):
    search.keep_page(instance)


@receiver(page_unpublished)
def lost_when_unpublished(sender, instance, **kwargs):
    search.drop(instance)


@receiver(page_slug_changed)
@receiver(post_page_move)
def follow_the_address(sender, instance, **kwargs):
    search.keep_branch(instance)


@receiver([post_save, post_delete], sender=PageViewRestriction)
def lost_when_closed_to_the_public(instance, **kwargs):
    search.keep_branch(instance.page)


@receiver(post_delete)
def lost_when_deleted(sender, instance, **kwargs):
    if isinstance(instance, Page) and sender is not Page:
        search.drop(instance)


@receiver([post_save, post_delete])
@receiver(post_page_move)
def raise_the_generation(sender, **kwargs):
    if issubclass(sender, SURROUNDINGS):
        generation.advance()
        # Once more when others can see it: a reader in between may have kept what stood there before.
        transaction.on_commit(generation.advance)


@receiver(post_migrate)
def begin_anew_with_a_new_version(app_config, **kwargs):
    """What older code kept may have another shape."""
    if app_config.name == "home":
        generation.advance()
