"""Search finds the entries of the directory in every language in which it is published."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.translation import override
from wagtail.models import PageViewRestriction
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from home import generation, search
from home.signals import search_rebuilt

from .models import DirectoryEntry, DirectoryPage, DirectoryTheme


@receiver(post_save, sender=DirectoryEntry)
def found(instance, **kwargs):
    _keep(instance, _pages())
    generation.changed()


@receiver(post_delete, sender=DirectoryEntry)
def lost(instance, **kwargs):
    search.drop(instance)
    generation.changed()


@receiver([page_published, page_unpublished, page_slug_changed, post_page_move])
def follow_the_page(sender, instance, **kwargs):
    """The directory's address changed, or that of a page above it."""
    if sender is DirectoryPage or DirectoryPage.objects.descendant_of(instance).exists():
        all_found()


@receiver([post_save, post_delete], sender=PageViewRestriction)
def follow_who_may_read_the_page(instance, **kwargs):
    """Whoever may not open the directory does not find in it either."""
    follow_the_page(sender=None, instance=instance.page)


@receiver(post_delete, sender=DirectoryPage)
@receiver(post_save, sender=DirectoryTheme)
@receiver(search_rebuilt)
def all_found(**kwargs):
    pages = _pages()
    for one in DirectoryEntry.objects.select_related("theme"):
        _keep(one, pages)


def _pages() -> dict[str, DirectoryPage]:
    pages = DirectoryPage.objects.open_to_all().select_related("locale").order_by("-path")
    return {page.locale.language_code: page for page in pages if page.get_url()}


def _keep(entry: DirectoryEntry, pages: dict[str, DirectoryPage]) -> None:
    search.drop(entry)
    for language, page in pages.items() if entry.shown else ():
        with override(language):
            search.keep(
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
