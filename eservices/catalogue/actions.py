"""Actions on services: publish and close forms, rehearse, import."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from eservices.accounts.models import User
from eservices.cases import actions as cases
from eservices.cases import emails
from eservices.cases.models import Case, Team
from eservices.formbuilder import actions as formbuilder
from eservices.formbuilder.models import Form, FormVersion
from eservices.submissions import actions as submissions
from eservices.submissions.models import Draft

from .definition import importer, translation_sync
from .definition.compiler import compile_definition
from .definition.drafts import draft_definition
from .definition.linter import publication_errors
from .models import ServiceIndexPage, ServicePage, TranslationUpdate
from .tasks import sync_translations


@transaction.atomic
def publish_form_version(*, actor: User, page: ServicePage) -> FormVersion | None:
    """Freeze the live content of the service that ``page`` belongs to as a new form version.

    None if the source page is not live. Unchanged content gives no new version. Translations are updated soon
    after.
    """
    source = ServicePage.objects.source_of(page.translation_key)
    if source is None or not source.live:
        return None
    translations = source.get_translations().live().specific().order_by("locale__language_code")
    content = compile_definition(source, translations)
    form = _form(source)
    before = form.current.definition.settings.get("team", "") if form.current else None
    formbuilder.set_form_open(actor=actor, form=form, offered=True)
    _follow(source, translations)
    if page.pk == source.pk:
        _announce(source)
    if before is not None and before != source.team:
        _tell_of_team(actor, source, before)
    return formbuilder.freeze_version(actor=actor, form=form, content=content)


def _tell_of_team(actor: User, source: ServicePage, before: str) -> None:
    """Notify administrators and the leads of both teams that another team now handles the cases of a service."""
    team = Team.objects.filter(key=source.team).first()
    if team:
        teams = set(Team.objects.filter(key__in=[before, source.team]).values_list("pk", flat=True))
        emails.service_given(actor, team, source.title, teams)


@transaction.atomic
def close_form(*, actor: User, page: ServicePage) -> None:
    """Close the form of a service whose source page is not live. Drafts that were begun can still be sent."""
    form = Form.objects.filter(key=page.translation_key).first()
    if form is not None and page.is_source:
        formbuilder.set_form_open(actor=actor, form=form, offered=False)


@transaction.atomic
def start_rehearsal(*, actor: User, page: ServicePage, language: str) -> Draft:
    """Freeze the latest drafts of the service as a rehearsal version, and start a draft on it.

    Raise ValidationError with all problems if the form could not be published.
    """
    source = ServicePage.objects.source_of(page.translation_key) or page
    content = draft_definition(source)
    if faults := publication_errors(content):
        raise ValidationError([str(fault) for fault in faults])
    kind = FormVersion.Kind.REHEARSAL
    version = formbuilder.freeze_version(actor=actor, form=_form(source), content=content, kind=kind)
    return submissions.start_draft(actor=actor, version=version, language=language)


def discard_rehearsals(*, actor: User, page: ServicePage) -> None:
    """Discard all rehearsals of the service, each case in its own transaction. Real cases remain."""
    for case in Case.objects.rehearsed().filter(form=page.translation_key):
        cases.discard_rehearsal(actor=actor, case=case)
    begun = Draft.objects.rehearsed().filter(version__form=page.translation_key)
    for draft in begun.select_related("version"):
        submissions.discard_rehearsal(actor=actor, draft=draft)


@transaction.atomic
def import_service(
    *, actor: User, index: ServiceIndexPage, definition: dict[str, Any], publish: bool = True
) -> ServicePage:
    """Create or update the service that a definition describes, as an editor would.

    ``publish``: publish it; otherwise only a draft is saved, and a live page stays as it is. A draft may refer to
    teams, documents and sources that this commune does not have. Texts in other languages are imported when it is
    published. Raise ValidationError with all problems at once; then nothing is written.
    """
    ServiceIndexPage.objects.select_for_update().get(pk=index.pk)
    page = importer.write_service(index, definition, publish=publish, user=actor)
    if len(definition["texts"]) > 1:
        # Texts of an unpublished service wait for the publication of its source page.
        due_at = timezone.now() if publish else None
        defaults = {"definition": definition, "due_at": due_at}
        TranslationUpdate.objects.update_or_create(page=page, defaults=defaults)
    return page


def _announce(source: ServicePage) -> None:
    """Schedule the update of the translations of a published source."""
    waiting = TranslationUpdate.objects.filter(page=source).exists()
    if waiting or translation_sync.is_managed_by_localize(source):
        defaults = {"due_at": timezone.now(), "attempts": 0}
        TranslationUpdate.objects.update_or_create(page=source, defaults=defaults)
        transaction.on_commit(lambda: sync_translations.enqueue(source.pk), robust=True)


def _form(source: ServicePage) -> Form:
    """Return the form of a service, with the slug of its page if no other form has it."""
    form, _made = Form.objects.get_or_create(key=source.translation_key, defaults={"slug": _slug(source)})
    if form.slug != source.slug and form.slug != (slug := _slug(source)):
        form.slug = slug
        form.save(update_fields=["slug"])
    return form


def _slug(source: ServicePage) -> str:
    wanted = source.slug[:90]
    others = set(Form.objects.exclude(key=source.translation_key).values_list("slug", flat=True))
    candidates = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(others) + 2))
    return next(slug for slug in candidates if slug not in others)


def _follow(source: ServicePage, translations: Iterable[ServicePage]) -> None:
    """Give the translations the same life situations as the source."""
    situations = list(source.situations.all())
    for page in translations:
        page.situations.set(situations)
        page.save(update_fields=["situations"], clean=False)
