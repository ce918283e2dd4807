"""Search follows publication, and every change of the site raises its generation."""

from django.db import transaction
from django.db.models.signals import post_delete, post_migrate, post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.documents import get_document_model
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage
from wagtail.models import (
    COMMENTS_RELATION_NAME,
    CollectionViewRestriction,
    Locale,
    Page,
    PageViewRestriction,
    Site,
    TranslatableMixin,
)
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
    pre_page_move,
)
from wagtail.users.models import UserProfile
from wagtail_localize.models import StringTranslation, post_save_string_translation

from . import generation, on_record, search, tasks
from .finding import documents
from .images.metadata import strip, strip_portrait
from .models import CommuneSettings, Person, SearchEntry, Synonyms
from .sandbox.files import CannotOpen
from .signals import document_changed, search_rebuilt
from .translating import lengths

# Pages and translatable snippets, what they show, and what is around them.
SHOWN = (Page, TranslatableMixin, AbstractImage, AbstractDocument)
SURROUNDINGS = (*SHOWN, PageViewRestriction, Site, Locale, CommuneSettings, Synonyms)
# What a saved draft writes, which nobody sees but its editors.
OF_DRAFTS = {
    *("latest_revision", "latest_revision_created_at", "draft_title", "has_unpublished_changes"),
    COMMENTS_RELATION_NAME,
}


@receiver(pre_save)
def images_without_metadata(instance, raw=False, **kwargs):
    """No image is stored with its metadata, whichever code stores it."""
    if (
        isinstance(instance, AbstractImage)
        and not raw
        and (instance._state.adding or not instance.file._committed)
    ):
        strip(instance)


@receiver(pre_save, sender=UserProfile, dispatch_uid="home-strip-avatar")
def strip_avatar(sender, instance, raw=False, **kwargs):
    """No portrait of staff is stored with its metadata; one that cannot be drawn is not stored."""
    avatar = instance.avatar
    if raw or not avatar or avatar._committed:
        return
    try:
        strip_portrait(avatar)
    except CannotOpen:
        instance.avatar = ""


@receiver(page_published)
def found_when_published(sender, instance, **kwargs):
    if search.has_another_name(instance):
        search.keep_branch(instance)  # pages below say where they stand
    else:
        search.keep_page(instance)


@receiver(page_unpublished)
def lost_when_unpublished(sender, instance, **kwargs):
    search.drop(instance)


@receiver(pre_page_move)
def stay_where_everybody_reads(instance, parent_page_after, **kwargs):
    on_record.refuse_to_move(instance, parent_page_after)


@receiver(page_slug_changed)
@receiver(post_page_move)
def follow_the_address(sender, instance, **kwargs):
    search.keep_branch(instance)


@receiver([post_save, post_delete], sender=Site)
def follow_the_sites(**kwargs):
    transaction.on_commit(tasks.follow_the_sites.enqueue, robust=True)


@receiver([post_save, post_delete], sender=PageViewRestriction)
def lost_when_closed_to_the_public(instance, **kwargs):
    search.keep_branch(instance.page)


@receiver(post_delete)
def lost_when_deleted(sender, instance, **kwargs):
    if isinstance(instance, Page) and sender is not Page:
        search.drop(instance)


@receiver(post_save, sender=get_document_model())
def read_what_is_new(instance, created, **kwargs):
    documents.ask(instance)
    if not created:  # it may have moved to a collection that only some may open
        document_changed.send(sender=type(instance), document=instance)


@receiver(document_changed)
def found_by_the_text_of_a_document(document, **kwargs):
    if isinstance(document, AbstractDocument):
        search.keep_pages(documents.pages_with(document))


@receiver(pre_delete, sender=get_document_model())
def remember_where_it_stood(instance, **kwargs):
    instance.stood_on = documents.pages_with(instance)


@receiver(post_delete, sender=get_document_model())
def lost_with_the_document(instance, **kwargs):
    search.keep_pages(instance.stood_on)


@receiver([post_save, post_delete], sender=CollectionViewRestriction)
def documents_closed_or_opened(instance, **kwargs):
    below = instance.collection.get_descendants(inclusive=True)
    for document in get_document_model().objects.filter(collection__in=below):
        document_changed.send(sender=type(instance), document=document)


@receiver([post_save, post_delete], sender=Person)
def found_by_what_they_do_now(instance, **kwargs):
    search.keep_pages(SearchEntry.objects.pages_with_part(instance.anchor))


# Wagtail-localize's receiver writes a title of any length beside the page.
post_save.disconnect(post_save_string_translation, sender=StringTranslation)


@receiver(post_save, sender=StringTranslation)
def hold_to_its_length(instance, update_fields=None, **kwargs):
    judged = update_fields is not None and "data" not in update_fields
    if not judged and not lengths.refuse_too_long(instance):
        post_save_string_translation(instance)


@receiver(search_rebuilt)
def read_what_was_never_read(**kwargs):
    documents.ask_for_all()


@receiver([post_save, post_delete])
@receiver(post_page_move)
def raise_the_generation(sender, update_fields=None, **kwargs):
    draft = update_fields and OF_DRAFTS.issuperset(update_fields)
    if issubclass(sender, SURROUNDINGS) and not draft:
        generation.changed()


@receiver(post_migrate)
def begin_anew_with_a_new_version(app_config, **kwargs):
    """What older code kept may have another shape."""
    if app_config.name == "home":
        generation.advance()
