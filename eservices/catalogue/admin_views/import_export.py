"""Admin views to import and export services as files."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from eservices.formbuilder.linter import DefinitionFault
from home.web.downloads import as_download

from .. import access, actions
from ..definition import importer
from ..definition.compiler import export_definition
from ..definition.files import MAX_BYTES, InvalidDefinitionFile, parse_definition, serialize_definition
from ..models import ServicePage

LEFT_OUT = ("texts.", "page.situations")  # problems that nobody would notice after the import


class DefinitionImportForm(forms.Form):
    """A definition as a file or pasted text. The cleaned data is its parsed JSON."""

    file = forms.FileField(
        required=False,
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "A service definition, as another commune exports it: a file that ends in .json."
        ),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    text = forms.CharField(
        required=False,
        strip=False,
        label=gettext_lazy("Or its text"),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        return _parsed(upload.read(MAX_BYTES + 1)) if upload else None

    def clean_text(self):
        text = self.cleaned_data["text"]
        return _parsed(text.encode(errors="replace")) if text.strip() else None

    def clean(self):
        given = [name for name in ("file", "text") if self.data.get(name) or self.files.get(name)]
        if not given:
            raise ValidationError(_("Choose a file, or paste a definition."))
        if len(given) > 1:
            raise ValidationError(_("Choose a file or paste a definition, not both."))
        return {"definition": self.cleaned_data.get(given[0])}


class ImportView(WagtailAdminTemplateMixin, FormView):
    """View that imports a definition as a draft and opens it, or lists all its problems."""

    template_name = "catalogue/admin/import.html"
    form_class = DefinitionImportForm
    header_icon = "upload"
    page_title = gettext_lazy("Import a service")
    faults: list[DefinitionFault] = []

    @cached_property
    def index(self):
        return access.counter_for(self.request.user, self.kwargs["index"])

    def dispatch(self, request, *args, **kwargs):
        _allowed = self.index
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        definition = form.cleaned_data["definition"]
        judged = importer.import_faults(definition, self.index)
        self.faults = importer.blocking_faults(judged, publish=False) or self._not_theirs(definition)
        if self.faults:
            return self.render_to_response(self.get_context_data(form=form))
        definition, foreign = self._without_foreign_texts(definition)
        try:
            page = actions.import_service(
                actor=self.request.user, index=self.index, definition=definition, publish=False
            )
        except ValidationError as refusal:  # another import was faster
            form.add_error(None, refusal.messages)
            return self.form_invalid(form)
        self._tell(page, judged)
        if foreign:
            messages.warning(
                self.request,
                _(
                    "Texts in other languages are left out: they would be published immediately, and you may "
                    "not publish."
                ),
            )
        return redirect("wagtailadmin_pages:edit", page.pk)

    def _without_foreign_texts(self, definition: dict) -> tuple[dict, bool]:
        """Drop the texts in other languages if the user may not publish; return whether any were dropped.

        They would go live with the source, without any review.
        """
        if self.index.permissions_for_user(self.request.user).can_publish_subpage():
            return definition, False
        own = {definition["language"]: definition["texts"][definition["language"]]}
        return definition | {"texts": own}, len(definition["texts"]) > 1

    def _not_theirs(self, definition: dict) -> list[DefinitionFault]:
        """Return a problem if the user may not change the existing service with this slug."""
        page = importer.existing_service(self.index, definition["slug"])
        if page is None:
            return []
        if not page.permissions_for_user(self.request.user).can_edit():
            return [
                DefinitionFault(
                    "error", "slug", _("There is a service of this name that you may not change.")
                )
            ]
        obstacle = access.edit_obstacle(self.request.user, page)
        return [DefinitionFault("error", "slug", obstacle)] if obstacle else []

    def _tell(self, page: ServicePage, judged: list[DefinitionFault]) -> None:
        title = page.get_latest_revision_as_object().title
        messages.success(self.request, _("“%(title)s” was imported as a draft.") % {"title": title})
        for fault in judged:
            if fault.path.startswith(LEFT_OUT):
                messages.warning(self.request, str(fault))

    def get_breadcrumbs_items(self):
        return [
            {
                "url": reverse("wagtailadmin_explore", args=[self.index.pk]),
                "label": self.index.get_admin_display_title(),
            },
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs):
        return super().get_context_data(faults=self.faults, index=self.index, **kwargs)


@require_safe
def export_service(request, pk: int):
    """Return the latest draft of a service as a file."""
    page = access.service_for(request.user, pk)
    source = page if page.is_source else page.source.get_latest_revision_as_object()
    response = HttpResponse(serialize_definition(export_definition(source)), content_type="application/json")
    return as_download(response, f"{source.slug}.json")


def _parsed(content: bytes):
    try:
        return parse_definition(content)
    except InvalidDefinitionFile as reason:
        raise ValidationError(str(reason)) from None
