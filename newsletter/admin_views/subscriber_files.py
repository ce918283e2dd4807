"""Import and export of subscribers. An import is previewed before it changes anything."""

from django import forms
from django.contrib import messages
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from home.formats.spreadsheets import MAX_BYTES, SpreadsheetError
from home.web.downloads import CSV, as_download, dated_file_name

from .. import access
from ..actions import subscribers as actions
from ..subscriber_files import exporter, importer


class ImportForm(forms.Form):
    """An uploaded file, or the text of a file that was previewed."""

    file = forms.FileField(required=False, label=gettext_lazy("CSV or XLSX file"))
    proof = forms.CharField(
        label=gettext_lazy("Form of consent, and place of its proof"),
        max_length=255,
        error_messages={
            "required": gettext_lazy(
                "Describe how these people gave their consent. Without proof, they are not subscribed."
            )
        },
    )
    shown = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def clean(self):
        data = super().clean()
        file, shown = data.get("file"), data.get("shown")
        if not file and not shown:
            raise forms.ValidationError(_("Choose a file."))
        name, content = (file.name, file.read(MAX_BYTES + 1)) if file else ("", shown.encode())
        try:
            data["lines"] = importer.read_subscriber_file(name, content)
        except SpreadsheetError as refused:
            raise forms.ValidationError(refused.reasons) from None
        return data


@require_http_methods(["GET", "POST"])
def import_file(request):
    """Preview the import, then run it after confirmation."""
    if not access.may_manage_subscribers(request.user):
        raise Http404
    form, found = ImportForm(request.POST or None, request.FILES or None), None
    if form.is_bound and form.is_valid():
        lines = form.cleaned_data["lines"]
        found = importer.plan_import(lines)
        if form.cleaned_data["shown"]:
            _carry_out(request, lines, found, form.cleaned_data["proof"])
            return redirect("subscribers:index")
    context = {
        "form": form,
        "plan": found,
        "shown": exporter.rewrite_lines(form.cleaned_data["lines"]) if found else "",
        "page_title": _("Import subscribers"),
        "header_title": _("Import subscribers"),
        "header_icon": "user",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("subscribers:index"), "label": _("Subscribers")},
            {"url": "", "label": _("Import")},
        ],
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "newsletter/admin/import.html", context, status=status)


@require_safe
def export_file(request):
    """Return all subscribers with their consent as CSV."""
    if not access.may_manage_subscribers(request.user):
        raise Http404
    response = StreamingHttpResponse(exporter.export_rows(), content_type=CSV)
    return as_download(response, dated_file_name(pgettext("name of a file", "subscribers")))


def _carry_out(request, lines, found: importer.ImportPlan, proof: str) -> None:
    number = actions.import_subscribers(actor=request.user, lines=lines, proof=proof)
    for line in found.asked:
        actions.request_subscription(
            actor=request.user,
            email=line.email,
            language=line.language,
            topic_keys=line.topic_keys,
            page=proof,
            listed=True,
        )
    messages.success(request, f"{_taken_over(number)} {_asked(len(found.asked))}")


def _taken_over(number: int) -> str:
    words = ngettext("%(n)d subscriber taken over.", "%(n)d subscribers taken over.", number)
    return words % {"n": number}


def _asked(number: int) -> str:
    words = ngettext(
        "%(n)d person asked by letter to confirm.", "%(n)d people asked by letter to confirm.", number
    )
    return words % {"n": number}
