"""Every write to drafts, and the sending. ``actor`` is the person signed in, or None: who holds the link."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.deliveries.models import Delivery
from eservices.formbuilder.definition import Definition, Step
from eservices.formbuilder.models import FormVersion

from . import emails
from .models import Channel, Draft, StoredFile, Submission, private_storage, random_path
from .progress import Progress, relaxed
from .signals import submission_sent
from .uploads import CheckedFile

MOST_LETTERS = 5  # resume links mailed per draft: enough for slips, useless for pestering somebody


class Incomplete(Exception):
    """The request cannot be sent yet: ``step`` is where to go on."""

    def __init__(self, step: Step):
        super().__init__(step.key)
        self.step = step


class Refused(Exception):
    """What was asked cannot be done; the message says why."""


class AlreadySent(Refused):
    """The request went out: its draft does not change any more."""


def start_draft(
    *,
    actor: User | None,
    version: FormVersion,
    language: str,
    channel: str = Channel.ONLINE,
    agent: User | None = None,
) -> Draft:
    """Begins a request. With ``agent``, it is filed for somebody else and belongs to no account."""
    return Draft.objects.create(
        version=version,
        language=language,
        channel=channel,
        agent=agent,
        user=None if agent else actor,
    )


@transaction.atomic
def save_step(*, actor: User | None, draft: Draft, step: Step, answers: dict, language: str = "") -> Draft:
    """Keeps the valid answers of a step. What the step did not show this time stays as it was."""
    draft = _locked(draft)
    draft.answers = draft.answers | answers
    draft.completed = [*(key for key in draft.completed if key != step.key), step.key]
    draft.typed.pop(step.key, None)
    draft.language = language or draft.language
    return _saved(draft)


@transaction.atomic
def put_aside(*, actor: User | None, draft: Draft, step: Step, typed: dict[str, list[str]]) -> Draft:
    """Keeps what was typed into a step as it is, for later. Saved before or not, the step is asked again."""
    draft = _locked(draft)
    draft.typed[step.key] = typed
    draft.completed = [key for key in draft.completed if key != step.key]
    return _saved(draft)


def attach_file(
    *, actor: User | None, draft: Draft, field: str, upload: CheckedFile, most: int
) -> StoredFile:
    """Keeps a checked file under a random name. The same file twice is kept once."""
    stored = StoredFile(
        draft=draft,
        field=field,
        name=upload.name,
        content_type=upload.content_type,
        size=upload.size,
        digest=upload.digest,
    )
    # The storage may be another machine: it is written before the transaction, and cleaned up if that fails.
    stored.content.name = private_storage().save(random_path(stored, upload.name), upload.file)
    try:
        kept = _attach(draft, stored, most)
    except Exception:
        private_storage().delete(stored.content.name)
        raise
    if kept is not stored:
        private_storage().delete(stored.content.name)
    return kept


@transaction.atomic
def _attach(draft: Draft, stored: StoredFile, most: int) -> StoredFile:
    locked = _locked(draft)
    siblings = locked.files.filter(field=stored.field)
    if same := siblings.filter(digest=stored.digest, name=stored.name).first():
        return same
    if siblings.count() >= most:
        raise Refused(_("At most %(limit)s files. Remove one first.") % {"limit": most})
    stored.save()
    _note_files(locked, stored.field)
    draft.answers = locked.answers
    return stored


@transaction.atomic
def remove_file(*, actor: User | None, draft: Draft, file_id) -> None:
    """Forgets a file of the draft. Nothing happens where it is gone already."""
    locked = _locked(draft)
    stored = locked.files.filter(pk=file_id).first()
    if stored is None:
        return
    names, field = [stored.content.name], stored.field
    stored.delete()
    _note_files(locked, field)
    draft.answers = locked.answers
    transaction.on_commit(lambda: _delete_contents(names))


@transaction.atomic
def mail_resume_link(*, actor: User | None, draft: Draft, to: str) -> Delivery:
    """Mails the draft's private link."""
    draft = _locked(draft)
    if Delivery.objects.about(draft.subject).count() >= MOST_LETTERS:
        raise Refused(_("This link has been mailed several times already. Look into your unwanted mail."))
    return emails.resume_link(draft, to)


@transaction.atomic
def send(*, actor: User | None, draft: Draft, today: date | None = None) -> Submission:
    """Sends the request: once. A second send of the same draft answers with the same submission.

    Everything is judged again, by today's date; ``Incomplete`` names the step where something is missing.
    Whoever hears ``submission_sent`` acts in this transaction: request and case exist together or not at all.
    """
    draft = Draft.objects.select_for_update(of=("self",)).select_related("version__form").get(pk=draft.pk)
    if sent := Submission.objects.filter(draft=draft).first():
        return sent
    progress = progress_of(draft, today)
    if step := progress.first_incomplete:
        raise Incomplete(step)
    submission = _record(actor, draft, progress.relevant)
    submission_sent.send(sender=Submission, submission=submission)
    return submission


@transaction.atomic
def forget(*, actor: User | None, draft: Draft) -> None:
    """Deletes answers and files of an expired draft. The row stays: its link says that the draft expired."""
    draft = _locked(draft)
    if not draft.expired:
        return
    names = [stored.content.name for stored in draft.files.all()]
    draft.files.all().delete()
    draft.answers, draft.typed, draft.completed = {}, {}, []
    draft.forgotten_at = timezone.now()
    draft.save(update_fields=["answers", "typed", "completed", "forgotten_at"])
    transaction.on_commit(lambda: _delete_contents(names))


def progress_of(draft: Draft, today: date | None = None) -> Progress:
    """Where the draft stands, as of today."""
    return Progress(
        definition=asked(draft.version, for_somebody=bool(draft.agent_id)),
        answers=draft.answers,
        completed=draft.completed,
        language=draft.language,
        today=today or timezone.localdate(),
    )


def asked(version: FormVersion, *, for_somebody: bool) -> Definition:
    """What is asked: who stands at the counter, telephones or writes needs no e-mail address."""
    email = version.definition.settings.get("applicant", {}).get("email")
    return relaxed(version.definition, [email] if for_somebody and email else [])


# -- Shared --------------------------------------------------------------------------------------------------
def _locked(draft: Draft) -> Draft:
    """The draft's row, locked until the transaction ends; ``AlreadySent`` where nothing may change."""
    found = Draft.objects.select_for_update(of=("self",)).select_related("version__form").get(pk=draft.pk)
    if Submission.objects.filter(draft=found).exists():
        raise AlreadySent(_("This request has been sent already."))
    return found


def _saved(draft: Draft) -> Draft:
    draft.saved_at = timezone.now()
    draft.save(update_fields=["answers", "completed", "typed", "language", "saved_at"])
    return draft


def _delete_contents(names: list[str]) -> None:
    for name in names:
        private_storage().delete(name)


def _note_files(draft: Draft, field: str) -> None:
    """The answer of a file field is what is stored for it."""
    files = [described(one) for one in draft.files.filter(field=field)]
    draft.answers = draft.answers | {field: files or None}
    draft.saved_at = timezone.now()
    draft.save(update_fields=["answers", "saved_at"])


def described(stored: StoredFile) -> dict:
    """A stored file as an answer names it."""
    return {"id": str(stored.pk), "name": stored.name, "size": stored.size}


def _record(actor: User | None, draft: Draft, answers: dict) -> Submission:
    applicant = draft.version.definition.settings.get("applicant", {})
    names = (str(answers.get(key) or "") for key in applicant.get("name", []))
    submission = Submission.objects.create(
        draft=draft,
        version=draft.version,
        language=draft.language,
        answers=answers,
        applicant_name=" ".join(name for name in names if name)[:255],
        email=str(answers.get(applicant.get("email")) or "")[:254],
        phone=str(answers.get(applicant.get("phone")) or "")[:32],
        user=draft.user or (None if draft.agent_id else actor),
        channel=draft.channel,
        agent=draft.agent,
    )
    draft.files.filter(field__in=answers).update(submission=submission)
    return submission
