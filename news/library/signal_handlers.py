"""Signal handlers that index the documents of the library."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.translation import override
from wagtail.documents.models import AbstractDocument

from home.localization.dates import date_format
from home.search import document_texts, index
from home.signals import document_changed, search_rebuilt

from .models import Publication


@receiver(post_save, sender=Publication)
def index_publication(instance, **kwargs):
    language = instance.language
    index.unindex_object(instance)  # of its previous language
    if not Publication.objects.public().filter(pk=instance.pk).exists():
        return
    with override(language):
        index.index_object(
            instance,
            language,
            kind="document",
            title=instance.title,
            url=instance.document.url,
            summary=instance.number,
            text=f"{instance.kind.name}\n{document_texts.stored_text(instance.document)}",
            trail=f"{instance.document.file_extension.upper()}, {date_format(instance.date)}",
        )


@receiver(document_changed)
def reindex_publication_text(document, **kwargs):
    if not isinstance(document, AbstractDocument):
        return
    for one in Publication.objects.filter(document=document).select_related("document", "kind"):
        index_publication(instance=one)


@receiver(post_delete, sender=Publication)
def unindex_publication(instance, **kwargs):
    index.unindex_object(instance)


@receiver(search_rebuilt)
def reindex_all_publications(**kwargs):
    for one in Publication.objects.select_related("document", "kind"):
        index_publication(instance=one)
