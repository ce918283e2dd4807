"""Files posted with a step, or one by one while it is filled in."""

from django.core.exceptions import ValidationError

from eservices.formbuilder.definition import StepDefinition

from . import actions, upload_checks
from .form_session import FormSession


def store_step_files(request, filing: FormSession, step: StepDefinition) -> dict[str, list[str]]:
    """Store the acceptable files of a step. Return the reasons for refusing the others, by question."""
    questions = {field.key: field for field in step.fields if field.type == "files"}
    faults: dict[str, list[str]] = {}
    deadline = upload_checks.Deadline()
    for key, question in questions.items():
        limits = filing.file_limits(question)
        sent = request.FILES.getlist(key)
        if len(sent) > limits.most:
            faults[key] = [actions.too_many_files_message(limits.most)]
        for number, upload in enumerate(sent):
            if number >= limits.most and not getattr(upload, "cut", False):
                continue  # not even opened
            try:
                checked = upload_checks.check_upload(
                    upload, extensions=limits.extensions, max_bytes=limits.max_bytes, deadline=deadline
                )
                actions.attach_file(
                    actor=filing.user, draft=filing.start(), field=key, upload=checked, most=limits.most
                )
            except ValidationError as fault:
                faults.setdefault(key, []).extend(fault.messages)
            except actions.SubmissionRefused as fault:
                if isinstance(fault, actions.AlreadySent):
                    raise
                faults.setdefault(key, []).append(str(fault))
    return faults


def remove_step_file(filing: FormSession, file_id: str) -> None:
    """Delete a file. Does nothing if there is no file with this id."""
    if filing.draft is None:
        return
    try:
        actions.remove_file(actor=filing.user, draft=filing.draft, file_id=file_id)
    except (ValueError, ValidationError):  # not an identifier: nothing to remove
        return
