"""All writes of imports: a run, and each imported object. Each object is written in one transaction, and only once."""

import re
from datetime import datetime

from django.core.files.base import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.documents.forms import get_document_form
from wagtail.images import get_image_model
from wagtail.images.forms import get_image_form
from wagtail.models import Collection, Page

from eservices.accounts.models import User
from home.models.base import BasePage
from home.publication.publish_checks import publish_blockers, validation_errors

from .exceptions import ImportRefused, ObjectRefused
from .models import ImportedObject, ImportItem, SiteImport
from .old_address_redirects import Destination, create_redirects
from .old_addresses import file_name
from .page_values import PageValues, apply_values, new_page, parse_moment
from .source_objects import IMAGE

Outcome, State = ImportItem.Outcome, SiteImport.State
HTML_PAGE = re.compile(rb"\s*<(?:!doctype html|html)\b", re.I)


# -- Runs ----------------------------------------------------------------------------------------------------
def create_import(
    *, actor: User | None, source: str, address: str, file: File | None, parent: Page, publish: bool
) -> SiteImport:
    """Create an import, which begins with its trial run."""
    site_import = SiteImport(source=source, address=address, parent=parent, publish=publish, created_by=actor)
    if file:
        site_import.file_name = Truncator(file.name.rpartition("/")[2]).chars(200)
        site_import.file.save("export", file, save=False)
    site_import.save()
    return site_import


@transaction.atomic
def start_import(*, actor: User | None, site_import: SiteImport) -> SiteImport:
    """Start the import itself after its trial run. Raise ImportRefused."""
    site_import = SiteImport.objects.select_for_update().get(pk=site_import.pk)
    if site_import.state != State.REPORTED:
        raise ImportRefused(_("This import was started already, or its trial run is not finished."))
    if actor is not None:
        site_import.created_by = actor
    site_import.state = State.FILES
    site_import.save()
    return site_import


def repeat_import(*, actor: User, site_import: SiteImport) -> SiteImport:
    """Create an import of the same source, with a trial run of its own."""
    file = site_import.file if site_import.file else None
    if file:
        file.open("rb")
        file = File(file.file, name=site_import.file_name)
    return create_import(
        actor=actor,
        source=site_import.source,
        address=site_import.address,
        file=file,
        parent=site_import.parent,
        publish=site_import.publish,
    )


def delete_import(*, actor: User | None, site_import: SiteImport) -> None:
    """Delete an import with its report and its export. What was imported stays."""
    name, storage = site_import.file.name, site_import.file.storage
    with transaction.atomic():
        site_import.delete()
        if name:
            transaction.on_commit(lambda: storage.delete(name))


# -- Objects -------------------------------------------------------------------------------------------------
@transaction.atomic
def place_page(
    *,
    actor: User | None,
    site_import: SiteImport,
    item: ImportItem,
    parent: Page,
    values: PageValues,
    section: bool,
) -> ImportedObject:
    """Create a page without its text, so that texts can link to it. Return what exists if it was created before.

    Raise ObjectRefused if the actor may not create pages there.
    """
    known = ImportedObject.objects.filter(origin=site_import.origin, key=item.key).first()
    if known:
        return known
    if actor is not None and not parent.permissions_for_user(actor).can_add_subpage():
        raise ObjectRefused("not_permitted", name=str(actor))
    page = new_page(item.found, values, section)
    page.owner, page.locale = actor, parent.locale
    apply_values(page, values, with_blocks=False)
    page.slug = _free_slug(parent, page.slug)
    parent.add_child(instance=page)
    return ImportedObject.objects.create(origin=site_import.origin, key=item.key, page_id=page.pk)


@transaction.atomic
def write_page(
    *, actor: User | None, site_import: SiteImport, item: ImportItem, values: PageValues
) -> tuple[str, list[list]]:
    """Fill a page, unless an editor changed it. Return the outcome, and remarks on what prevents its publication."""
    made = ImportedObject.objects.select_for_update().get(origin=site_import.origin, key=item.key)
    page: BasePage = made.page.specific
    if actor is not None and not _may_write(actor, page, publish=site_import.publish):
        return Outcome.LEFT_OUT, [["not_permitted", {"name": str(actor)}]]
    if page.latest_revision_id != made.written_revision:
        return Outcome.LEFT_OUT, [["edited_here", {}]]
    is_new, never_published = made.fingerprint == "", page.first_published_at is None
    wanted = site_import.publish and (page.live or never_published)
    if made.fingerprint == values.fingerprint and (page.live or not wanted):
        return (Outcome.CREATED if item.outcome == Outcome.CREATED else Outcome.UNCHANGED), []
    draft = page.get_latest_revision_as_object()
    apply_values(draft, values, with_blocks=True)
    revision = draft.save_revision(user=actor, log_action=True, clean=False)
    remarks = _publish(draft, revision, item, actor, never_published) if wanted else []
    made.fingerprint, made.written_revision = values.fingerprint, revision.pk
    made.save()
    return (Outcome.CREATED if is_new else Outcome.UPDATED), remarks


def _may_write(actor: User, page: BasePage, *, publish: bool) -> bool:
    rights = page.permissions_for_user(actor)
    return rights.can_edit() and (not publish or rights.can_publish())


def _publish(draft: BasePage, revision, item: ImportItem, actor: User | None, is_first: bool) -> list[list]:
    """Publish a draft, unless something prevents it. Its first publication has the date of the old site."""
    problems = [*validation_errors(draft), *publish_blockers(draft)]
    if problems:
        return [["stays_draft", {"reason": " ".join(problems)[:400]}]]
    revision.publish(user=actor)
    moment = parse_moment(item.found.date)
    if is_first and moment and moment < revision.created_at:
        Page.objects.filter(pk=draft.pk).update(first_published_at=moment)
    return []


def _free_slug(parent: Page, slug: str) -> str:
    taken = set(parent.get_children().filter(slug__startswith=slug).values_list("slug", flat=True))
    candidates = [slug, *(f"{slug}-{number}" for number in range(2, len(taken) + 3))]
    return next(one for one in candidates if one not in taken)


@transaction.atomic
def store_file(
    *, actor: User | None, site_import: SiteImport, item: ImportItem, content: bytes, extension: str
) -> ImportedObject:
    """Store a picture or a document, checked like an upload of an editor. Raise ObjectRefused."""
    known = ImportedObject.objects.filter(origin=site_import.origin, key=item.key).first()
    if known:
        return known
    found, is_image = item.found, item.kind == IMAGE
    if HTML_PAGE.match(content) or (extension == "pdf" and b"%PDF-" not in content[:1024]):
        raise ObjectRefused("other_content")  # such as the page that says that nothing is found
    model = get_image_model() if is_image else get_document_model()
    stem = file_name(found.address).rpartition(".")[0] or "file"
    upload = SimpleUploadedFile(f"{stem[:80]}.{extension}", content)
    data = {"title": item.title[:250], "collection": _collection(site_import).pk, "tags": ""}
    if is_image:
        data["description"] = found.alt[:255]
    form = (get_image_form if is_image else get_document_form)(model)(
        data, {"file": upload}, instance=model()
    )
    if not form.is_valid():
        reasons = [error for errors in form.errors.values() for error in errors]
        raise ObjectRefused("refused", reason=" ".join(reasons)[:400])
    stored = form.save(commit=False)
    stored.uploaded_by_user = actor
    stored.save()
    pair = {"image": stored} if is_image else {"document": stored}
    return ImportedObject.objects.create(origin=site_import.origin, key=item.key, **pair)


def _collection(site_import: SiteImport) -> Collection:
    """Return the collection of the imported files, below the first one."""
    root = Collection.get_first_root_node()
    name = _("Import of {site}").format(site=site_import.origin)[:255]
    return root.get_children().filter(name=name).first() or root.add_child(name=name)


@transaction.atomic
def lead_on(
    *,
    actor: User | None,
    site_import: SiteImport,
    paths: list[str],
    made: ImportedObject | None,
    address: str = "",
) -> tuple[int, list[list]]:
    """Create the redirects from old paths to what was made, or to an address. Return their number, and remarks."""
    destination = Destination.of(made, address)
    return create_redirects(paths, site_import.parent.get_site(), destination)


def record_outcome(*, item: ImportItem, step: str, outcome: str, remarks: list[list]) -> None:
    """Write the line of an object in the report."""
    item.step, item.outcome, item.remarks = step, outcome, remarks
    item.save(update_fields=["step", "outcome", "remarks"])


def delete_old_imports(before: datetime) -> None:
    """Delete imports that began before a time. What was imported stays."""
    for one in SiteImport.objects.filter(created_at__lt=before):
        delete_import(actor=None, site_import=one)
