"""All writes to comments."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import User
from home.caching import site_version
from news.articles.models import NewsPage

from ..moderation import emails
from .models import Comment


@transaction.atomic
def submit_comment(
    *,
    actor: User | None = None,
    page: NewsPage,
    email: str,
    language: str,
    handed_in_at: datetime,
    **written: Any,
) -> Comment:
    """Save a comment by the owner of a verified address, for moderation.

    The same comment is only saved once.
    """
    email = stored_form(email)
    if known := Comment.objects.on(page).duplicates_of(email, **written).first():
        return known
    comment = Comment.objects.create(
        article=page.translation_key, email=email, language=language, handed_in_at=handed_in_at, **written
    )
    emails.send_to_author(comment, "received")
    return comment


@transaction.atomic
def reply_to_comment(*, actor: User, comment: Comment, reply: str) -> Comment:
    """Save the commune's reply below a comment. The author is notified of the first one. An empty reply removes it."""
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    first = not comment.reply and bool(reply.strip())
    comment.reply = reply.strip()
    comment.replied_at = timezone.now() if comment.reply else None
    comment.save(update_fields=["reply", "replied_at"])
    if first:
        emails.send_to_author(comment, "replied", reply=comment.reply)
    transaction.on_commit(site_version.bump_version)
    return comment
