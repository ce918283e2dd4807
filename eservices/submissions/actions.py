"""Actions on drafts, and sending them. ``actor`` is the signed-in person, or None for the holder of the link."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.db.models import QuerySet
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
from home.exceptions import ActionRefused
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
from .prefill.answer_sources import AnswerSource, SourceKind, sources_after_save
from .progress import FormProgress, with_optional_questions
from .signals import draft_abandoned, file_infected, step_saved, submission_sent
from .upload_checks import CheckedFile
from .version_migration import MigratedDraft, migrate_answers, without_blanks

RESCAN_AFTER = timedelta(minutes=1)  # time until a file that waits for the scanner is scanned again
MAX_COPIED_FILES = 100  # files of one question that are copied into a new draft
MOST_TYPED = 250_000  # characters of unvalidated answers in one draft
MOST_BYTES = 10  # how many files of the maximum size one draft may hold
# resume links mailed per draft: enough for typing errors, useless for harassing anybody
MAX_RESUME_EMAILS = 5


class IncompleteSubmission(Exception):
    """The submission is incomplete: ``step`` is where to continue."""

    def __init__(self, step: StepDefinition) -> None:
        super().__init__(step.key)
        self.step = step


class SubmissionRefused(ActionRefused):
    """The action is not possible; the message says why."""


class AnswerUnavailable(SubmissionRefused):
    """An answer cannot be saved, because what it asks for is taken: ``field`` is the question."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class StepChangedElsewhere(Exception):
    """The step was saved by another person or from another page since it was shown."""


class ServiceClosed(Exception):
    """The service accepts no submission of this person now. The draft stays as it is."""

    def __init__(self, refusal: LimitRefusal) -> None:
        super().__init__(refusal.text)
        self.refusal = refusal


class AlreadySent(SubmissionRefused):
    """The draft was sent and cannot change any more."""


def start_draft(
    *,
    actor: User | None,
    version: FormVersion,
    language: str,
    channel: str = SubmissionChannel.ONLINE,
    agent: User | None = None,
    beginning: DraftToken | None = None,
    answers: dict[str, Any] | None = None,
    source: AnswerSource | None = None,
) -> Draft:
    """Start a draft. With ``agent``, it is for somebody else and belongs to no account.

    With ``beginning``, a second call from the same page returns the draft of the first. ``answers``: known from another
    source; they prefill the questions and are validated when each step is posted. ``source``: where they come from;
    None if the person typed them elsewhere on the site.
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
            "filled_by": dict.fromkeys(answers or {}, source.stored()) if source else {},
            "created_at": beginning.since,
        },
    )
    return draft


def start_draft_from_submission(
    *, actor: User | None, submission: Submission, changes: dict[str, Any]
) -> Draft:
    """Start a draft of the current form from an earlier submission, with ``changes`` and copies of its files.

    What the form does not accept any more is asked again.
    """
    version = submission.version.form.current
    if version is None:
        raise ValueError("The form is not offered")
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
    draft.filled_by = dict.fromkeys(draft.answers, AnswerSource(SourceKind.EARLIER).stored())
    draft.save(update_fields=["version", "answers", "completed", "typed", "filled_by"])
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
    answers: dict[str, Any],
    language: str = "",
    caller: str = "",
    seen: str = "",
    offered: Mapping[str, tuple[Any, AnswerSource]] | None = None,
) -> Draft:
    """Save the valid answers of a step. Questions that the step did not show stay unchanged.

    ``caller``: the network address of the request. ``seen``: the state of the page. ``offered``: the answers with
    which the page was filled in, and their sources.

    Raises ``AnswerUnavailable`` if what an answer asks for is taken, ``StepChangedElsewhere`` if another page saved the
    step since.
    """
    draft = _locked(draft)
    differs = step.key in draft.typed or any(draft.answers.get(key) != new for key, new in answers.items())
    if differs and draft.is_saved_by_other_page(step, seen):
        raise StepChangedElsewhere
    before, draft.answers = draft.answers, draft.answers | answers
    draft.filled_by = sources_after_save(draft.filled_by, before, draft.answers, offered or {})
    draft.completed = [*(key for key in draft.completed if key != step.key), step.key]
    draft.typed.pop(step.key, None)
    draft.note_page(step, seen)
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
    """Save the typed answers of a step without validation. The step is then incomplete, even if it was saved before.

    ``seen``: from a page that saves automatically, the mark of the step when the page was made. Raises
    ``StepChangedElsewhere`` if the step was saved since by anything but this page, because a late save would undo that.
    Saving the same text again is allowed.
    """
    draft = _locked(draft)
    before = draft.typed.get(step.key, {})
    known = before and (before.get(SEEN) == [seen] or before | {SEEN: [seen]} == typed)
    if seen and not known and draft.mark(step) != mark_in_page_state(seen):
        raise StepChangedElsewhere
    draft.typed[step.key] = typed
    draft.note_page(step, "".join(typed.get(SEEN, [])[:1]))
    if len(json.dumps(draft.typed)) > MOST_TYPED:
        # ``upload_checks.limit_input`` turns this into a response.
        raise RequestDataTooBig
    draft.completed = [key for key in draft.completed if key != step.key]
    return _saved(draft)


@transaction.atomic
def claim_draft(*, actor: User, draft: Draft) -> Draft:
    """Give a draft that belongs to nobody to the signed-in person. From then on only they can open it.

    Inputs that were left empty are dropped, so that known answers fill them and nothing that was typed is overwritten.
    """
    draft = _locked(draft)
    if draft.user_id or draft.agent_id or draft.expired:
        return draft
    draft.user = actor
    draft.typed = {
        key: without_blanks(typed, step) if (step := draft.version.definition.step(key)) else typed
        for key, typed in draft.typed.items()
    }
    draft.save(update_fields=["user", "typed"])
    return draft


@transaction.atomic
def migrate_draft(*, actor: User | None, draft: Draft, version: FormVersion) -> Draft:
    """Migrate the draft to a newer version of its form, with all answers that still fit: see ``version_migration``.

    Does nothing if another tab did it already. Files of questions that were removed are deleted.
    """
    draft = _locked(draft)
    if draft.version.number >= version.number:
        return draft
    carried = preview_migration(draft, version)
    draft.note_marks(definition_for_channel(draft.version, for_somebody=bool(draft.agent_id)))
    draft.take(version, carried)
    uploading = [key for key, field in version.definition.fields.items() if field.type == "files"]
    destroy_files(draft.files.exclude(field__in=uploading))
    draft.save(update_fields=["version", "answers", "completed", "typed", "saved_from"])
    return draft


def preview_migration(draft: Draft, version: FormVersion, language: str = "") -> MigratedDraft:
    """Return what ``version`` accepts of the draft, as texts in ``language``. Writes nothing."""
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
    """Store a checked file under a random name. The same file is stored once per question.

    Raises ``SubmissionRefused`` if the question has ``most`` files or the draft is too large.
    """
    # The storage may be another machine: it is written before the transaction, and cleaned up if that fails.
    stored = store_checked_file(upload, draft=draft, field=field)
    try:
        kept = _attach(draft, stored, most)
    except Exception:
        _delete_contents([stored.content.name])
        raise
    if kept is not stored:
        _delete_contents([stored.content.name])
    return kept


def store_checked_file(upload: CheckedFile, **fields: Any) -> StoredFile:
    """Write a checked file to the private storage. The caller must save its row."""
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
    """Return the message for a question that has its maximum number of files."""
    text = ngettext(
        "At most %(limit)s file. Remove it first.", "At most %(limit)s files. Remove one first.", most
    )
    return text % {"limit": most}


@transaction.atomic
def _attach(draft: Draft, stored: StoredFile, most: int) -> StoredFile:
    locked = _locked(draft)
    held = list(locked.files.all())
    siblings = [one for one in held if one.field == stored.field and one.scan != ScanResult.INFECTED]
    for same in siblings:
        if (same.digest, same.name) == (stored.digest, stored.name):
            return same
    if len(siblings) >= most:
        raise SubmissionRefused(too_many_files_message(most))
    room = MOST_BYTES * settings.UPLOAD_MAX_BYTES
    if sum(one.size for one in held) + stored.size > room:
        raise SubmissionRefused(
            _("All files of a request together: at most %(limit)s. Remove one first.")
            % {"limit": format_size_limit(room)}
        )
    stored.save()
    _set_files(locked, stored.field, [*siblings, stored])
    draft.answers = locked.answers
    return stored


@transaction.atomic
def remove_file(*, actor: User | None, draft: Draft, file_id: str) -> None:
    """Delete a file of the draft. Does nothing if it is already deleted."""
    locked = _locked(draft)
    stored = locked.files.filter(pk=file_id).first()
    if stored is None:
        return
    names, field = [stored.content.name], stored.field
    stored.delete()
    _note_files(locked, field)
    draft.answers = locked.answers
    transaction.on_commit(lambda: _delete_contents(names), robust=True)


def scan_file(file_id: str) -> None:
    """Scan a file that waits for the scanner. Can be called at any time, any number of times.

    While the scanner is not available, the file stays held, and the job tries again.
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
    """Save the result of the scan. If the file is infected, destroy it and send ``file_infected``."""
    draft = Draft.objects.select_for_update().filter(pk=stored.draft_id).first() if stored.draft_id else None
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
    """Send the draft's resume link by e-mail, at most ``MAX_RESUME_EMAILS`` times."""
    draft = _locked(draft)
    if Delivery.objects.for_subject(draft.subject).count() >= MAX_RESUME_EMAILS:
        raise SubmissionRefused(_("We have already sent this link several times. Check your spam folder."))
    return emails.send_resume_link(draft, to)


@transaction.atomic
def submit(*, actor: User | None, draft: Draft, today: date | None = None) -> Submission:
    """Send the draft, once. A second call for the same draft returns the same submission.

    Everything is validated again, as of today. Raises ``IncompleteSubmission`` with the step where something is
    missing, or ``ServiceClosed`` with the reason. The handlers of ``submission_sent`` run in this transaction:
    submission and case exist together or not at all.
    """
    draft = _lock_row(draft)
    if sent := Submission.objects.filter(draft=draft).first():
        return sent
    progress = draft_progress(draft, today)
    if step := progress.first_incomplete:
        raise IncompleteSubmission(step)
    user = actor or draft.user
    if why := request_refusal(draft.version, user=user, agent=draft.agent, email=progress.email, locked=True):
        raise ServiceClosed(why)
    submission = _record(actor, draft, progress)
    submission_sent.send(sender=Submission, submission=submission)
    return submission


@transaction.atomic
def erase_expired_draft(*, actor: User | None, draft: Draft) -> None:
    """Delete answers and files of an expired draft. The row stays, so that its link can show that it expired."""
    draft = _locked(draft)
    if not draft.expired:
        return
    draft_abandoned.send(sender=Draft, draft=draft)
    destroy_files(draft.files.all())
    draft.answers, draft.typed, draft.completed = {}, {}, []
    draft.forgotten_at = timezone.now()
    draft.save(update_fields=["answers", "typed", "completed", "forgotten_at"])


@transaction.atomic
def delete_draft(*, actor: User | None, draft: Draft) -> None:
    """Delete an unsent draft with its files, because its owner wants it."""
    draft = _locked(draft)
    draft_abandoned.send(sender=Draft, draft=draft)
    destroy_files(draft.files.all())
    deliveries.erase_deliveries_about(actor=actor, subject=draft.subject)
    draft.delete()


@transaction.atomic
def discard_rehearsal(*, actor: object, draft: Draft | None, submission: Submission | None = None) -> None:
    """Delete a rehearsal entirely, draft and submission with their files.

    Raises ``SubmissionRefused`` if one of them is real.
    """
    requests = [request for request in (draft, submission) if request]
    if not all(request.version.is_rehearsal for request in requests):
        raise SubmissionRefused(_("Only rehearsals can be deleted."))
    for request in requests:
        destroy_files(request.files.all())
    if draft:
        deliveries.delete_rehearsal_deliveries(actor=actor, subject=draft.subject)
    for request in reversed(requests):
        request.delete()


@transaction.atomic
def erase_submission(*, actor: object, submission: Submission) -> None:
    """Erase the applicant and the answers, with draft and files; service, dates and fees stay."""
    draft = submission.draft
    if draft:
        destroy_files(draft.files.all())
    destroy_files(submission.files.all())
    if draft:
        deliveries.erase_deliveries_about(actor=actor, subject=draft.subject)
        draft.delete()
    Submission.objects.filter(pk=submission.pk).update(
        answers={}, filled_by=None, applicant_name="", email="", phone="", user=None, erased_at=timezone.now()
    )
    submission.refresh_from_db()


@transaction.atomic
def erase_answers(*, actor: object, submission: Submission, keys: list[str]) -> None:
    """Erase the answers to these questions, their files, and the applicant's data copied from them."""
    destroy_files(StoredFile.objects.filter(submission=submission, field__in=keys))
    draft = submission.draft
    if draft:
        draft.answers, draft.typed = drop_answers(draft.answers, keys), {}
        draft.save(update_fields=["answers", "typed"])
    submission.answers = drop_answers(submission.answers, keys)
    if submission.filled_by:
        submission.filled_by = {key: one for key, one in submission.filled_by.items() if key not in keys}
    for name, value in applicant_of(submission.version, submission.answers).items():
        setattr(submission, name, value)
    submission.save(update_fields=["answers", "filled_by", "applicant_name", "email", "phone"])


def destroy_files(files: QuerySet[StoredFile]) -> None:
    """Delete stored files, and their contents after the transaction is committed."""
    names = [stored.content.name for stored in files]
    files.delete()
    transaction.on_commit(lambda: _delete_contents(names), robust=True)


def draft_progress(draft: Draft, today: date | None = None) -> FormProgress:
    """Return the progress of the draft as of today."""
    return FormProgress(
        definition=definition_for_channel(draft.version, for_somebody=bool(draft.agent_id)),
        answers=draft.answers,
        completed=draft.completed,
        language=draft.language,
        today=today or timezone.localdate(),
    )


def limits_for_version(version: FormVersion) -> dict[str, dict[str, Any]]:
    """Return the current limits for drafts of ``version``; {} for a rehearsal.

    The limits are those of the version in force: an editor who extends a service extends it for all drafts.
    """
    if version.is_rehearsal:
        return {}
    in_force = version.form.current or version
    limits: dict[str, dict[str, Any]] = in_force.definition.settings.get("limits", {})
    return limits


def request_refusal(
    version: FormVersion,
    *,
    user: User | None = None,
    agent: User | None = None,
    email: str = "",
    whoever: bool = False,
    locked: bool = False,
) -> LimitRefusal | None:
    """Return why the service accepts no submission of this person now; None if it does.

    ``whoever``: only limits that apply to everybody. ``locked``: lock the form, so that counting and sending in one
    transaction cannot race.
    """
    found = limits_for_version(version)
    if not found:
        return None
    if locked:
        Form.objects.select_for_update().get(pk=version.form_id)
    asking = RequestContext(version.form, timezone.now(), None if agent else user, agent, email)
    return first_refusal(found, asking, whoever=whoever)


def definition_for_channel(version: FormVersion, *, for_somebody: bool) -> FormDefinition:
    """Return the definition for a channel.

    With ``for_somebody``, e-mail address and files are optional, because people at the counter, on the telephone or on
    paper may have no address and bring or show papers later.
    """
    if not for_somebody:
        return version.definition
    papers = [key for key, field in version.definition.fields.items() if field.type == "files"]
    email = version.definition.settings.get("applicant", {}).get("email")
    return with_optional_questions(version.definition, [*papers, *([email] if email else [])])


# -- Shared --------------------------------------------------------------------------------------------------
def _locked(draft: Draft) -> Draft:
    """Lock and return the draft's row; ``AlreadySent`` if the draft was sent."""
    found = _lock_row(draft)
    if Submission.objects.filter(draft=found).exists():
        raise AlreadySent(_("This request has been sent already."))
    return found


def _lock_row(draft: Draft) -> Draft:
    """Lock and return the draft's row. Its version, which never changes and is large, is not read again."""
    found = Draft.objects.select_for_update().get(pk=draft.pk)
    if found.version_id == draft.version_id:
        found.version = draft.version
    return found


def _saved(draft: Draft) -> Draft:
    draft.saved_at = timezone.now()
    draft.save(
        update_fields=["answers", "completed", "typed", "filled_by", "saved_from", "language", "saved_at"]
    )
    return draft


def _delete_contents(names: Iterable[str | None]) -> None:
    for name in filter(None, names):
        private_storage().delete(name)


def _note_files(draft: Draft, field: str) -> None:
    """Set the answer of a file question to its stored files."""
    _set_files(draft, field, draft.files.without_infected().filter(field=field))


def _set_files(draft: Draft, field: str, files: Iterable[StoredFile]) -> None:
    draft.answers = draft.answers | {field: [file_reference(one) for one in files] or None}
    draft.saved_at = timezone.now()
    draft.save(update_fields=["answers", "saved_at"])


def file_reference(stored: StoredFile) -> dict[str, Any]:
    """Return a stored file as answers refer to it."""
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
        filled_by={key: source for key, source in draft.filled_by.items() if key in answers},
    )
    draft.files.without_infected().filter(field__in=answers).update(submission=submission)
    return submission


def applicant_of(version: FormVersion, answers: dict[str, Any]) -> dict[str, str]:
    """Return the applicant's name, e-mail address and telephone from the answers."""
    keys = version.definition.settings.get("applicant", {})
    names = (str(answers.get(key) or "") for key in keys.get("name", []))
    return {
        "applicant_name": " ".join(name for name in names if name)[:255],
        "email": stored_form(str(answers.get(keys.get("email")) or ""))[:254],
        "phone": str(answers.get(keys.get("phone")) or "")[:32],
    }
