"""The proof of posting writes itself when editors publish, withdraw or delete."""

from django.db import transaction

from .digests import digest_of, digests_of_files
from .models import NoticePage, NoticeSettings, Posting


@transaction.atomic
def record(*, actor, page: NoticePage, kind: str) -> Posting:
    """Keeps what happened to a notice: who, when, for which days, and the digests of its words and files."""
    published = kind == Posting.Kind.PUBLISHED
    files = digests_of_files(page.files.all()) if published else []
    return Posting.objects.create(
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
        binding=NoticeSettings.load().binding,
        digest=digest_of(page, files) if published else "",
        files=files,
    )
