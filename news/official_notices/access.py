"""Access to official notices: the public during their days, editors always."""

from datetime import datetime
from uuid import UUID

from django.http import Http404

from eservices.accounts.models import User
from home.web.shortcuts import get_or_404

from .models import OfficialNoticeFile, OfficialNoticePage, PostingRecord


def posted_notice_file(pk: int, now: datetime) -> OfficialNoticeFile:
    """Return a file of a notice that is displayed at ``now``. Raise Http404 otherwise."""
    posted = OfficialNoticePage.objects.posted(now)
    file: OfficialNoticeFile = get_or_404(OfficialNoticeFile.objects.filter(page__in=posted), pk=pk)
    return file


def file_for(user: User, pk: int) -> OfficialNoticeFile:
    """Return a file for a user who may edit its notice, at any time. Raise Http404 otherwise."""
    file: OfficialNoticeFile = get_or_404(OfficialNoticeFile.objects.select_related("page"), pk=pk)
    if not file.page.permissions_for_user(user).can_edit():
        raise Http404
    return file


def may_see_proofs(user: User) -> bool:
    return user.has_perm("news_official_notices.view_postingrecord")


def posting_records_of(user: User, notice: UUID) -> list[PostingRecord]:
    """Return all posting records of a notice, in order.

    Raise Http404 if there are none or ``user`` may not see them.
    """
    found = (
        list(PostingRecord.objects.filter(notice=notice).order_by("at", "pk")) if may_see_proofs(user) else []
    )
    if not found:
        raise Http404
    return found
