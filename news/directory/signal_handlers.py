"""Signal handlers that index the entries in every language in which a directory is published."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.translation import override
from wagtail.models import PageViewRestriction
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from home.caching import site_version
from home.search import index
from home.signals import search_rebuilt

from .models import DirectoryEntry, DirectoryPage, DirectoryTheme


@receiver(post_save, sender=DirectoryEntry)
def index_entry(instance, **kwargs):
    _keep(instance, _pages())
    site_version.invalidate_site()


@receiver(post_delete, sender=DirectoryEntry)
def unindex_entry(instance, **kwargs):
    index.unindex_object(instance)
    site_version.invalidate_site()


@receiver([page_published, page_unpublished, page_slug_changed, post_page_move])
def reindex_moved_directory(sender, instance, **kwargs):
    """Index all entries again if the URL of a directory changed, or that of a page above it."""
    if sender is DirectoryPage or DirectoryPage.objects.descendant_of(instance).exists():
        reindex_all_entries()


@receiver([post_save, post_delete], sender=PageViewRestriction)
def reindex_restricted_directory(instance, **kwargs):
    """Index all entries again if a directory was restricted or opened: search must not show restricted pages."""
    reindex_moved_directory(sender=None, instance=instance.page)


@receiver(post_delete, sender=DirectoryPage)
@receiver(post_save, sender=DirectoryTheme)
@receiver(search_rebuilt)
def reindex_all_entries(**kwargs):
    pages = _pages()
    for one in DirectoryEntry.objects.select_related("theme"):
        _keep(one, pages)


def _pages() -> dict[str, DirectoryPage]:
    pages = DirectoryPage.objects.open_to_all().select_related("locale").order_by("-path")
    return {page.locale.language_code: page for page in pages if page.get_url()}


def _keep(entry: DirectoryEntry, pages: dict[str, DirectoryPage]) -> None:
    index.unindex_object(entry)
    for language, page in pages.items() if entry.shown else ():
        with override(language):
            index.index_object(
                entry,
                language,
                kind="directory",
                title=entry.name,
                url=f"{page.get_url()}{entry.slug}/",
                summary=entry.summary,
                text=_words(entry),
                trail=entry.theme.name,
            )


def _words(entry: DirectoryEntry) -> str:
    ways = (entry.contact_name, entry.place, entry.phone, entry.email, entry.web)
    return "\n".join(filter(None, (entry.description, entry.meets, *ways)))
