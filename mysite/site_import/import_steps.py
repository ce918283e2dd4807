"""The steps of an import, one state after the other. Whatever interrupts it, it goes on where it was.

A worker takes an import for a while, then lets other tasks through. All that matters is in rows: the state of the
import, and the last step of each object.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import batched, islice

from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from . import actions, planning
from .exceptions import ObjectRefused, SourceError
from .models import ImportedObject, ImportItem, SiteImport
from .old_address_redirects import old_paths
from .old_addresses import file_extension, host_of
from .page_values import read_values
from .planning import BATCH, new_item, plan_import
from .readers import READERS
from .readers.base import MOST_OBJECTS
from .remarks import merged_remarks
from .source_files import Source, opened_source
from .source_objects import ARTICLE, EVENT, FILES, IMAGE, PAGES, REDIRECT
from .targets import TargetIndex, read_index

logger = logging.getLogger(__name__)

State, Outcome = SiteImport.State, ImportItem.Outcome
ORDER = [State.LISTING, State.READING, State.PLANNING, State.REPORTED]
ORDER_OF_RUN = [State.FILES, State.PLACES, State.TEXTS, State.REDIRECTS, State.FINISHED]
TAKEN_FOR = timedelta(minutes=5)
RENEWED_AFTER = 20  # seconds
MOST_ATTEMPTS = 3  # that may end without a result, such as by a lack of memory
MOST_ADDRESS = SiteImport._meta.get_field("address").max_length
MEDIA_TYPES = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"GIF8": "gif"}


@dataclass
class ImportWork:
    """The work on an import until a time. ``site_import`` is taken by this process."""

    site_import: SiteImport
    ends: float
    pause: float = 1
    index: TargetIndex = field(default_factory=TargetIndex)
    renew_at: float = 0

    def is_over(self) -> bool:
        return time.monotonic() >= self.ends

    def keep_taken(self) -> None:
        """Keep other workers off, at each object. Writes seldom."""
        if time.monotonic() >= self.renew_at:
            self.renew_at = time.monotonic() + RENEWED_AFTER
            busy = timezone.now() + TAKEN_FOR
            SiteImport.objects.filter(pk=self.site_import.pk).update(busy_until=busy)

    def opened(self):
        one = self.site_import
        return opened_source(one.address, one.file or None, one.file_name, self.pause)


def work_on(site_import: SiteImport, seconds: float, pause: float = 1) -> bool:
    """Work on an import for some time. Return whether there is more to do. False if another worker has it."""
    now = timezone.now()
    mine = SiteImport.objects.filter(pk=site_import.pk, busy_until__lte=now, state__in=SiteImport.WORKING)
    if not mine.update(busy_until=now + TAKEN_FOR, attempts=F("attempts") + 1):
        return False
    work = ImportWork(SiteImport.objects.get(pk=site_import.pk), time.monotonic() + seconds, pause)
    if work.site_import.attempts > MOST_ATTEMPTS:
        _fail(
            work.site_import, _("It was interrupted %(number)s times in a row.") % {"number": MOST_ATTEMPTS}
        )
        return False
    try:
        while work.site_import.is_working and STEPS[work.site_import.state](work):
            if not _go_on(work):
                return False
            if work.is_over():
                break
        SiteImport.objects.filter(pk=site_import.pk).update(attempts=0)
    except SourceError as error:
        _fail(work.site_import, str(error))
    except DatabaseError:
        raise
    except Exception:
        logger.exception("The import %s stopped", site_import.pk)
        _fail(work.site_import, _("An error occurred, and is in the log. Start the import again."))
    finally:
        same = SiteImport.objects.filter(pk=site_import.pk, state=work.site_import.state)
        same.update(busy_until=timezone.now())
    return work.site_import.is_working


def _go_on(work: ImportWork) -> bool:
    """Go to the next state. Return False if the import was deleted, or another worker went on with it."""
    order = ORDER if work.site_import.state in ORDER else ORDER_OF_RUN
    state = order[order.index(work.site_import.state) + 1]
    finished = timezone.now() if state == State.FINISHED else None
    same = SiteImport.objects.filter(pk=work.site_import.pk, state=work.site_import.state)
    if not same.update(state=state, finished_at=finished):
        return False
    work.site_import.state = state
    return True


def _fail(site_import: SiteImport, error: str) -> None:
    same = SiteImport.objects.filter(pk=site_import.pk, state=site_import.state)
    same.update(state=State.FAILED, error=error)
    site_import.state, site_import.error = State.FAILED, error


# -- Trial run -----------------------------------------------------------------------------------------------
def list_objects(work: ImportWork) -> bool:
    """Store the objects of the source. Begins anew if it was interrupted."""
    site_import = work.site_import
    site_import.items.all().delete()
    reader, position = READERS[site_import.source], 0
    with work.opened() as source:
        objects = islice(_each_kept(work, reader.objects(source)), MOST_OBJECTS + 1)
        for some in batched(objects, BATCH):
            items = [new_item(site_import, found, position + number) for number, found in enumerate(some)]
            ImportItem.objects.bulk_create(items, ignore_conflicts=True)
            position += len(items)
        _remember_address(site_import, source.address)
    if position > MOST_OBJECTS:
        raise SourceError(
            _("The source has more than %(limit)s objects. Import its parts one by one.")
            % {"limit": MOST_OBJECTS}
        )
    if not position:
        raise SourceError(_("The source contains nothing that can be imported."))
    return True


def _each_kept(work: ImportWork, objects: Iterable) -> Iterator:
    for one in objects:
        work.keep_taken()
        yield one


def _remember_address(site_import: SiteImport, address: str) -> None:
    """Store the address that an export names. Without one, two old sites would be taken for the same."""
    if not host_of(address) or len(address) > MOST_ADDRESS:
        raise SourceError(_("The address of the old site is unknown. Start a new import with its address."))
    site_import.address = address
    SiteImport.objects.filter(pk=site_import.pk).update(address=address)


def read_listed(work: ImportWork) -> bool:
    """Read the objects that were only listed, one request after the other."""
    reader = READERS[work.site_import.source]
    with work.opened() as source:
        for item in work.site_import.items.filter(is_read=False, outcome=""):
            _read_item(work, reader, source, item)
            if work.is_over():
                return not work.site_import.items.filter(is_read=False, outcome="").exists()
            work.keep_taken()
    return True


def _read_item(work: ImportWork, reader, source: Source, item: ImportItem) -> None:
    try:
        found = reader.read(source, item.found)
    except SourceError as error:
        remarks = [["unreadable", {"reason": str(error)}]]
    except ObjectRefused as refused:
        remarks = [refused.remark]
    except Exception:
        logger.exception("%s of the import %s failed", item.address, work.site_import.pk)
        remarks = [["failed", {}]]
    else:
        found.is_read = True
        fresh = new_item(work.site_import, found, item.position)
        item.kind, item.title, item.content, item.is_read = fresh.kind, fresh.title, fresh.content, True
        item.save()
        return
    item.is_read = True
    item.save(update_fields=["is_read"])
    actions.record_outcome(item=item, step=State.READING, outcome=Outcome.LEFT_OUT, remarks=remarks)


def write_plan(work: ImportWork) -> bool:
    plan_import(work.site_import, work.keep_taken)
    return True


# -- Import --------------------------------------------------------------------------------------------------
def _each(work: ImportWork, items, act: Callable[[ImportItem], tuple[str, list[list]]]) -> bool:
    """Process items that did not reach this step. One that fails is reported, and the others go on."""
    step = work.site_import.state
    for item in items.exclude(step=step).exclude(outcome=Outcome.FAILED):
        try:
            outcome, remarks = act(item)
        except ObjectRefused as refused:
            outcome, remarks = Outcome.LEFT_OUT, [refused.remark]
        except DatabaseError:
            raise
        except Exception:
            logger.exception("%s of the import %s failed", item.key, work.site_import.pk)
            outcome, remarks = Outcome.FAILED, [["failed", {}]]
        actions.record_outcome(
            item=item, step=step, outcome=outcome, remarks=merged_remarks([*item.remarks, *remarks])
        )
        if work.is_over():
            return not items.exclude(step=step).exclude(outcome=Outcome.FAILED).exists()
        work.keep_taken()
    return True


def import_files(work: ImportWork) -> bool:
    """Store the pictures and documents."""
    site_import, actor = work.site_import, work.site_import.created_by
    with work.opened() as source:

        def act(item: ImportItem):
            try:
                content = source.read_file(item.address)
            except SourceError as error:
                raise ObjectRefused("file_missing", reason=str(error)) from error
            extension = file_extension(item.address)
            if item.kind == IMAGE and extension in ("", "php", "ashx", "aspx"):
                extension = next(
                    (one for head, one in MEDIA_TYPES.items() if content.startswith(head)), "jpg"
                )
            actions.store_file(
                actor=actor, site_import=site_import, item=item, content=content, extension=extension
            )
            return item.outcome, []

        return _each(work, site_import.items.filter(kind__in=FILES, outcome=Outcome.CREATED), act)


def place_pages(work: ImportWork) -> bool:
    """Create the pages without their texts, each below its parent."""
    site_import = work.site_import
    index, parents = read_index(site_import), planning.read_parents(site_import)
    index.planned = set()
    lists = {kind: planning.index_page(site_import.parent, kind) for kind in (ARTICLE, EVENT)}

    def act(item: ImportItem):
        above, remarks = lists.get(item.kind) or site_import.parent, []
        if key := parents.above.get(item.key):
            made = ImportedObject.objects.filter(origin=site_import.origin, key=key).first()
            if made and made.page and made.page.locale_id == site_import.parent.locale_id:
                above = made.page
            else:
                remarks = [["above_missing", {}]]
        actions.place_page(
            actor=site_import.created_by,
            site_import=site_import,
            item=item,
            parent=type(above).objects.get(pk=above.pk).specific,  # its children may have changed
            values=read_values(item.found, index),
            section=item.key in parents.with_pages_below,
        )
        return item.outcome, remarks

    return _each(work, site_import.items.filter(kind__in=PAGES, outcome=Outcome.CREATED), act)


def fill_pages(work: ImportWork) -> bool:
    """Write the texts of the pages, with links to all that was imported."""
    site_import = work.site_import
    index = read_index(site_import)
    index.planned = set()

    def act(item: ImportItem):
        values = read_values(item.found, index)
        outcome, remarks = actions.write_page(
            actor=site_import.created_by, site_import=site_import, item=item, values=values
        )
        if outcome == Outcome.LEFT_OUT:
            item.remarks = []
        return outcome, [*values.remarks, *remarks] if outcome != Outcome.LEFT_OUT else remarks

    written = site_import.items.filter(kind__in=PAGES, outcome__in=[Outcome.CREATED, Outcome.UPDATED])
    return _each(work, written, act)


def create_redirects(work: ImportWork) -> bool:
    """Let all old addresses lead to what was imported, and those of the redirects of the old site too."""
    site_import = work.site_import
    index = read_index(site_import)

    def act(item: ImportItem):
        found = item.found
        made = index.target_of(found.target) if item.kind == REDIRECT else index.made.get(item.key)
        paths = old_paths([found.address, *found.other_addresses], index.hosts)
        address = index.end_of(found.target) if item.kind == REDIRECT and made is None else ""
        created, remarks = actions.lead_on(
            actor=site_import.created_by, site_import=site_import, paths=paths, made=made, address=address
        )
        if item.kind == REDIRECT:
            return (
                Outcome.CREATED if created else Outcome.LEFT_OUT if remarks else Outcome.UNCHANGED
            ), remarks
        return item.outcome, remarks

    done = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
    return _each(work, site_import.items.filter(outcome__in=done), act)


STEPS: dict[str, Callable[[ImportWork], bool]] = {
    State.LISTING: list_objects,
    State.READING: read_listed,
    State.PLANNING: write_plan,
    State.FILES: import_files,
    State.PLACES: place_pages,
    State.TEXTS: fill_pages,
    State.REDIRECTS: create_redirects,
}
