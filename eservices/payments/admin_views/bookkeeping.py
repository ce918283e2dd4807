"""Admin views for bookkeepers: unallocated payments, journal, payouts, bank files, refunds, tills."""

from datetime import date
from functools import partial

from django.contrib import messages
from django.db.models import F
from django.db.models.functions import TruncMonth
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from home.admin.action_views import INVALID, ActionFormMixin, action_view
from home.localization.number_format import format_amount
from home.web.downloads import CSV, as_download, dated_file_name

from .. import access, journal_export, ledger
from ..actions import refunds, settlement
from ..contrib.qrbill import account_changes
from ..contrib.qrbill import actions as bank
from ..contrib.qrbill.camt054 import InvalidBankFile
from ..models import AccountChange, Charge, DayClosing, Payout, UnallocatedPayment
from ..providers import provider_label
from . import forms as admin_views_forms
from .charges import ChargeAction, ChargeActionView

MAX_ROWS_SHOWN = 200  # rows of a month on the screen; the export has all of them
MAX_FILE_BYTES = 10 * 1024 * 1024  # bytes of a bank file


class BookkeepingView(WagtailAdminTemplateMixin, TemplateView):
    """Base of the views for bookkeepers. Answers 404 to other users."""

    header_icon = "tag"
    tab = ""

    def dispatch(self, request, *args, **kwargs):
        if not access.may_keep_books(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(
            tab=self.tab,
            waiting=access.all_unallocated_payments(user).filter(outcome="").count(),
            to_pay=access.refunds_to_pay(user).count(),
            may_change_account=access.may_change_account(user),
            **kwargs,
        )


class UnallocatedView(BookkeepingView):
    """Unallocated payments, the longest waiting first."""

    template_name = "payments/admin/unallocated.html"
    page_title = gettext_lazy("Money set aside")
    tab = "aside"

    def get_context_data(self, **kwargs):
        rows = access.all_unallocated_payments(self.request.user)
        return super().get_context_data(
            rows=[self._row(row) for row in rows.filter(outcome="").order_by("at")],
            settled=rows.exclude(outcome="").order_by(F("resolved_at").desc(nulls_first=True))[
                :MAX_ROWS_SHOWN
            ],
            **kwargs,
        )

    def _row(self, unallocated: UnallocatedPayment) -> dict:
        charges = list(unallocated.payment.basket.charges.all()) if unallocated.payment else []
        own = unallocated.payment and unallocated.currency
        return {
            "kept": unallocated,
            "day": parse_date(unallocated.details.get("day", "")),
            "provider": provider_label(unallocated.provider),
            "charges": charges,
            "open": [one for one in charges if own == one.currency and one.accepts_payment],
            "back": admin_views_forms.RefundUnallocatedForm(auto_id=f"back_{unallocated.pk}_%s")
            if unallocated.payment
            else None,
            "book": admin_views_forms.BookToAccountForm(auto_id=f"book_{unallocated.pk}_%s"),
        }


def _allocation_message(charge: Charge) -> str:
    """Return the success message for money allocated to a charge, which may be less than is due."""
    if not charge.open_amount:
        return _("Allocated. The case continues.")
    return _("Allocated. %(amount)s is still due.") % {
        "amount": format_amount(charge.open_amount, charge.currency)
    }


SETTLING = {
    "count": ChargeAction(
        "",
        gettext_lazy("Money set aside"),
        admin_views_forms.EmptyForm,
        settlement.allocate_to_charge,
        _allocation_message,
    ),
    "back": ChargeAction(
        "",
        gettext_lazy("Pay back"),
        admin_views_forms.RefundUnallocatedForm,
        refunds.refund_unallocated,
        gettext_lazy("The refund is requested. The list shows when it is done."),
    ),
    "book": ChargeAction(
        "",
        gettext_lazy("Book to another account"),
        admin_views_forms.BookToAccountForm,
        settlement.book_to_account,
        gettext_lazy("Booked."),
    ),
}


class SettleUnallocatedView(ChargeActionView):
    """Action that settles an unallocated payment."""

    def post(self, request, pk, do):
        if do not in SETTLING:
            raise Http404
        unallocated, about = access.unallocated_payment_for(request.user, pk), {}
        if do == "count":
            charges = (
                {str(one.pk): one for one in unallocated.payment.basket.charges.all()}
                if unallocated.payment
                else {}
            )
            about = {"charge": charges.get(request.POST.get("charge"))}
            if not about["charge"]:
                return redirect("money:aside")
        return self.do(SETTLING[do], reverse("money:aside"), unallocated=unallocated, **about)


class JournalView(BookkeepingView):
    """Journal of a month: its rows, the totals by account, and the day closings."""

    template_name = "payments/admin/journal.html"
    page_title = gettext_lazy("Journal")
    tab = "journal"

    def get_context_data(self, **kwargs):
        journal = access.journal_rows(self.request.user)
        found = journal.order_by().values_list(TruncMonth("day"), flat=True).distinct()
        months = sorted(found, reverse=True)
        month = parse_month(self.request.GET.get("month", "")) or (months[0] if months else None)
        rows = journal.filter(**_month_filter(month))
        return super().get_context_data(
            months=months,
            month=month,
            rows=rows.order_by("-number")[:MAX_ROWS_SHOWN],
            count=rows.count(),
            accounts=journal_export.totals_by_account(rows),
            closings=DayClosing.objects.filter(**_month_filter(month)).order_by("-day"),
            **kwargs,
        )


@require_safe
def journal_csv(request, kind):
    """Return a month of the journal as CSV for the accountant, by row or by account."""
    if not access.may_keep_books(request.user):
        raise Http404
    month = parse_month(request.GET.get("month", ""))
    rows = access.journal_rows(request.user).filter(**_month_filter(month))
    if kind == "accounts":
        lines, held = journal_export.write_accounts_csv(rows), pgettext("name of a file", "accounts")
    else:
        lines, held = journal_export.write_rows_csv(rows), pgettext("name of a file", "journal")
    name = f"{held}-{month:%Y-%m}.csv" if month else dated_file_name(held)
    return as_download(StreamingHttpResponse(lines, content_type=CSV), name)


def parse_month(text: str) -> date | None:
    """Return the first day of a month written as 2026-11; None for any other text."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _month_filter(month: date | None) -> dict:
    return {"day__year": month.year, "day__month": month.month} if month else {}


class PayoutsView(BookkeepingView):
    """Payouts of providers, with those that differ from our books."""

    template_name = "payments/admin/payouts.html"
    page_title = gettext_lazy("Transfers of providers")
    tab = "payouts"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            rows=[(row, provider_label(row.provider)) for row in Payout.objects.all()[:MAX_ROWS_SHOWN]],
            **kwargs,
        )


class BankFilesView(BookkeepingView):
    """camt.054 files: upload, and the result of each entry."""

    template_name = "payments/admin/bank_files.html"
    page_title = gettext_lazy("Bank files")
    tab = "bank"

    def get_context_data(self, **kwargs):
        files = access.bank_files(self.request.user)[:20]
        return super().get_context_data(
            files=files, form=kwargs.pop("form", admin_views_forms.BankFileForm()), **kwargs
        )

    def post(self, request):
        form = admin_views_forms.BankFileForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            if file.size > MAX_FILE_BYTES:
                form.add_error("file", _("This file is larger than a bank file can be."))
            else:
                return self._read(request, form, file)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _read(self, request, form, file):
        try:
            _file, new = bank.import_bank_file(actor=request.user, name=file.name, content=file.read())
        except InvalidBankFile:
            form.add_error("file", _("This is not a camt.054 file. No entries were booked."))
            return self.render_to_response(self.get_context_data(form=form), status=422)
        message = ngettext("%(n)s new entry is read.", "%(n)s new entries are read.", new) % {"n": new}
        messages.success(
            request, message if new else _("There are no new entries. All entries were read before.")
        )
        return redirect("money:bank")


class RefundsView(BookkeepingView):
    """Refunds that only a person can pay out."""

    template_name = "payments/desk/refunds.html"
    page_title = gettext_lazy("Refunds to pay")
    tab = "refunds"

    def get_context_data(self, **kwargs):
        rows = access.refunds_to_pay(self.request.user)[:MAX_ROWS_SHOWN]
        return super().get_context_data(
            rows=[(row, provider_label(row.payment.provider)) for row in rows], **kwargs
        )


class AccountView(ActionFormMixin, BookkeepingView):
    """Bank account of QR-bills and its changes, for administrators."""

    template_name = "payments/desk/account.html"
    page_title = gettext_lazy("Account for QR-bills")
    tab = "account"
    refused_status = INVALID

    def dispatch(self, request, *args, **kwargs):
        if not access.may_change_account(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        changes = list(AccountChange.objects.select_related("by", "cancelled_by")[:MAX_ROWS_SHOWN])
        return super().get_context_data(
            own=ledger.ledger_accounts(),
            waiting_change=next((one for one in changes if one.due_at), None),
            past=[one for one in changes if not one.due_at],
            form=kwargs.pop("form", admin_views_forms.AccountForm()),
            **kwargs,
        )

    def post(self, request):
        return self.perform(
            admin_views_forms.AccountForm(request.POST),
            action=partial(account_changes.ask, actor=request.user),
            done=_("The change takes effect tomorrow. Every administrator is notified."),
            back=reverse("money:account"),
        )

    def show_again(self, form, status: int):
        return self.render_to_response(self.get_context_data(form=form), status=status)


class CancelAccountView(AccountView):
    """Cancellation of a change of the QR-bill account."""

    http_method_names = ["post"]

    @method_decorator(action_view("money:account"))
    def post(self, request, pk) -> str:
        account_changes.cancel(actor=request.user, change=access.account_change_for(request.user, pk))
        return _("The change is cancelled. Every administrator is notified.")


class TillsView(BookkeepingView):
    """Tills of all agents, the open ones first."""

    template_name = "payments/admin/tills.html"
    page_title = gettext_lazy("Tills")
    tab = "tills"

    def get_context_data(self, **kwargs):
        return super().get_context_data(rows=access.all_tills(self.request.user)[:MAX_ROWS_SHOWN], **kwargs)
