"""Access to articles that take comments, and to comments."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from eservices.accounts.models import User
from news.articles.models import NewsPage

from ..moderation.permissions import may_moderate
from ..public_pages import public_page, public_pages
from .models import Comment


def commentable_article(pk: int) -> NewsPage:
    """Return an article that takes comments or took them. Raise Http404 otherwise."""
    found: NewsPage | None = NewsPage.objects.open_to_all().filter(pk=pk).first()
    if found is None or not found.comments_open:
        raise Http404
    return found


def article_of(key: UUID | str) -> NewsPage | None:
    """Return the article in the active language, else in another; None if it is not public."""
    page: NewsPage | None = public_page(NewsPage, key)
    return page


def articles_of(comments: Iterable[Comment]) -> dict[UUID, NewsPage]:
    """Return the articles of the comments, by translation key, without those that are not public."""
    return public_pages(NewsPage, {one.article for one in comments})


def comments_on(page: NewsPage) -> list[Comment]:
    return list(Comment.objects.published().on(page).oldest_first())


def comment_for(user: User, pk: int) -> Comment:
    """Return a comment for moderators. Raise Http404 otherwise."""
    found: Comment | None = Comment.objects.filter(pk=pk).first() if may_moderate(user) else None
    if found is None:
        raise Http404
    return found


def comments_for(user: User, *, rejected: bool = False) -> QuerySet[Comment]:
    """Return published or rejected comments for moderators, the newest first. Raise Http404 otherwise."""
    if not may_moderate(user):
        raise Http404
    return Comment.objects.rejected() if rejected else Comment.objects.published()
