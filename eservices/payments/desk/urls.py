"""Money in the admin, under /admin/money/."""

from django.urls import path

from ..contrib.counter.views import TillSheetView, TillView
from . import charge_views, money_views

app_name = "money"
urlpatterns = [
    path("", money_views.AsideView.as_view(), name="aside"),
    path("aside/<uuid:pk>/<slug:do>/", money_views.SettleView.as_view(), name="settle"),
    path("journal/", money_views.JournalView.as_view(), name="journal"),
    path("journal/<slug:kind>.csv", money_views.journal_csv, name="journal_csv"),
    path("payouts/", money_views.PayoutsView.as_view(), name="payouts"),
    path("bank/", money_views.BankView.as_view(), name="bank"),
    path("tills/", money_views.TillsView.as_view(), name="tills"),
    path("refunds/", money_views.RefundsView.as_view(), name="refunds"),
    path("account/", money_views.AccountView.as_view(), name="account"),
    path("account/<int:pk>/cancel/", money_views.CancelAccountView.as_view(), name="account_cancel"),
    path("till/", TillView.as_view(), name="till"),
    path("till/for/<slug:reference>/", TillView.as_view(), name="till_for"),
    path("till/<int:pk>/", TillSheetView.as_view(), name="till_sheet"),
    path("charges/<uuid:pk>/<slug:do>/", charge_views.ChargeView.as_view(), name="charge"),
    path("allocations/<int:pk>/refund/", charge_views.RefundView.as_view(), name="refund"),
    path("refunds/<uuid:pk>/<slug:do>/", charge_views.RefundDeedView.as_view(), name="refund_deed"),
]
