"""Charges, payments, refunds and the journal."""

from .bank_files import AccountChange, BankEntry, BankFile
from .charges import Basket, Charge
from .demo_payments import DemoPayment
from .fee_schedule import FeePrice, FeeScheduleEntry
from .journal import DayClosing, JournalRow, Payout
from .payments import Allocation, Payment, Refund, UnallocatedPayment
from .settings import PaymentSettings
from .tills import Till

__all__ = [
    "AccountChange",
    "Allocation",
    "BankEntry",
    "BankFile",
    "Basket",
    "Charge",
    "DayClosing",
    "DemoPayment",
    "FeePrice",
    "FeeScheduleEntry",
    "JournalRow",
    "Payment",
    "PaymentSettings",
    "Payout",
    "Refund",
    "Till",
    "UnallocatedPayment",
]
