"""Actions of the form builder."""

from typing import Any, BinaryIO

from django.contrib.messages import constants
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from eservices.accounts.models import User
from home.caching import site_version
from home.exceptions import ActionRefused
from home.models import CommuneSettings

from .addresses.official_file import AddressFile
from .addresses.official_import import AddressChanges, AddressImport
from .definition import content_digest
from .models import Form, FormVersion, ReferenceRow, ReferenceTable
from .reference_tables.files import TableChanges, TableFileRow, compare_rows, rows_digest


@transaction.atomic
def freeze_version(
    *, actor: User, form: Form, content: dict[str, Any], kind: str = FormVersion.Kind.PUBLISHED
) -> FormVersion:
    """Make ``content`` the newest version of ``form``, unless it already is.

    ``actor``: the user who publishes; None for the system.
    """
    Form.objects.select_for_update().get(pk=form.pk)
    newest = form.versions.filter(kind=kind).order_by("-number").first()
    mark = content_digest(content)
    if newest is not None and newest.digest == mark:
        return newest
    number = (form.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    return FormVersion.objects.create(
        form=form,
        number=number,
        kind=kind,
        content=content,
        digest=mark,
        created_by=actor if getattr(actor, "pk", None) else None,
    )


@transaction.atomic
def set_form_open(*, actor: User, form: Form, offered: bool) -> None:
    """Open or close a form for new drafts. Existing drafts can be finished."""
    found = Form.objects.select_for_update().get(pk=form.pk)
    found.offered = form.offered = offered
    found.save(update_fields=["offered"])


class ReferenceTableChanged(ActionRefused):
    """The table was changed after its import was shown."""

    level = constants.WARNING


@transaction.atomic
def import_rows(*, actor: User, table: ReferenceTable, lines: list[TableFileRow], shown: str) -> TableChanges:
    """Set the rows of ``table`` to ``lines``, in their order. Rows that are not listed become inactive.

    ``shown``: the digest of the table for which the changes were shown. Raises ``ReferenceTableChanged`` if it is
    different now.
    """
    ReferenceTable.objects.select_for_update().get(pk=table.pk)
    rows = list(table.rows.order_by("order", "pk"))
    if rows_digest(rows) != shown:
        raise ReferenceTableChanged(_("Another person changed the table. Check the changes again."))
    changes = compare_rows(rows, lines)
    there = {row.value: row for row in rows}
    new: list[ReferenceRow] = []
    for order, line in enumerate(lines):
        row = there.get(line.value) or ReferenceRow(table=table, value=line.value)
        row.label, row.labels, row.extra, row.active, row.order = (
            line.label,
            line.labels,
            line.extra,
            line.active,
            order,
        )
        if row.pk is None:
            new.append(row)
    for order, row in enumerate(changes.withdrawn, len(lines)):
        row.active, row.order = False, order
    ReferenceRow.objects.bulk_update(rows, ["label", "labels", "extra", "active", "order"], batch_size=500)
    ReferenceRow.objects.bulk_create(new, batch_size=500)
    site_version.invalidate_site()
    log(table, "wagtail.edit", user=actor)
    return changes


def import_addresses(
    *,
    actor: User,
    table: ReferenceTable,
    file: BinaryIO,
    commune: str = "",
    trial: bool = False,
    shown: str = "",
) -> AddressChanges:
    """Import an official file of addresses into ``table``, or return what would change if it is a ``trial``.

    ``commune``: number or name of our commune in the file; if empty, the commune of this site. ``shown``: the digest of
    the changes that were shown. Raises ``SpreadsheetError`` if the file cannot be read, and ``ReferenceTableChanged``
    if the changes are different now. The file is read before the transaction: that takes seconds.
    """
    opened = AddressFile(file, commune, guess=CommuneSettings.current().name)
    found = AddressImport(table)
    found.read(opened.lines())
    changes = found.changes
    changes.faults, changes.faulty, changes.others = opened.faults, opened.faulty, opened.others
    if trial:
        return found.compare(write=False)
    with transaction.atomic():
        ReferenceTable.objects.select_for_update().get(pk=table.pk)
        found.compare(write=True)
        if shown and changes.digest != shown:
            raise ReferenceTableChanged(_("Another person changed the table. Check the changes again."))
        if changes:
            site_version.invalidate_site()
            log(table, "wagtail.edit", user=actor)
    return changes
