"""Every write of the form builder that means something."""

from django.db import transaction
from django.db.models import Max
from wagtail.log_actions import log

from home import generation

from .definition import digest
from .models import Form, FormVersion, ReferenceRow, ReferenceTable
from .table_files import Changes, Line, compare, state


@transaction.atomic
def freeze(*, actor, form: Form, content: dict, kind: str = FormVersion.Kind.PUBLISHED) -> FormVersion:
    """Makes ``content`` the newest version of ``form``. Content that is the newest already makes no new one.

    ``actor``: the user who publishes; None where the system does.
    """
    Form.objects.select_for_update().get(pk=form.pk)
    newest = form.versions.filter(kind=kind).order_by("-number").first()
    mark = digest(content)
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
def offer(*, actor, form: Form, offered: bool) -> None:
    """Opens or closes a form for new requests. What was begun may be finished."""
    found = Form.objects.select_for_update().get(pk=form.pk)
    found.offered = form.offered = offered
    found.save(update_fields=["offered"])


class TableChanged(Exception):
    """Somebody changed the table since the import was shown."""


@transaction.atomic
def import_rows(*, actor, table: ReferenceTable, lines: list[Line], shown: str) -> Changes:
    """Makes the rows of ``table`` what ``lines`` say, in their order. Rows that are not named are withdrawn.

    ``shown``: the state of the table that the changes were shown for. Raises ``TableChanged`` if it is another.
    """
    ReferenceTable.objects.select_for_update().get(pk=table.pk)
    rows = list(table.rows.order_by("order", "pk"))
    if state(rows) != shown:
        raise TableChanged
    changes = compare(rows, lines)
    there = {row.value: row for row in rows}
    new = []
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
    generation.changed()
    log(table, "wagtail.edit", user=actor)
    return changes
