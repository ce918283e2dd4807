"""Who may see what of a notice: the public within its days, those who edit it always."""

from datetime import datetime
from uuid import UUID

from django.http import Http404

from home.shortcuts import one_or_404

from .models import NoticeFile, NoticePage, Posting


def posted_file(pk: int, now: datetime) -> NoticeFile:
    """A file of a notice that is posted at ``now``. Raises Http404."""
    posted = NoticePage.objects.posted(now)
    return one_or_404(NoticeFile.objects.filter(page__in=posted), pk=pk)


def file_for(user, pk: int) -> NoticeFile:
    """A file for somebody who edits its notice, whenever. Raises Http404."""
    file = one_or_404(NoticeFile.objects.select_related("page"), pk=pk)
    if not file.page.permissions_for_user(user).can_edit():
        raise Http404
    return file


def may_see_proofs(user) -> bool:
    return user.has_perm("news.view_posting")


def postings(user, notice: UUID) -> list[Posting]:
    """All that happened to a notice, in order. Raises Http404."""
    found = list(Posting.objects.filter(notice=notice).order_by("at", "pk")) if may_see_proofs(user) else []
    if not found:
        raise Http404
    return found
