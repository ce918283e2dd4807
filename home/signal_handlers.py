"""Signal handlers that update the search index and the site version."""

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

from . import tasks
from .caching import site_version
from .images.metadata import strip, strip_portrait
from .models import CommuneSettings, Person, SearchEntry, SynonymGroup
from .publication import public_record
from .search import document_texts, index
from .signals import document_changed, search_rebuilt
from .translation import segment_lengths
from .untrusted_files.inspection import CannotOpen

# Pages and translatable snippets, the files that they show, and what surrounds them.
SHOWN_MODELS = (Page, TranslatableMixin, AbstractImage, AbstractDocument)
FRAME_MODELS = (*SHOWN_MODELS, PageViewRestriction, Site, Locale, CommuneSettings, SynonymGroup)
# Fields that saving a draft changes. Only editors see them.
OF_DRAFTS = {
    *("latest_revision", "latest_revision_created_at", "draft_title", "has_unpublished_changes"),
    COMMENTS_RELATION_NAME,
}


@receiver(pre_save)
def images_without_metadata(instance, raw=False, **kwargs):
    """Remove the metadata of every image before it is stored, whatever code stores it."""
    if (
        isinstance(instance, AbstractImage)
        and not raw
        and (instance._state.adding or not instance.file._committed)
    ):
        strip(instance)


@receiver(pre_save, sender=UserProfile, dispatch_uid="home-strip-avatar")
def strip_avatar(sender, instance, raw=False, **kwargs):
    """Remove the metadata of a staff portrait before it is stored. An unreadable portrait is not stored."""
    avatar = instance.avatar
    if raw or not avatar or avatar._committed:
        return
    try:
        strip_portrait(avatar)
    except CannotOpen:
        instance.avatar = ""


@receiver(page_published)
def index_published_page(sender, instance, **kwargs):
    if index.is_title_outdated(instance):
        index.index_branch(instance)  # the entries of descendants contain the title
    else:
        index.index_page(instance)


@receiver(page_unpublished)
def unindex_unpublished_page(sender, instance, **kwargs):
    index.unindex_object(instance)


@receiver(pre_page_move)
def check_public_record_move(instance, parent_page_after, **kwargs):
    public_record.check_move(instance, parent_page_after)


@receiver(page_slug_changed)
@receiver(post_page_move)
def reindex_moved_branch(sender, instance, **kwargs):
    index.index_branch(instance)


@receiver([post_save, post_delete], sender=Site)
def reindex_after_site_change(**kwargs):
    transaction.on_commit(tasks.reindex_after_site_change.enqueue, robust=True)


@receiver([post_save, post_delete], sender=PageViewRestriction)
def unindex_restricted_branch(instance, **kwargs):
    index.index_branch(instance.page)


@receiver(post_delete)
def unindex_deleted_page(sender, instance, **kwargs):
    if isinstance(instance, Page) and sender is not Page:
        index.unindex_object(instance)


@receiver(post_save, sender=get_document_model())
def extract_new_document(instance, created, **kwargs):
    document_texts.request_extraction(instance)
    if not created:  # it may have moved to a restricted collection
        document_changed.send(sender=type(instance), document=instance)


@receiver(document_changed)
def reindex_pages_of_document(document, **kwargs):
    if isinstance(document, AbstractDocument):
        index.index_pages(document_texts.page_ids_with_document(document))


@receiver(pre_delete, sender=get_document_model())
def remember_pages_of_document(instance, **kwargs):
    instance.stood_on = document_texts.page_ids_with_document(instance)


@receiver(post_delete, sender=get_document_model())
def reindex_after_document_deletion(instance, **kwargs):
    index.index_pages(instance.stood_on)


@receiver([post_save, post_delete], sender=CollectionViewRestriction)
def reindex_documents_of_collection(instance, **kwargs):
    below = instance.collection.get_descendants(inclusive=True)
    for document in get_document_model().objects.filter(collection__in=below):
        document_changed.send(sender=type(instance), document=document)


@receiver([post_save, post_delete], sender=Person)
def reindex_changed_people(instance, **kwargs):
    index.index_pages(SearchEntry.objects.pages_with_part(instance.anchor))


# Wagtail-localize's signal handler copies a title of any length to the page.
post_save.disconnect(post_save_string_translation, sender=StringTranslation)


@receiver(post_save, sender=StringTranslation)
def check_translation_length(instance, update_fields=None, **kwargs):
    judged = update_fields is not None and "data" not in update_fields
    if not judged and not segment_lengths.mark_if_too_long(instance):
        post_save_string_translation(instance)


@receiver(search_rebuilt)
def request_extractions_after_rebuild(**kwargs):
    document_texts.request_missing_extractions()


@receiver([post_save, post_delete])
@receiver(post_page_move)
def invalidate_cached_pages(sender, update_fields=None, **kwargs):
    draft = update_fields and OF_DRAFTS.issuperset(update_fields)
    if issubclass(sender, FRAME_MODELS) and not draft:
        site_version.invalidate_site()


@receiver(post_migrate)
def bump_version_after_migrate(app_config, **kwargs):
    """Invalidate the cache: values cached by older code may have another shape."""
    if app_config.name == "home":
        site_version.bump_version()
