"""The screens of who keeps the books: what was set aside, the journal, transfers of providers, bank files."""

from datetime import date

from django.contrib import messages
from django.db.models import F
from django.db.models.functions import TruncMonth
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from home.downloads import CSV, download, of_today
from home.templatetags.commune import chf

from .. import access, exports, ledger
from ..actions import refunds, settling
from ..actions.locking import Impossible
from ..contrib.qrbill import account
from ..contrib.qrbill import actions as bank
from ..contrib.qrbill.camt import Unreadable
from ..models import AccountChange, Charge, Closing, Payout, SetAside
from ..providers import label_of
from . import forms
from .charge_views import Deed, DeedView

SHOWN = 200  # rows of a month; all of them stand in the export
LARGEST = 10 * 1024 * 1024  # bytes of a bank file


class MoneyView(WagtailAdminTemplateMixin, TemplateView):
    """A screen for who keeps the books; anybody else finds nothing here."""

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
            waiting=access.all_set_aside(user).filter(outcome="").count(),
            to_pay=access.refunds_to_pay(user).count(),
            may_change_account=access.may_change_account(user),
            **kwargs,
        )


class AsideView(MoneyView):
    """Money that no charge takes, the oldest that waits first."""

    template_name = "payments/desk/aside.html"
    page_title = gettext_lazy("Money set aside")
    tab = "aside"

    def get_context_data(self, **kwargs):
        rows = access.all_set_aside(self.request.user)
        return super().get_context_data(
            rows=[self._row(kept) for kept in rows.filter(outcome="").order_by("at")],
            settled=rows.exclude(outcome="").order_by(F("resolved_at").desc(nulls_first=True))[:SHOWN],
            **kwargs,
        )

    def _row(self, kept: SetAside) -> dict:
        charges = list(kept.payment.basket.charges.all()) if kept.payment else []
        own = kept.payment and kept.currency
        return {
            "kept": kept,
            "day": parse_date(kept.details.get("day", "")),
            "provider": label_of(kept.provider),
            "charges": charges,
            "open": [one for one in charges if own == one.currency and one.takes_money],
            "back": forms.PayBackForm(auto_id=f"back_{kept.pk}_%s") if kept.payment else None,
            "book": forms.BookForm(auto_id=f"book_{kept.pk}_%s"),
        }


def _counted(charge: Charge) -> str:
    """What is said of money that was counted towards a charge: it may be less than is due."""
    if not charge.open_amount:
        return _("Counted. The case goes on.")
    return _("Counted. %(amount)s is still due.") % {"amount": chf(charge.open_amount, charge.currency)}


SETTLING = {
    "count": Deed("", gettext_lazy("Money set aside"), forms.NothingForm, settling.count_towards, _counted),
    "back": Deed(
        "",
        gettext_lazy("Pay back"),
        forms.PayBackForm,
        refunds.ask_for_set_aside,
        gettext_lazy("The refund is asked for: the list shows when it is done."),
    ),
    "book": Deed(
        "", gettext_lazy("Book elsewhere"), forms.BookForm, settling.book_elsewhere, gettext_lazy("Booked.")
    ),
}


class SettleView(DeedView):
    """Says what becomes of money that was set aside."""

    def post(self, request, pk, do):
        if do not in SETTLING:
            raise Http404
        kept, about = access.set_aside_for(request.user, pk), {}
        if do == "count":
            charges = {str(one.pk): one for one in kept.payment.basket.charges.all()} if kept.payment else {}
            about = {"charge": charges.get(request.POST.get("charge"))}
            if not about["charge"]:
                return redirect("money:aside")
        return self.do(SETTLING[do], reverse("money:aside"), kept=kept, **about)


class JournalView(MoneyView):
    """The rows of a month, what they add up to by account, and the days that are closed."""

    template_name = "payments/desk/journal.html"
    page_title = gettext_lazy("Journal")
    tab = "journal"

    def get_context_data(self, **kwargs):
        journal = access.journal(self.request.user)
        found = journal.order_by().values_list(TruncMonth("day"), flat=True).distinct()
        months = sorted(found, reverse=True)
        month = month_of(self.request.GET.get("month", "")) or (months[0] if months else None)
        rows = journal.filter(**_within(month))
        return super().get_context_data(
            months=months,
            month=month,
            rows=rows.order_by("-number")[:SHOWN],
            count=rows.count(),
            accounts=exports.by_account(rows),
            closings=Closing.objects.filter(**_within(month)).order_by("-day"),
            **kwargs,
        )


@require_safe
def journal_csv(request, kind):
    """A month of the journal for the accountant: row by row, or by account."""
    if not access.may_keep_books(request.user):
        raise Http404
    month = month_of(request.GET.get("month", ""))
    rows = access.journal(request.user).filter(**_within(month))
    if kind == "accounts":
        lines, held = exports.accounts_csv(rows), pgettext("name of a file", "accounts")
    else:
        lines, held = exports.rows_csv(rows), pgettext("name of a file", "journal")
    name = f"{held}-{month:%Y-%m}.csv" if month else of_today(held)
    return download(StreamingHttpResponse(lines, content_type=CSV), name)


def month_of(text: str) -> date | None:
    """The first day of a month written as 2026-11; None for anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _within(month: date | None) -> dict:
    return {"day__year": month.year, "day__month": month.month} if month else {}


class PayoutsView(MoneyView):
    """What providers transferred, and where they count otherwise than we do."""

    template_name = "payments/desk/payouts.html"
    page_title = gettext_lazy("Transfers of providers")
    tab = "payouts"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            rows=[(row, label_of(row.provider)) for row in Payout.objects.all()[:SHOWN]], **kwargs
        )


class BankView(MoneyView):
    """camt.054 files: read one, and see what became of each entry."""

    template_name = "payments/desk/bank.html"
    page_title = gettext_lazy("Bank files")
    tab = "bank"

    def get_context_data(self, **kwargs):
        files = access.bank_files(self.request.user)[:20]
        return super().get_context_data(files=files, form=kwargs.pop("form", forms.BankFileForm()), **kwargs)

    def post(self, request):
        form = forms.BankFileForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            if file.size > LARGEST:
                form.add_error("file", _("This file is larger than a bank file can be."))
            else:
                return self._read(request, form, file)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _read(self, request, form, file):
        try:
            _file, new = bank.read_file(actor=request.user, name=file.name, content=file.read())
        except Unreadable:
            form.add_error("file", _("This is no camt.054 file. Nothing was booked."))
            return self.render_to_response(self.get_context_data(form=form), status=422)
        said = ngettext("%(n)s new entry is read.", "%(n)s new entries are read.", new) % {"n": new}
        messages.success(request, said if new else _("Nothing new: every entry was read before."))
        return redirect("money:bank")


class RefundsView(MoneyView):
    """Refunds that only a person can pay."""

    template_name = "payments/desk/refunds.html"
    page_title = gettext_lazy("Refunds to pay")
    tab = "refunds"

    def get_context_data(self, **kwargs):
        rows = access.refunds_to_pay(self.request.user)[:SHOWN]
        return super().get_context_data(
            rows=[(row, label_of(row.payment.provider)) for row in rows], **kwargs
        )


class AccountView(MoneyView):
    """The bank account of QR-bills, and its change, for administrators."""

    template_name = "payments/desk/account.html"
    page_title = gettext_lazy("Account for QR-bills")
    tab = "account"

    def dispatch(self, request, *args, **kwargs):
        if not access.may_change_account(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        changes = list(AccountChange.objects.select_related("by", "cancelled_by")[:SHOWN])
        return super().get_context_data(
            own=ledger.accounts(),
            waiting_change=next((one for one in changes if one.due_at), None),
            past=[one for one in changes if not one.due_at],
            form=kwargs.pop("form", forms.AccountForm()),
            **kwargs,
        )

    def post(self, request):
        form = forms.AccountForm(request.POST)
        if form.is_valid():
            try:
                account.ask(actor=request.user, **form.cleaned_data)
            except Impossible as why:
                form.add_error(None, str(why))
            else:
                messages.success(request, _("The change is in force tomorrow. Every administrator is told."))
                return redirect("money:account")
        return self.render_to_response(self.get_context_data(form=form), status=422)


class CancelAccountView(AccountView):
    """Cancels a change of the account."""

    http_method_names = ["post"]

    def post(self, request, pk):
        change = access.account_change_for(request.user, pk)
        try:
            account.cancel(actor=request.user, change=change)
        except Impossible as why:
            messages.error(request, str(why))
        else:
            messages.success(request, _("The change is cancelled. Every administrator is told."))
        return redirect("money:account")


class TillsView(MoneyView):
    """All tills, the open ones first."""

    template_name = "payments/desk/tills.html"
    page_title = gettext_lazy("Tills")
    tab = "tills"

    def get_context_data(self, **kwargs):
        return super().get_context_data(rows=access.all_tills(self.request.user)[:SHOWN], **kwargs)
