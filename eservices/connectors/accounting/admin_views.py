"""Screens of the accounting export, for bookkeepers."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from eservices.payments.access import journal_rows, may_keep_books
from home.admin.action_views import INVALID, ActionFormMixin, action_view
from home.web.downloads import as_download

from . import access, actions
from .forms import ACCEPTED, AnswerForm, ReceiptFileForm
from .models import LedgerLayout

SHOWN, PREVIEWED = 100, 10
KINDS = {"csv": "text/csv", "txt": "text/plain"}


class AccountingView(ActionFormMixin, WagtailAdminTemplateMixin, TemplateView):
    """Base of the screens. Answers 404 to users who do not keep the books."""

    header_icon = "table"
    refused_status = INVALID

    def dispatch(self, request, *args, **kwargs):
        if not may_keep_books(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def show_again(self, form, status: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=status)


class ExportsView(AccountingView):
    """The exports, what waits for the next one, and the form for receipts."""

    template_name = "connectors/accounting/admin/exports.html"
    page_title = gettext_lazy("Accounting export")

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        user, waiting = self.request.user, actions.waiting_rows()
        journal = journal_rows(user).select_related(None)
        own = LedgerLayout.load()
        preview, fault = _preview()
        return super().get_context_data(
            exports=access.all_exports(user)[:SHOWN],
            waiting=waiting.count(),
            sums=[
                (gettext_lazy("In the journal"), access.sums_by_currency(journal)),
                (gettext_lazy("Exported"), access.sums_by_currency(journal.exclude(exported=None))),
                (gettext_lazy("Waits for the export"), access.sums_by_currency(waiting)),
                (
                    gettext_lazy("Of days that are not closed"),
                    access.sums_by_currency(journal.filter(exported=None).exclude(pk__in=waiting.order_by())),
                ),
            ],
            own=own,
            preview=preview,
            fault=fault or own.fault,
            layout_url=_layout_url(user),
            form=kwargs.pop("form", None) or ReceiptFileForm(),
            **kwargs,
        )

    def post(self, request):
        def read(file) -> int:
            return actions.read_receipt_file(actor=request.user, name=file.name, content=file.read())

        return self.perform(
            ReceiptFileForm(request.POST, request.FILES),
            action=read,
            done=lambda count: (
                ngettext("%(n)s receipt is read.", "%(n)s receipts are read.", count) % {"n": count}
            ),
            back=reverse("accounting:index"),
        )


def _preview() -> tuple[str, str]:
    """Return the beginning of the next file, and why it cannot be written."""
    try:
        return actions.preview_file(PREVIEWED), ""
    except actions.ExportRefused as refusal:
        return "", str(refusal)


def _layout_url(user) -> str:
    """Return the address of the layout; "" for users who may not change it."""
    if not user.has_perm("eservices_accounting.change_ledgerlayout"):
        return ""
    return reverse("wagtailsettings:edit", args=["eservices_accounting", "ledgerlayout"])


class ExportView(AccountingView):
    """An export, with the form for the answer of the accounting."""

    template_name = "connectors/accounting/admin/export.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.export = access.export_for(request.user, kwargs["number"])
        self.page_title = self.export.file_name

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("accounting:index"), "label": ExportsView.page_title},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            export=self.export, form=kwargs.pop("form", None) or AnswerForm(), **kwargs
        )

    def post(self, request, number):
        def answer(answer: str, reference: str, reason: str) -> None:
            actions.answer_export(
                actor=request.user,
                export=self.export,
                accepted=answer == ACCEPTED,
                reference=reference,
                reason=reason,
            )

        return self.perform(
            AnswerForm(request.POST),
            action=answer,
            done=_("The answer is recorded."),
            back=reverse("accounting:export", args=[number]),
        )


@action_view("accounting:index")
def export_now(request) -> str:
    if not may_keep_books(request.user):
        raise Http404
    export = actions.export_rows(actor=request.user)
    return _("%(file)s is written.") % {"file": export.file_name}


@action_view("accounting:export", "number")
def write_again(request, number) -> str:
    export = actions.write_again(actor=request.user, export=access.export_for(request.user, number))
    return _("%(file)s is written.") % {"file": export.file_name}


@require_safe
def download(request, number) -> HttpResponse:
    export = access.export_for(request.user, number)
    kind = f"{KINDS[export.extension]}; charset={export.encoding.removesuffix('-sig')}"
    return as_download(HttpResponse(export.file_content(), content_type=kind), export.file_name)
