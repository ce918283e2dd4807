"""Which articles take comments, and which comments somebody may see."""

from collections.abc import Iterable
from uuid import UUID

from django.http import Http404

from news.articles.models import NewsPage

from ..moderation.permissions import may_moderate
from ..public_pages import public_page, public_pages
from .models import Comment


def commentable_article(pk: int) -> NewsPage:
    """An article that takes comments today or took them. Raises Http404."""
    found = NewsPage.objects.open_to_all().filter(pk=pk).first()
    if found is None or not found.comments_open:
        raise Http404
    return found


def article_of(key: UUID | str) -> NewsPage | None:
    """Its page in the language at hand, else in another; None where it is not public."""
    return public_page(NewsPage, key)


def articles_of(comments: Iterable[Comment]) -> dict[UUID, NewsPage]:
    """The same of several comments, by the key of the article; without those that are not public."""
    return public_pages(NewsPage, {one.article for one in comments})


def comments_on(page: NewsPage) -> list[Comment]:
    return list(Comment.objects.published().on(page).oldest_first())


def comment_for(user, pk: int) -> Comment:
    """A comment, for who moderates. Raises Http404."""
    found = Comment.objects.filter(pk=pk).first() if may_moderate(user) else None
    if found is None:
        raise Http404
    return found


def comments_for(user, *, rejected: bool = False):
    """The published comments or those that were rejected, the newest first, for who moderates. Raises Http404."""
    if not may_moderate(user):
        raise Http404
    return Comment.objects.rejected() if rejected else Comment.objects.published()
