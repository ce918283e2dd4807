"""Recording of the posting proof when editors publish, unpublish or delete a notice."""

from django.db import transaction

from eservices.accounts.models import User

from .content_digest import file_digests, notice_digest
from .models import OfficialNoticePage, OfficialNoticeSettings, PostingRecord


@transaction.atomic
def record_posting_event(*, actor: User, page: OfficialNoticePage, kind: str) -> PostingRecord:
    """Record an event of a notice: who, when, for which days, and the hashes of its content and files."""
    published = kind == PostingRecord.Kind.PUBLISHED
    files = file_digests(page.files.all()) if published else []
    return PostingRecord.objects.create(
        notice=page.translation_key,
        language=page.locale.language_code,
        title=page.title,
        act=page.kind.name,
        kind=kind,
        actor=actor,
        actor_name=(actor.get_full_name() or str(actor))[:160] if actor else "",
        first_day=page.first_day,
        last_day=page.last_day,
        board_from=page.board_from,
        board_until=page.board_until,
        binding=OfficialNoticeSettings.load().binding,
        digest=notice_digest(page, files) if published else "",
        files=files,
    )
