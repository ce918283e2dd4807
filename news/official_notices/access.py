"""Who may see what of a notice: the public within its days, those who edit it always."""

from datetime import datetime
from uuid import UUID

from django.http import Http404

from home.web.shortcuts import get_or_404

from .models import OfficialNoticeFile, OfficialNoticePage, PostingRecord


def posted_notice_file(pk: int, now: datetime) -> OfficialNoticeFile:
    """A file of a notice that is posted at ``now``. Raises Http404."""
    posted = OfficialNoticePage.objects.posted(now)
    return get_or_404(OfficialNoticeFile.objects.filter(page__in=posted), pk=pk)


def file_for(user, pk: int) -> OfficialNoticeFile:
    """A file for somebody who edits its notice, whenever. Raises Http404."""
    file = get_or_404(OfficialNoticeFile.objects.select_related("page"), pk=pk)
    if not file.page.permissions_for_user(user).can_edit():
        raise Http404
    return file


def may_see_proofs(user) -> bool:
    return user.has_perm("news_official_notices.view_postingrecord")


def posting_records_of(user, notice: UUID) -> list[PostingRecord]:
    """All that happened to a notice, in order. Raises Http404."""
    found = (
        list(PostingRecord.objects.filter(notice=notice).order_by("at", "pk")) if may_see_proofs(user) else []
    )
    if not found:
        raise Http404
    return found
