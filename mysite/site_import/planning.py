"""Plan of an import: what would happen with each object, and why. Writes the report, and nothing else."""

import hashlib
import logging
from collections.abc import Callable, Iterable

from django.db import DatabaseError
from django.db.models import Q
from django.utils.text import Truncator
from wagtail.models import Page

from home.models.base import BasePage
from news.agenda.models import EventIndexPage
from news.articles.models import NewsIndexPage

from .actions import record_outcome
from .models import ImportedObject, ImportItem, SiteImport
from .old_address_redirects import redirect_remarks
from .old_addresses import address_key, file_extension, file_name, host_of, is_home, parent_addresses
from .page_values import knows_category, parse_moment, read_values, referenced_files
from .remarks import merged_remarks
from .source_objects import ARTICLE, DOCUMENT, EVENT, FILES, IMAGE, PAGE, PAGES, REDIRECT, SourceObject
from .targets import TargetIndex, read_index

logger = logging.getLogger(__name__)

Outcome = ImportItem.Outcome
BATCH = 200


def item_key(kind: str, key: str) -> str:
    return hashlib.blake2b(f"{'page' if kind in PAGES else kind}:{key}".encode(), digest_size=24).hexdigest()


def new_item(site_import: SiteImport, found: SourceObject, position: int) -> ImportItem:
    """Return the item of an object, not yet saved."""
    title = " ".join(found.title.split()) or found.address or found.key
    return ImportItem(
        site_import=site_import,
        key=item_key(found.kind, found.key),
        kind=found.kind,
        position=position,
        title=Truncator(title.replace("\x00", "")).chars(255),
        content=_storable(found.as_json()),
        is_read=found.is_read,
        remarks=found.remarks,
    )


def _storable(content):
    """Return JSON without the character that PostgreSQL refuses."""
    if isinstance(content, str):
        return content.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(content, list):
        return [_storable(one) for one in content]
    return {key: _storable(one) for key, one in content.items()} if isinstance(content, dict) else content


def plan_import(site_import: SiteImport, keep_taken: Callable[[], None]) -> None:
    """Give each object its outcome and remarks. ``keep_taken`` is called before each."""
    _add_files(site_import, keep_taken)
    index = read_index(site_import)
    _judge_items(site_import, index, keep_taken)
    index = read_index(site_import)
    used = _plan_pages(site_import, index, keep_taken)
    _plan_files(site_import, index, used)
    _plan_redirects(site_import, read_index(site_import), keep_taken)


def _plan_each(
    items: Iterable[ImportItem], plan: Callable[[ImportItem], None], keep_taken: Callable[[], None]
) -> None:
    """Plan items. One that fails is reported, and the others go on."""
    for item in items:
        keep_taken()
        try:
            plan(item)
        except DatabaseError:
            raise
        except Exception:
            logger.exception("The plan of %s of the import %s failed", item.key, item.site_import_id)
            record_outcome(item=item, step=item.step, outcome=Outcome.FAILED, remarks=[["failed", {}]])


def _add_files(site_import: SiteImport, keep_taken: Callable[[], None]) -> None:
    """Add the pictures and documents that pages show, if the source did not list them."""
    index, position = read_index(site_import), site_import.items.count()
    new: dict[str, ImportItem] = {}

    def plan(item: ImportItem) -> None:
        body = referenced_files(item.found, index.hosts)
        listed = [(IMAGE, address, *texts) for address, texts in body.pictures.items()]
        listed += [(DOCUMENT, address, words, "") for address, words in body.documents.items()]
        for kind, address, words, caption in listed:
            if index.key_at(kind, address) is None and not (kind == DOCUMENT and index.key_at(PAGE, address)):
                found = SourceObject(kind, address_key(address), address=address)
                found.title = (words if kind == DOCUMENT else "") or file_name(address)
                found.alt, found.caption = (words, caption) if kind == IMAGE else ("", "")
                one = new_item(site_import, found, position + len(new))
                new.setdefault(one.key, one)

    _plan_each(_items(site_import, PAGES), plan, keep_taken)
    ImportItem.objects.bulk_create(new.values(), batch_size=BATCH, ignore_conflicts=True)


def _items(site_import: SiteImport, kinds: Iterable[str]):
    return (
        site_import.items.filter(kind__in=kinds, is_read=True).exclude(outcome=Outcome.FAILED).iterator(BATCH)
    )


def _judge_items(site_import: SiteImport, index: TargetIndex, keep_taken: Callable[[], None]) -> None:
    """Leave out objects that cannot be imported; all others would be created or updated."""
    locale, indexes = (
        site_import.parent.locale,
        {kind: index_page(site_import.parent, kind) for kind in (ARTICLE, EVENT)},
    )
    changed = []

    def plan(item: ImportItem) -> None:
        if item.outcome == Outcome.LEFT_OUT and item.step == "reading":
            return
        remark = _reason_to_leave_out(item.found, locale.language_code, indexes)
        item.remarks = [remark] if remark else item.found.remarks
        item.outcome = (
            Outcome.LEFT_OUT if remark else Outcome.UPDATED if item.key in index.made else Outcome.CREATED
        )
        changed.append(item)

    items = site_import.items.filter(is_read=True).exclude(outcome__in=[Outcome.FAILED]).iterator(BATCH)
    _plan_each(items, plan, keep_taken)
    ImportItem.objects.bulk_update(changed, ["outcome", "remarks"], batch_size=BATCH)


def _reason_to_leave_out(found: SourceObject, language: str, indexes: dict) -> list | None:
    if found.language and found.kind in PAGES and found.language[:2] != language:
        return ["other_language", {"language": found.language[:10]}]
    if not found.published:
        return ["unpublished", {}]
    if found.kind in indexes and indexes[found.kind] is None:
        return ["no_news_index" if found.kind == ARTICLE else "no_agenda", {}]
    if found.kind == EVENT and parse_moment(found.start) is None:
        return ["no_event_time", {}]
    if found.kind == PAGE and found.address and is_home(found.address):
        return ["home_page", {}]
    if found.kind in PAGES and not found.title.strip() and not found.body.strip():
        return ["empty", {}]
    if found.kind in FILES and not is_accepted_type(found):
        return ["file_type", {}]
    return None


def is_accepted_type(found: SourceObject) -> bool:
    """Return whether a file has a type that editors may upload. Pictures may have no extension in their address."""
    from django.conf import settings

    extension = file_extension(found.address)
    if found.kind == IMAGE:
        return extension in (*settings.WAGTAILIMAGES_EXTENSIONS, "", "php", "ashx", "aspx")
    return extension in settings.WAGTAILDOCS_EXTENSIONS


def index_page(parent: Page, kind: str) -> BasePage | None:
    """Return the list of news, or the agenda, below which such pages go: that of the site of the page above."""
    model = NewsIndexPage if kind == ARTICLE else EventIndexPage
    if isinstance(parent.specific, model):
        return parent.specific
    home = parent.get_ancestors(inclusive=True).filter(depth=2).first()
    inside = model.objects.filter(locale=parent.locale_id).order_by("path")
    return inside.descendant_of(home).first() if home else None


def pages_above(parent: Page, kinds: Iterable[str]) -> list[Page]:
    """Return the pages below which objects of these kinds go: the page above, the list of news, the agenda."""
    lists = [index_page(parent, kind) for kind in (ARTICLE, EVENT) if kind in kinds]
    return [parent, *filter(None, lists)]


# -- Pages ---------------------------------------------------------------------------------------------------
def _plan_pages(site_import: SiteImport, index: TargetIndex, keep_taken: Callable[[], None]) -> set[str]:
    """Plan the pages, parents first, and return the keys of the files that they use."""
    parents = read_parents(site_import)
    used: set[str] = set()
    changed = []
    planned = site_import.items.filter(kind__in=PAGES, outcome__in=[Outcome.CREATED, Outcome.UPDATED])
    latest = {
        key: (pk, live, first)
        for key, pk, live, first in Page.objects.filter(
            pk__in=[made.page_id for made in index.made.values() if made.page_id]
        ).values_list("pk", "latest_revision", "live", "first_published_at")
    }

    def plan(item: ImportItem) -> None:
        values = read_values(item.found, index)
        made = index.made.get(item.key)
        item.remarks = merged_remarks(values.remarks)
        item.position = parents.depth_of(item.key) * 100_000 + min(item.found.order, 99_999)
        if made:
            item.outcome, remarks = _outcome_of_known(made, values.fingerprint, latest, site_import.publish)
            item.remarks = remarks or item.remarks
        elif values.category and not knows_category(values.category, site_import.parent.locale):
            item.remarks.append(["new_category", {"name": values.category}])
        if not item.address:
            item.remarks.append(["no_address", {}])
        body = referenced_files(item.found, index.hosts)
        used.update(key for address in body.pictures if (key := index.key_at(IMAGE, address)))
        used.update(key for address in body.documents if (key := index.key_at(DOCUMENT, address)))
        changed.append(item)

    _plan_each(planned.iterator(BATCH), plan, keep_taken)
    ImportItem.objects.bulk_update(changed, ["outcome", "remarks", "position"], batch_size=BATCH)
    return used


def _outcome_of_known(made: ImportedObject, fingerprint: str, latest: dict, publish: bool):
    revision, live, first = latest.get(made.page_id, (None, False, None))
    if revision != made.written_revision:
        return Outcome.LEFT_OUT, [["edited_here", {}]]
    if made.fingerprint == fingerprint and not (publish and not live and first is None):
        return Outcome.UNCHANGED, None
    return Outcome.UPDATED, None


class PageParents:
    """The keys of the items above each page: as the source names them, else by its address."""

    def __init__(self, rows):
        rows = list(rows)
        by_source = {source_key: key for key, _kind, source_key, *_rest in rows}
        by_address = {address_key(address): key for key, _kind, _source, _parent, address in rows if address}
        self.above: dict[str, str] = {}
        for key, kind, _source, parent, address in rows:
            named = by_source.get(parent) or by_address.get(address_key(parent) if parent else "")
            found = (
                named if parent else next(filter(None, map(by_address.get, parent_addresses(address))), None)
            )
            if kind == PAGE and found and found != key:
                self.above[key] = found
        self.with_pages_below = set(self.above.values())

    def depth_of(self, key: str) -> int:
        depth, seen = 0, {key}
        while (above := self.above.get(key)) and above not in seen:
            key, depth = above, depth + 1
            seen.add(key)
        return depth


def read_parents(site_import: SiteImport) -> PageParents:
    """Return the parents of pages. One that is left out counts if an earlier import made it, such as an edited page."""
    made = ImportedObject.objects.filter(origin=site_import.origin, page__isnull=False).values("key")
    rows = site_import.items.filter(kind=PAGE, is_read=True)
    rows = rows.exclude(~Q(key__in=made), outcome=Outcome.LEFT_OUT)
    columns = ("key", "kind", "content__key", "content__parent", "content__address")
    return PageParents(rows.values_list(*columns))


# -- Files, redirects ----------------------------------------------------------------------------------------
def _plan_files(site_import: SiteImport, index: TargetIndex, used: set[str]) -> None:
    changed = []
    for item in site_import.items.filter(kind__in=FILES, outcome__in=[Outcome.CREATED, Outcome.UPDATED]):
        if item.key in index.made:
            item.outcome = Outcome.UNCHANGED
        elif item.kind == IMAGE and item.key not in used:
            item.outcome, item.remarks = Outcome.LEFT_OUT, [["unused_picture", {}]]
        changed.append(item)
    ImportItem.objects.bulk_update(changed, ["outcome", "remarks"], batch_size=BATCH)


def _plan_redirects(site_import: SiteImport, index: TargetIndex, keep_taken: Callable[[], None]) -> None:
    """Plan the redirects of the source, and note where an old address of a page cannot lead on."""
    changed = []

    def plan_redirect(item: ImportItem) -> None:
        target = item.found.target
        if not index.end_of(target):
            item.outcome, item.remarks = Outcome.LEFT_OUT, [["circle", {}]]
        elif not index.is_planned(target) and host_of(target) in index.hosts:
            item.outcome = Outcome.LEFT_OUT
            item.remarks = [["no_target", {"address": Truncator(target).chars(200)}]]
        changed.append(item)

    def plan_page(item: ImportItem) -> None:
        if item.kind != REDIRECT and (remarks := redirect_remarks(site_import, item, index)):
            item.remarks = merged_remarks([*item.remarks, *remarks])
            changed.append(item)

    redirects = site_import.items.filter(kind=REDIRECT, outcome__in=[Outcome.CREATED, Outcome.UPDATED])
    _plan_each(redirects, plan_redirect, keep_taken)
    done = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
    items = site_import.items.filter(outcome__in=done).exclude(kind=IMAGE).iterator(BATCH)
    _plan_each(items, plan_page, keep_taken)
    ImportItem.objects.bulk_update(changed, ["outcome", "remarks"], batch_size=BATCH)
