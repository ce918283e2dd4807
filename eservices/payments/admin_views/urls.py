"""URLs of the payment views in the admin, under /admin/money/."""

from django.urls import path

from ..contrib.counter.views import TillSheetView, TillView
from . import bookkeeping, charges

app_name = "money"
urlpatterns = [
    path("", bookkeeping.UnallocatedView.as_view(), name="aside"),
    path("aside/<uuid:pk>/<slug:do>/", bookkeeping.SettleUnallocatedView.as_view(), name="settle"),
    path("journal/", bookkeeping.JournalView.as_view(), name="journal"),
    path("journal/<slug:kind>.csv", bookkeeping.journal_csv, name="journal_csv"),
    path("payouts/", bookkeeping.PayoutsView.as_view(), name="payouts"),
    path("bank/", bookkeeping.BankFilesView.as_view(), name="bank"),
    path("tills/", bookkeeping.TillsView.as_view(), name="tills"),
    path("refunds/", bookkeeping.RefundsView.as_view(), name="refunds"),
    path("account/", bookkeeping.AccountView.as_view(), name="account"),
    path("account/<int:pk>/cancel/", bookkeeping.CancelAccountView.as_view(), name="account_cancel"),
    path("till/", TillView.as_view(), name="till"),
    path("till/for/<slug:reference>/", TillView.as_view(), name="till_for"),
    path("till/<int:pk>/", TillSheetView.as_view(), name="till_sheet"),
    path("charges/<uuid:pk>/<slug:do>/", charges.ChargeView.as_view(), name="charge"),
    path("allocations/<int:pk>/refund/", charges.RefundView.as_view(), name="refund"),
    path("refunds/<uuid:pk>/<slug:do>/", charges.RefundActionView.as_view(), name="refund_deed"),
]
