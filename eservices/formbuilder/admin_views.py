"""Admin screen that imports an official file of addresses: a trial run first, then the same file."""

import hashlib
from typing import BinaryIO

from django import forms
from django.contrib import messages
from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from home.exceptions import ActionRefused
from home.formats.spreadsheets import SpreadsheetError

from . import actions
from .addresses.change_report import report_lines
from .models import ReferenceTable
from .viewsets import editable_table, page_of_table, rows_url

MAX_MEGABYTES = 100


class AddressFileForm(forms.Form):
    """A file of addresses, and which commune in it is ours."""

    file = forms.FileField(label=_("CSV file, or ZIP archive with one"))
    commune = forms.CharField(
        label=_("Number or name of the commune in the file"),
        required=False,
        max_length=100,
        help_text=_("If empty, the name of this site."),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_MEGABYTES * 1024 * 1024:
            raise forms.ValidationError(
                _(
                    "The file is too large: at most %(limit)s MB. An administrator of the server can import it."
                ),
                params={"limit": MAX_MEGABYTES},
            )
        return file


@require_http_methods(["GET", "POST"])
def import_addresses(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show what an official file would change, then, after confirmation, import the file that was shown."""
    table = editable_table(request, pk)
    if "shown" in request.POST:
        return _import_shown(request, table)
    posted = request.method == "POST"
    form, changes = AddressFileForm(request.POST, request.FILES) if posted else AddressFileForm(), None
    context: dict = {}
    if posted and form.is_valid():
        file, commune = form.cleaned_data["file"], form.cleaned_data["commune"]
        try:
            changes = actions.import_addresses(
                actor=request.user, table=table, file=file.file, commune=commune, trial=True
            )
        except SpreadsheetError as refused:
            form.add_error("file", refused.reasons)
        else:
            context = {"held": _hold(table, file.file), "commune": commune}
    context |= {"table": table, "form": form, "changes": changes}
    context |= {"lines": list(report_lines(changes)) if changes is not None else []}
    context |= page_of_table(table, _("Official addresses of “%(table)s”") % {"table": table})
    return TemplateResponse(
        request, "formbuilder/admin/addresses.html", context, status=422 if form.errors else 200
    )


def _import_shown(request: HttpRequest, table: ReferenceTable) -> HttpResponseBase:
    """Import the file that is held, if it is the one of which the changes were shown."""
    again = redirect("reference_table_addresses", table.pk)
    storage, name = storages["private"], _held_name(table)
    if not storage.exists(name):
        messages.warning(request, _("Choose the file again."))
        return again
    with storage.open(name) as held:
        if _digest(held.file) != request.POST.get("held"):
            messages.warning(request, _("Choose the file again."))
            return again
        try:
            actions.import_addresses(
                actor=request.user,
                table=table,
                file=held.file,
                commune=request.POST.get("commune", ""),
                shown=request.POST["shown"],
            )
        except (ActionRefused, SpreadsheetError) as refused:
            messages.warning(request, str(refused))
            return again
    storage.delete(name)
    messages.success(request, _("The addresses are imported."))
    return redirect(rows_url(table))


def _held_name(table: ReferenceTable) -> str:
    """Return the place of the file between its trial run and its import; the next file replaces it."""
    return f"addresses/{table.key}"


def _hold(table: ReferenceTable, file: BinaryIO) -> str:
    """Store the file until its import is confirmed, and return its digest."""
    storage, name = storages["private"], _held_name(table)
    digest = _digest(file)
    storage.delete(name)
    storage.save(name, file)
    return digest


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest
