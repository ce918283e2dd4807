"""Search finds the documents of the library."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.translation import override
from wagtail.documents.models import AbstractDocument

from home import search
from home.dates import date_format
from home.finding import documents
from home.signals import document_changed, search_rebuilt

from .models import Publication


@receiver(post_save, sender=Publication)
def found(instance, **kwargs):
    language = instance.language
    search.drop(instance)  # of the language it was in
    if not Publication.objects.public().filter(pk=instance.pk).exists():
        return
    with override(language):
        search.keep(
            instance,
            language,
            kind="document",
            title=instance.title,
            url=instance.document.url,
            summary=instance.number,
            text=f"{instance.kind.name}\n{documents.known_text(instance.document)}",
            trail=f"{instance.document.file_extension.upper()}, {date_format(instance.date)}",
        )


@receiver(document_changed)
def read(document, **kwargs):
    if not isinstance(document, AbstractDocument):
        return
    for one in Publication.objects.filter(document=document).select_related("document", "kind"):
        found(instance=one)


@receiver(post_delete, sender=Publication)
def lost(instance, **kwargs):
    search.drop(instance)


@receiver(search_rebuilt)
def all_found(**kwargs):
    for one in Publication.objects.select_related("document", "kind"):
        found(instance=one)
