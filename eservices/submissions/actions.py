"""Every write to drafts, and the sending. ``actor`` is the person signed in, or None: who holds the link."""

import json
from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import User
from eservices.deliveries import actions as deliveries
from eservices.deliveries.models import Delivery
from eservices.formbuilder.definition import FormDefinition, StepDefinition, drop_answers
from eservices.formbuilder.fee_breakdown import itemize_fees
from eservices.formbuilder.models import Form, FormVersion
from eservices.formbuilder.request_limits import LimitRefusal, RequestContext, first_refusal
from home.localization.file_sizes import format_size_limit

from . import emails, virus_scan
from .draft_token import DraftToken
from .draft_token import new_token as new_beginning
from .identity_level import identity_level_at_submission
from .models import (
    SEEN,
    Draft,
    ScanResult,
    StoredFile,
    Submission,
    SubmissionChannel,
    mark_in_page_state,
    private_storage,
    random_path,
)
from .progress import FormProgress, with_optional_questions
from .signals import file_infected, step_saved, submission_sent
from .upload_checks import CheckedFile
from .version_migration import MigratedDraft, migrate_answers

RESCAN_AFTER = timedelta(minutes=1)  # how long a file that waits for the scanner is left in peace
MAX_COPIED_FILES = 100  # files of one question that a request begun again brings along
MOST_TYPED = 250_000  # characters put aside in one draft
MOST_BYTES = 10  # files of the largest size that one draft may hold
MAX_RESUME_EMAILS = 5  # resume links mailed per draft: enough for slips, useless for pestering somebody


class IncompleteSubmission(Exception):
    """The request cannot be sent yet: ``step`` is where to go on."""

    def __init__(self, step: StepDefinition):
        super().__init__(step.key)
        self.step = step


class SubmissionRefused(Exception):
    """What was asked cannot be done; the message says why."""


class AnswerUnavailable(SubmissionRefused):
    """An answer cannot be kept, since what it asks for is gone: ``field`` is the question, the message says why."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field


class StepChangedElsewhere(Exception):
    """The step was saved by somebody else, or from another page, since it was looked at."""


class ServiceClosed(Exception):
    """The service takes no request of this person now. The draft stays as it is."""

    def __init__(self, refusal: LimitRefusal):
        super().__init__(refusal.text)
        self.refusal = refusal


class AlreadySent(SubmissionRefused):
    """The request went out: its draft does not change any more."""


def start_draft(
    *,
    actor: User | None,
    version: FormVersion,
    language: str,
    channel: str = SubmissionChannel.ONLINE,
    agent: User | None = None,
    beginning: DraftToken | None = None,
    answers: dict | None = None,
) -> Draft:
    """Begins a request. With ``agent``, it is filed for somebody else and belongs to no account.

    With ``beginning``, a page's second call answers with the draft of the first. ``answers`` are known from
    elsewhere: they stand in the questions, and are judged when each step is posted.
    """
    beginning = beginning or new_beginning(version.form.slug)
    draft, _new = Draft.objects.get_or_create(
        secret=beginning.secret,
        defaults={
            "version": version,
            "language": language,
            "channel": channel,
            "agent": agent,
            "user": None if agent else actor,
            "answers": answers or {},
            "created_at": beginning.since,
        },
    )
    return draft


def start_draft_from_submission(*, actor: User | None, submission: Submission, changes: dict) -> Draft:
    """A draft of today's form with what was declared before, ``changes`` on top, and a copy of each file.

    What the form does not take any more is asked again.
    """
    version = submission.version.form.current
    draft = start_draft(actor=actor, version=version, language=submission.language)
    draft.take(
        version,
        migrate_answers(
            submission.version.definition,
            version.definition,
            answers=submission.answers | changes,
            completed=[step.key for step in submission.version.definition.steps],
            typed={},
            language=submission.language,
            today=timezone.localdate(),
        ),
    )
    draft.save(update_fields=["version", "answers", "completed", "typed"])
    for stored in submission.files.readable():
        with stored.content.open("rb") as content:
            same = CheckedFile(
                stored.name,
                stored.content_type,
                stored.size,
                stored.digest,
                content,
                stored.scan,
                tuple(stored.cautions),
            )
            attach_file(actor=actor, draft=draft, field=stored.field, upload=same, most=MAX_COPIED_FILES)
    return draft


@transaction.atomic
def save_step(
    *,
    actor: User | None,
    draft: Draft,
    step: StepDefinition,
    answers: dict,
    language: str = "",
    caller: str = "",
) -> Draft:
    """Keeps the valid answers of a step. What the step did not show this time stays as it was.

    ``caller``: the network address that asks. ``AnswerUnavailable`` where somebody else got what an answer asks for.
    """
    draft = _locked(draft)
    before, draft.answers = draft.answers, draft.answers | answers
    draft.completed = [*(key for key in draft.completed if key != step.key), step.key]
    draft.typed.pop(step.key, None)
    draft.language = language or draft.language
    heard = step_saved.send(
        sender=Draft, draft=draft, step=step, answers=answers, before=before, actor=actor, caller=caller
    )
    draft.said = [text for _receiver, texts in heard for text in texts or ()]
    return _saved(draft)


@transaction.atomic
def save_unvalidated(
    *, actor: User | None, draft: Draft, step: StepDefinition, typed: dict[str, list[str]], seen: str = ""
) -> Draft:
    """Keeps what was typed into a step as it is, for later. Saved before or not, the step is asked again.

    ``seen``: of a page that saves by itself, the mark of the step when it was made. ``StepChangedElsewhere`` where the
    step was saved since by anything but this page: it would undo that, also when it comes late. The same words
    undo nothing.
    """
    draft = _locked(draft)
    before = draft.typed.get(step.key, {})
    known = before and (before.get(SEEN) == [seen] or before | {SEEN: [seen]} == typed)
    if seen and not known and draft.mark(step) != mark_in_page_state(seen):
        raise StepChangedElsewhere
    draft.typed[step.key] = typed
    if len(json.dumps(draft.typed)) > MOST_TYPED:
        raise RequestDataTooBig  # answered by ``uploads.bounded``
    draft.completed = [key for key in draft.completed if key != step.key]
    return _saved(draft)


@transaction.atomic
def migrate_draft(*, actor: User | None, draft: Draft, version: FormVersion) -> Draft:
    """Takes the draft to a newer version of its form, with all that still fits: see ``carrying``.

    Nothing happens where another tab did it already. Files of questions that are gone are deleted.
    """
    draft = _locked(draft)
    if draft.version.number >= version.number:
        return draft
    draft.take(version, preview_migration(draft, version))
    uploading = [key for key, field in version.definition.fields.items() if field.type == "files"]
    destroy_files(draft.files.exclude(field__in=uploading))
    draft.save(update_fields=["version", "answers", "completed", "typed"])
    return draft


def preview_migration(draft: Draft, version: FormVersion, language: str = "") -> MigratedDraft:
    """What ``version`` takes of the draft, in words of ``language``. Writes nothing."""
    for_somebody = bool(draft.agent_id)
    return migrate_answers(
        definition_for_channel(draft.version, for_somebody=for_somebody),
        definition_for_channel(version, for_somebody=for_somebody),
        answers=draft.answers,
        completed=draft.completed,
        typed=draft.typed,
        language=language or draft.language,
        today=timezone.localdate(),
    )


def attach_file(
    *, actor: User | None, draft: Draft, field: str, upload: CheckedFile, most: int
) -> StoredFile:
    """Keeps a checked file under a random name. The same file twice is kept once."""
    # The storage may be another machine: it is written before the transaction, and cleaned up if that fails.
    stored = store_checked_file(upload, draft=draft, field=field)
    try:
        kept = _attach(draft, stored, most)
    except Exception:
        private_storage().delete(stored.content.name)
        raise
    if kept is not stored:
        private_storage().delete(stored.content.name)
    return kept


def store_checked_file(upload: CheckedFile, **fields) -> StoredFile:
    """Writes a checked file into the private storage. Its row is not saved yet: the caller does."""
    stored = StoredFile(
        name=upload.name,
        content_type=upload.content_type,
        size=upload.size,
        digest=upload.digest,
        scan=upload.scan,
        cautions=list(upload.cautions),
        scan_due_at=timezone.now() + RESCAN_AFTER if upload.scan == ScanResult.WAITING else None,
        **fields,
    )
    stored.content.name = private_storage().save(random_path(stored, upload.name), upload.file)
    return stored


def too_many_files_message(most: int) -> str:
    """What is said where a question has all the files that it takes."""
    text = ngettext(
        "At most %(limit)s file. Remove it first.", "At most %(limit)s files. Remove one first.", most
    )
    return text % {"limit": most}


@transaction.atomic
def _attach(draft: Draft, stored: StoredFile, most: int) -> StoredFile:
    locked = _locked(draft)
    siblings = locked.files.kept().filter(field=stored.field)
    if same := siblings.filter(digest=stored.digest, name=stored.name).first():
        return same
    if siblings.count() >= most:
        raise SubmissionRefused(too_many_files_message(most))
    held, room = locked.files.aggregate(sum=Sum("size"))["sum"] or 0, MOST_BYTES * settings.UPLOAD_MAX_BYTES
    if held + stored.size > room:
        raise SubmissionRefused(
            _("All files of a request together: at most %(limit)s. Remove one first.")
            % {"limit": format_size_limit(room)}
        )
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
    transaction.on_commit(lambda: _delete_contents(names), robust=True)


def scan_file(file_id) -> None:
    """Asks the scanner about a file that waits for it. Safe to call at any time, any number of times.

    While the scanner is away the file stays held; the sweep asks again.
    """
    stored = StoredFile.objects.filter(pk=file_id, scan=ScanResult.WAITING).first()
    if stored is None:
        return
    try:
        with stored.content.open("rb") as content:
            virus = virus_scan.scan_content(content.chunks())
    except virus_scan.ScannerUnavailable:
        return
    _judge(stored, virus)


@transaction.atomic
def _judge(stored: StoredFile, virus: str) -> None:
    """Keeps what the scanner said. An infected file is destroyed, and whoever is concerned hears of it."""
    draft = Draft.objects.select_for_update().filter(pk=stored.draft_id).first()
    stored = StoredFile.objects.select_for_update(of=("self",)).get(pk=stored.pk)
    if stored.scan != ScanResult.WAITING:
        return
    stored.scan, stored.virus, stored.scan_due_at = (
        ScanResult.INFECTED if virus else ScanResult.CLEAN,
        virus[:100],
        None,
    )
    stored.save(update_fields=["scan", "virus", "scan_due_at"])
    if not virus:
        return
    if draft and stored.submission_id is None:
        _note_files(draft, stored.field)
    file_infected.send(sender=StoredFile, stored=stored)
    transaction.on_commit(lambda: _delete_contents([stored.content.name]), robust=True)


@transaction.atomic
def mail_resume_link(*, actor: User | None, draft: Draft, to: str) -> Delivery:
    """Mails the draft's private link."""
    draft = _locked(draft)
    if Delivery.objects.about(draft.subject).count() >= MAX_RESUME_EMAILS:
        raise SubmissionRefused(
            _("This link has been mailed several times already. Look into your unwanted mail.")
        )
    return emails.send_resume_link(draft, to)


@transaction.atomic
def submit(*, actor: User | None, draft: Draft, today: date | None = None) -> Submission:
    """Sends the request: once. A second send of the same draft answers with the same submission.

    Everything is judged again, by today's date; ``IncompleteSubmission`` names the step where something is missing,
    ``ServiceClosed`` says why the service takes no request any more.
    Whoever hears ``submission_sent`` acts in this transaction: request and case exist together or not at all.
    """
    draft = Draft.objects.select_for_update(of=("self",)).select_related("version__form").get(pk=draft.pk)
    if sent := Submission.objects.filter(draft=draft).first():
        return sent
    progress = draft_progress(draft, today)
    if step := progress.first_incomplete:
        raise IncompleteSubmission(step)
    who = {"user": actor or draft.user, "agent": draft.agent, "email": progress.email}
    if why := request_refusal(draft.version, **who, locked=True):
        raise ServiceClosed(why)
    submission = _record(actor, draft, progress)
    submission_sent.send(sender=Submission, submission=submission)
    return submission


@transaction.atomic
def erase_expired_draft(*, actor: User | None, draft: Draft) -> None:
    """Deletes answers and files of an expired draft. The row stays: its link says that the draft expired."""
    draft = _locked(draft)
    if not draft.expired:
        return
    destroy_files(draft.files.all())
    draft.answers, draft.typed, draft.completed = {}, {}, []
    draft.forgotten_at = timezone.now()
    draft.save(update_fields=["answers", "typed", "completed", "forgotten_at"])


@transaction.atomic
def delete_draft(*, actor: User, draft: Draft) -> None:
    """Deletes a draft that was never sent, with its files, because its owner wants so."""
    draft = _locked(draft)
    destroy_files(draft.files.all())
    deliveries.erase_deliveries_about(actor=actor, subject=draft.subject)
    draft.delete()


@transaction.atomic
def discard_rehearsal(*, actor, draft: Draft | None, submission: Submission | None = None) -> None:
    """Deletes a rehearsed request wholly, with its files: the draft, and what was sent of it.

    Raises ``SubmissionRefused`` where one of them is real.
    """
    requests = [request for request in (draft, submission) if request]
    if not all(request.version.is_rehearsal for request in requests):
        raise SubmissionRefused(_("Only rehearsals are thrown away."))
    for request in requests:
        destroy_files(request.files.all())
    if draft:
        deliveries.delete_rehearsal_deliveries(actor=actor, subject=draft.subject)
    for request in reversed(requests):
        request.delete()


@transaction.atomic
def erase_submission(*, actor, submission: Submission) -> None:
    """Erases who sent it and what was declared, with draft and files; service, dates and fees stay."""
    draft = submission.draft
    for request in filter(None, (draft, submission)):
        destroy_files(request.files.all())
    if draft:
        deliveries.erase_deliveries_about(actor=actor, subject=draft.subject)
        draft.delete()
    Submission.objects.filter(pk=submission.pk).update(
        answers={}, applicant_name="", email="", phone="", user=None, erased_at=timezone.now()
    )
    submission.refresh_from_db()


@transaction.atomic
def erase_answers(*, actor, submission: Submission, keys: list[str]) -> None:
    """Erases the answers to these questions, with their files, and what was copied of them."""
    destroy_files(StoredFile.objects.filter(submission=submission, field__in=keys))
    draft = submission.draft
    if draft:
        draft.answers, draft.typed = drop_answers(draft.answers, keys), {}
        draft.save(update_fields=["answers", "typed"])
    submission.answers = drop_answers(submission.answers, keys)
    for name, value in applicant_of(submission.version, submission.answers).items():
        setattr(submission, name, value)
    submission.save(update_fields=["answers", "applicant_name", "email", "phone"])


def destroy_files(files) -> None:
    """Deletes stored files (a query), and their contents once the transaction has ended well."""
    names = [stored.content.name for stored in files]
    files.delete()
    transaction.on_commit(lambda: _delete_contents(names), robust=True)


def draft_progress(draft: Draft, today: date | None = None) -> FormProgress:
    """Where the draft stands, as of today."""
    return FormProgress(
        definition=definition_for_channel(draft.version, for_somebody=bool(draft.agent_id)),
        answers=draft.answers,
        completed=draft.completed,
        language=draft.language,
        today=today or timezone.localdate(),
    )


def limits_for_version(version: FormVersion) -> dict[str, dict]:
    """The limits that hold now for a request begun with ``version``; a rehearsal has none.

    Those of the version in force: whoever opens a service for longer, or for more, does it for all.
    """
    if version.is_rehearsal:
        return {}
    return (version.form.current or version).definition.settings.get("limits", {})


def request_refusal(
    version: FormVersion,
    *,
    user: User | None = None,
    agent: User | None = None,
    email: str = "",
    whoever: bool = False,
    locked: bool = False,
) -> LimitRefusal | None:
    """Why no request is taken of this person now. ``whoever``: only what holds for everybody.

    ``locked``: who counts now and is counted in the same transaction does it alone.
    """
    found = limits_for_version(version)
    if not found:
        return None
    if locked:
        Form.objects.select_for_update().get(pk=version.form_id)
    asking = RequestContext(version.form, timezone.now(), None if agent else user, agent, email)
    return first_refusal(found, asking, whoever=whoever)


def definition_for_channel(version: FormVersion, *, for_somebody: bool) -> FormDefinition:
    """What is asked: who stands at the counter, telephones or writes needs no e-mail address, and brings papers
    later, or shows them."""
    if not for_somebody:
        return version.definition
    papers = [key for key, field in version.definition.fields.items() if field.type == "files"]
    email = version.definition.settings.get("applicant", {}).get("email")
    return with_optional_questions(version.definition, [*papers, *([email] if email else [])])


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
    files = [file_reference(one) for one in draft.files.kept().filter(field=field)]
    draft.answers = draft.answers | {field: files or None}
    draft.saved_at = timezone.now()
    draft.save(update_fields=["answers", "saved_at"])


def file_reference(stored: StoredFile) -> dict:
    """A stored file as an answer names it."""
    return {"id": str(stored.pk), "name": stored.name, "size": stored.size}


def _record(actor: User | None, draft: Draft, progress: FormProgress) -> Submission:
    answers = progress.relevant
    applicant = applicant_of(draft.version, answers)
    user = draft.user or (None if draft.agent_id else actor)
    submission = Submission.objects.create(
        draft=draft,
        version=draft.version,
        language=draft.language,
        answers=answers,
        fees=itemize_fees(progress.definition, answers, draft.language, progress.today),
        **applicant,
        user=user,
        identity_level=identity_level_at_submission(
            actor if actor == user else None, draft.version.definition, answers, applicant["applicant_name"]
        ),
        channel=draft.channel,
        agent=draft.agent,
    )
    draft.files.kept().filter(field__in=answers).update(submission=submission)
    return submission


def applicant_of(version: FormVersion, answers: dict) -> dict[str, str]:
    """Who applies, as the form's answers say: name, e-mail address and telephone."""
    keys = version.definition.settings.get("applicant", {})
    names = (str(answers.get(key) or "") for key in keys.get("name", []))
    return {
        "applicant_name": " ".join(name for name in names if name)[:255],
        "email": stored_form(str(answers.get(keys.get("email")) or ""))[:254],
        "phone": str(answers.get(keys.get("phone")) or "")[:32],
    }
